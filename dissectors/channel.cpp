#include "dissectors/channel.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "capture/limits.h"

namespace longwire {
namespace {

constexpr std::string_view unknown = "unknown";
constexpr unsigned hand_overs_in_a_row = 16;  // arbitrary, but more than any stack of protocols needs at one byte

std::string_view name_of(const Dissector& reader) {
  return reader.name().empty() ? unknown : reader.name();
}

}  // namespace

struct Channel::Visit {
  Context& context;
  const Side side;
  const Bytes bytes;  // of the caller
  const Stamp& at;
  StampMark mark = {};      // of `bytes`
  std::size_t taken = 0;    // of `bytes`, from the front: used, or copied into the backlog
  std::size_t kept = 0;     // of the taken ones: not used yet, at the end of the backlog
  bool eager = false;       // offering no more than `need` has not helped
  bool forced = false;      // a hole follows: this side cannot wait any longer
  unsigned hand_overs = 0;  // in a row, with nothing used

  Bytes fresh() const { return bytes.subspan(taken); }
};

Channel::Channel(std::unique_ptr<Dissector> first, std::string_view outer) : reader_(std::move(first)) {
  if (!outer.empty()) layers_ = std::make_unique<std::string>(fmt::format("{}/{}", outer, name_of(*reader_)));
}

std::string_view Channel::layers() const {
  return layers_ == nullptr ? name_of(*reader_) : *layers_;
}

void Channel::data(Side side, Bytes bytes, const Stamp& at, Context around) {
  Lane& own = lane(side);
  if (bytes.empty() || own.ended) return;
  own.seen = true;
  Visit visit{around, side, bytes, at};
  run(visit);
}

void Channel::gap(Side side, std::uint64_t missing, const Stamp& at, Context around) {
  Lane& own = lane(side);
  if (own.ended) return;
  Visit visit{around, side, {}, at};
  visit.forced = true;
  release(side);
  run(visit);
  visit.forced = false;
  const Bytes rest = unused(visit, side);
  if (own.reading == Reading::on) {
    enter(visit, side, rest);
    if (reader_->gap(side, rest, missing, around) == AfterGap::lost) own.reading = Reading::lost;
    if (own.waiting != nullptr) own.waiting->skip_left = own.waiting->skipped = 0;
    consume(visit, side, rest.size());
  } else {
    pass_over(visit, side, rest.size());
  }
  own.offset += missing;
  own.need = 1;
  release(other(side));
  run(visit);
}

void Channel::end(Side side, End how, const Stamp& at, Context around) {
  Lane& own = lane(side);
  if (own.ended) return;
  Visit visit{around, side, {}, at};
  own.how = how;
  waiting(own).ending = true;
  waiting(own).ended_at = at;
  run(visit);
}

// Offers whatever can be offered. What waits on the other side is older than what has just come, so it goes first.
void Channel::run(Visit& visit) {
  const Side across = other(visit.side);
  while (step(visit, across) || tell_end(visit, across) || step(visit, visit.side) || tell_end(visit, visit.side)) {
  }
  keep(visit, visit.fresh().size());
  tidy(lane(visit.side));
  tidy(lane(across));
}

// One offer to the reader, if there is reason for one.
bool Channel::step(Visit& visit, Side side) {
  Lane& here = lane(side);
  if (here.reading == Reading::lost) return search(visit, side);
  const Bytes in = unused(visit, side);
  if (in.empty()) return false;
  if (here.reading == Reading::ignored) {
    consume(visit, side, in.size());
  } else if (here.reading == Reading::opaque) {
    pass_over(visit, side, in.size());
  } else if (here.waiting != nullptr && here.waiting->skip_left > 0) {
    step_skip(visit, side, in);
  } else if (in.size() >= here.need || full(side, in.size())) {
    offer(visit, side, in);
  } else {
    return false;
  }
  return true;
}

void Channel::step_skip(Visit& visit, Side side, Bytes in) {
  Lane& here = lane(side);
  const Bytes dropped = in.first(std::min<std::uint64_t>(here.waiting->skip_left, in.size()));
  enter(visit, side, in);
  count_skipped(*here.waiting, dropped.size(), visit.context.last_stamp(dropped));
  consume(visit, side, dropped.size());
  if (here.waiting->skip_left == 0) offer(visit, side, {});
}

// Calls the reader with `in` (with nothing: a skip is done), and does what it answers.
void Channel::offer(Visit& visit, Side side, Bytes in) {
  Lane& here = lane(side);
  enter(visit, side, in);
  if (here.waiting != nullptr) here.waiting->skipped = 0;
  Progress answer = reader_->data(side, in, visit.context);
  assert(answer.used <= in.size() && (answer.next == nullptr || answer.skip == 0));
  answer.used = std::min(answer.used, in.size());
  const bool moved = answer.used > 0 || answer.skip > 0;
  if (moved || answer.lost) release(other(side));
  if (answer.lost) return lose(visit, side, in, answer.used);
  if (answer.next == nullptr && answer.skip == 0) return wait(visit, side, in, answer);
  visit.hand_overs = moved ? 0 : visit.hand_overs + 1;
  if (visit.hand_overs > hand_overs_in_a_row) return give_up(visit, side, "channel.stuck");
  consume(visit, side, answer.used);
  here.need = 1;
  if (answer.skip == Progress::for_good) {
    here.reading = Reading::ignored;
  } else if (answer.skip > 0) {
    waiting(here).skip_left = answer.skip;
  } else {
    replace(visit, std::move(answer.next));
  }
}

// The reader has seen `in`: when it is called again.
void Channel::wait(Visit& visit, Side side, Bytes in, const Progress& answer) {
  Lane& here = lane(side);
  const std::size_t rest = in.size() - answer.used;
  const bool unmoved = answer.used == 0 && !in.empty();
  if (unmoved && full(side, in.size())) return give_up(visit, side, "channel.limit");
  if (unmoved && answer.need != 0 && answer.need <= rest) return give_up(visit, side, "channel.stuck");
  if (unmoved && side == visit.side) visit.eager = true;
  std::size_t need = answer.need;
  if (need == Progress::hold && visit.context.must_proceed()) need = 0;
  if (need == 0) need = unmoved ? rest + 1 : 1;
  here.need = need == Progress::hold ? held : static_cast<std::uint32_t>(std::min<std::size_t>(need, limits::hold_bytes));
  consume(visit, side, answer.used);
}

// Tells the reader that a side has ended, once its bytes wait for nothing that can still come.
bool Channel::tell_end(Visit& visit, Side side) {
  Lane& here = lane(side);
  if (here.waiting == nullptr || !here.waiting->ending) return false;
  const Bytes rest = unused(visit, side);
  if (here.need == held && !rest.empty()) {
    if (!moves_no_more(other(side))) return false;
    release(side);
    return true;
  }
  here.waiting->ending = false;
  if (here.reading != Reading::on) {
    enter(visit, side, rest);
    pass_over(visit, side, rest.size());
    tell_passed_over(visit, side, {});
  }
  const Bytes last = here.reading == Reading::on ? rest : Bytes{};
  enter(visit, side, last);
  visit.context.now_ = here.waiting->ended_at;
  here.waiting->skip_left = here.waiting->skipped = 0;
  reader_->end(side, last, here.how, visit.context);
  consume(visit, side, last.size());
  here.ended = true;
  release(other(side));
  return true;
}

void Channel::replace(Visit& visit, std::unique_ptr<Dissector> next) {
  const std::string_view name = name_of(*next);
  std::string before(layers());
  if (reader_->name().empty()) before.resize(before.size() - unknown.size());  // a detector leaves no trace
  if (!before.empty() && before.back() != '/') before += '/';
  const auto depth = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '/'));
  reader_ = std::move(next);
  if (before.empty()) {
    layers_ = nullptr;
  } else if (depth < limits::channel_layers) {
    layers_ = std::make_unique<std::string>(fmt::format("{}{}", before, name));
  }
  for (const Side side : {Side::client, Side::server}) {
    lane(side).need = 1;
    if (!lane(side).ended) continue;
    enter(visit, side, {});
    reader_->end(side, {}, lane(side).how, visit.context);
  }
}

// The reader has lost the framing behind `used` bytes of `in`: the rest of that packet is passed over.
void Channel::lose(Visit& visit, Side side, Bytes in, std::size_t used) {
  lane(side).reading = Reading::lost;
  if (!in.empty()) {
    waiting(lane(side)).passed_packet = (used > 0 ? visit.context.last_stamp(in.first(used)) : visit.context.first_stamp(in)).number;
  }
  consume(visit, side, used);
}

// One step of a lost side: a message may start with the first byte of a packet.
bool Channel::search(Visit& visit, Side side) {
  Lane& here = lane(side);
  const Bytes in = unused(visit, side);
  if (in.empty()) return false;
  enter(visit, side, in);
  Waiting& lost = waiting(here);
  const std::uint64_t packet = visit.context.first_stamp(in).number;
  if (packet != lost.passed_packet) {
    const Match match = reader_->restart(side, in.first(std::min<std::size_t>(in.size(), limits::detect_bytes)));
    if (match == Match::maybe && in.size() < limits::detect_bytes) return false;
    if (match == Match::yes) {
      tell_passed_over(visit, side, in.first(1));
      here.reading = Reading::on;
      here.need = 1;
      return true;
    }
    lost.passed_packet = packet;
  }
  pass_over(visit, side, visit.context.first_packet().size());
  return true;
}

void Channel::pass_over(Visit& visit, Side side, std::size_t count) {
  if (count == 0) return;
  waiting(lane(side)).passed_over += count;
  consume(visit, side, count);
}

void Channel::tell_passed_over(Visit& visit, Side side, Bytes at) {
  std::uint64_t& count = waiting(lane(side)).passed_over;
  if (count > 0) visit.context.anomaly("channel.passed_over", at, fmt::format("{} bytes before this", count));
  count = 0;
}

void Channel::give_up(Visit& visit, Side side, std::string_view code) {
  const Bytes in = unused(visit, side);
  enter(visit, side, in);
  visit.context.anomaly(code, in.first(std::min<std::size_t>(in.size(), 1)), fmt::format("{} bytes waited", in.size()));
  lane(side).reading = Reading::opaque;
  waiting(lane(side)).skip_left = 0;
  release(other(side));
}

// Makes the context of a call for `side` with `in`.
void Channel::enter(Visit& visit, Side side, Bytes in) {
  Context& context = visit.context;
  const Lane& here = lane(side);
  const Lane& across = lane(other(side));
  const bool copied = here.waiting != nullptr && !here.waiting->backlog.empty();
  visit.mark = {here.offset, visit.at};
  context.side_ = side;
  context.in_ = in;
  context.in_offset_ = here.offset;
  context.marks_ = copied ? here.waiting->backlog.marks() : std::span<const StampMark>(&visit.mark, 1);
  context.now_ = visit.at;
  context.skipped_ = here.waiting == nullptr ? 0 : here.waiting->skipped;
  context.skipped_stamp_ = here.waiting == nullptr ? Stamp{} : here.waiting->skipped_at;
  context.other_seen_ = across.seen;
  context.other_ended_ = across.ended;
  context.must_proceed_ = (visit.forced && side == visit.side) || full(side, in.size()) || moves_no_more(other(side));
  context.layers_ = layers();
}

bool Channel::full(Side side, std::size_t unused_bytes) const {
  const Lane& here = lane(side);
  return unused_bytes >= limits::hold_bytes || (here.waiting != nullptr && here.waiting->backlog.marks().size() >= limits::channel_marks);
}

// A side whose end waits with held bytes is stuck; with others it is told first, and its reader may still act on them.
bool Channel::moves_no_more(Side side) const {
  const Lane& here = lane(side);
  return here.ended || here.reading == Reading::opaque || (here.waiting != nullptr && here.waiting->ending && here.need == held);
}

// What a held side waited for may have come.
void Channel::release(Side side) {
  if (lane(side).need == held) lane(side).need = 1;
}

// The unused bytes of a side in one piece: the caller's own where nothing waits, else the backlog with as much of the
// caller's as it takes to reach `need`.
Bytes Channel::unused(Visit& visit, Side side) {
  Lane& here = lane(side);
  const std::size_t waiting_bytes = here.waiting == nullptr ? 0 : here.waiting->backlog.size();
  if (side != visit.side) return waiting_bytes == 0 ? Bytes{} : here.waiting->backlog.bytes();
  if (waiting_bytes == 0) return visit.fresh();
  const bool any_more = visit.eager || here.reading != Reading::on || here.need == held || here.need == waiting_bytes + 1;
  const std::size_t wanted = here.need > waiting_bytes ? here.need - waiting_bytes : 0;
  keep(visit, any_more ? visit.fresh().size() : std::min(wanted, visit.fresh().size()));
  return here.waiting->backlog.bytes();
}

// The front of unused() is done with. Where what is left was copied from the caller's bytes, it is read there again.
void Channel::consume(Visit& visit, Side side, std::size_t count) {
  if (count == 0) return;
  Lane& here = lane(side);
  here.offset += count;
  if (here.waiting == nullptr || here.waiting->backlog.empty()) {
    visit.taken += count;
    return;
  }
  Backlog& backlog = here.waiting->backlog;
  backlog.consume(count);
  if (side != visit.side || backlog.size() > visit.kept) return;
  visit.taken -= backlog.size();
  visit.kept = 0;
  backlog.clear();
}

// Copies the next bytes of the caller behind what waits already.
void Channel::keep(Visit& visit, std::size_t count) {
  if (count == 0) return;
  Lane& own = lane(visit.side);
  Backlog& backlog = waiting(own).backlog;
  backlog.append(own.offset + backlog.size(), visit.fresh().first(count), visit.at);
  visit.taken += count;
  visit.kept += count;
}

Channel::Waiting& Channel::waiting(Lane& lane) {
  if (lane.waiting == nullptr) lane.waiting = std::make_unique<Waiting>();
  return *lane.waiting;
}

// An idle side costs nothing.
void Channel::tidy(Lane& lane) {
  if (lane.waiting == nullptr || lane.reading != Reading::on) return;
  const Waiting& rest = *lane.waiting;
  if (rest.backlog.empty() && rest.skip_left == 0 && !rest.ending) lane.waiting.reset();
}

}  // namespace longwire
