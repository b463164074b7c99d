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
  Delivered delivered;      // to `side`
  StampMark mark = {};      // of the delivered bytes
  bool forced = false;      // a hole follows: this side cannot wait any longer
  unsigned hand_overs = 0;  // in a row, with nothing used

  Delivered* delivered_to(Side to) { return to == side ? &delivered : nullptr; }
};

Channel::Channel(std::unique_ptr<Dissector> first, std::string_view outer) : reader_(std::move(first)) {
  if (!outer.empty()) layers_ = std::make_unique<std::string>(fmt::format("{}/{}", outer, name_of(*reader_)));
}

Channel::Channel(Asleep asleep) : reader_(asleep.reader.wake()), layers_(std::move(asleep.layers)) {
  for (const Side side : {Side::client, Side::server}) lane(side).resume(asleep.lanes[index(side)]);
}

std::optional<Channel::Asleep> Channel::sleep() {
  const auto client = lane(Side::client).rest(), server = lane(Side::server).rest();
  if (!client || !server) return std::nullopt;
  auto reader = reader_->sleep();
  if (!reader) return std::nullopt;
  return Asleep{std::move(*reader), std::move(layers_), {*client, *server}};
}

std::uint64_t Channel::held_memory() const {
  return reader_->memory() + text_memory(layers_.get()) + lanes_[0].held_memory() + lanes_[1].held_memory();
}

void Channel::report_open(Context around) const {
  around.layers_ = own_layers();
  reader_->report_open(around);
}

std::string_view Channel::layers() const {
  const std::string_view inner = reader_->inner_layers();
  return inner.empty() ? own_layers() : inner;
}

std::string_view Channel::own_layers() const {
  return layers_ == nullptr ? name_of(*reader_) : *layers_;
}

void Channel::data(Side side, Bytes bytes, const Stamp& at, Context around) {
  Lane& own = lane(side);
  if (bytes.empty() || own.ended) return;
  own.seen = true;
  Visit visit{around, side, {bytes, at}};
  run(visit);
}

void Channel::gap(Side side, std::uint64_t missing, const Stamp& at, Context around) {
  Lane& own = lane(side);
  if (own.ended) return;
  Visit visit{around, side, {{}, at}};
  visit.forced = true;
  own.need = 1;
  run(visit);
  visit.forced = false;
  const Bytes rest = unused(visit, side);
  if (own.reading == Reading::on) {
    enter(visit, side, rest);
    if (reader_->gap(side, rest, missing, around) == AfterGap::lost) own.reading = Reading::lost;
    own.forget_skip();
    consume(visit, side, rest.size());
  } else {
    pass_over(visit, side, rest.size());
  }
  own.offset += missing;
  own.need = 1;
  lane(other(side)).release();
  run(visit);
}

void Channel::end(Side side, End how, const Stamp& at, Context around) {
  Lane& own = lane(side);
  if (own.ended) return;
  Visit visit{around, side, {{}, at}};
  own.how = how;
  own.make_waiting().ending = true;
  own.waiting->ended_at = at;
  run(visit);
}

// Offers whatever can be offered. What waits on the other side is older than what has just come, so it goes first.
void Channel::run(Visit& visit) {
  const Side across = other(visit.side);
  while (step(visit, across) || tell_end(visit, across) || step(visit, visit.side) || tell_end(visit, visit.side)) {
  }
  lane(visit.side).keep(visit.delivered.fresh().size(), visit.delivered);
  lane(visit.side).tidy();
  lane(across).tidy();
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
  } else if (here.skipping()) {
    step_skip(visit, side, in);
  } else if (in.size() >= here.need || here.full(in.size())) {
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
  here.count_skipped(dropped.size(), visit.context.last_stamp(dropped));
  consume(visit, side, dropped.size());
  if (!here.skipping()) offer(visit, side, {});
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
  if (moved || answer.lost) lane(other(side)).release();
  if (answer.lost) return lose(visit, side, in, answer.used);
  if (answer.next == nullptr && answer.skip == 0) return wait(visit, side, in, answer);
  visit.hand_overs = moved ? 0 : visit.hand_overs + 1;
  if (visit.hand_overs > hand_overs_in_a_row) return give_up(visit, side, "channel.stuck");
  consume(visit, side, answer.used);
  here.need = 1;
  if (answer.skip == Progress::for_good) {
    here.reading = Reading::ignored;
  } else if (answer.skip > 0) {
    here.make_waiting().skip_left = answer.skip;
  } else {
    replace(visit, std::move(answer.next));
  }
}

// The reader has seen `in`: when it is called again.
void Channel::wait(Visit& visit, Side side, Bytes in, const Progress& answer) {
  Lane& here = lane(side);
  const std::size_t rest = in.size() - answer.used;
  const bool unmoved = answer.used == 0 && !in.empty();
  if (unmoved && here.full(in.size())) return give_up(visit, side, "channel.limit");
  if (unmoved && answer.need != 0 && answer.need <= rest) return give_up(visit, side, "channel.stuck");
  if (unmoved && side == visit.side) visit.delivered.eager = true;
  std::size_t need = answer.need;
  if (need == Progress::hold && visit.context.must_proceed()) need = 0;
  if (need == 0) need = unmoved ? rest + 1 : 1;
  here.need = need == Progress::hold ? Lane::held : static_cast<std::uint32_t>(std::min<std::size_t>(need, limits::hold_bytes));
  consume(visit, side, answer.used);
}

// Tells the reader that a side has ended, once its bytes wait for nothing that can still come.
bool Channel::tell_end(Visit& visit, Side side) {
  Lane& here = lane(side);
  if (!here.ending()) return false;
  const Bytes rest = unused(visit, side);
  if (here.need == Lane::held && !rest.empty()) {
    if (!lane(other(side)).moves_no_more()) return false;
    here.release();
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
  here.forget_skip();
  reader_->end(side, last, here.how, visit.context);
  consume(visit, side, last.size());
  here.ended = true;
  lane(other(side)).release();
  return true;
}

void Channel::replace(Visit& visit, std::unique_ptr<Dissector> next) {
  const std::string_view name = name_of(*next);
  std::string before(own_layers());
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
    lane(side).forget_skip();
    if (!lane(side).ended) continue;
    enter(visit, side, {});
    reader_->end(side, {}, lane(side).how, visit.context);
  }
}

// The reader has lost the framing behind `used` bytes of `in`: the rest of the packet with the next byte is passed over, as the
// reader has looked at that one.
void Channel::lose(Visit& visit, Side side, Bytes in, std::size_t used) {
  lane(side).reading = Reading::lost;
  if (!in.empty()) {
    const Bytes behind = in.subspan(used);
    lane(side).make_waiting().passed_packet = (behind.empty() ? visit.context.last_stamp(in) : visit.context.first_stamp(behind)).number;
  }
  consume(visit, side, used);
}

// One step of a lost side: a message may start with the first byte of a packet.
bool Channel::search(Visit& visit, Side side) {
  Lane& here = lane(side);
  const Bytes in = unused(visit, side);
  if (in.empty()) return false;
  enter(visit, side, in);
  Lane::Waiting& lost = here.make_waiting();
  const std::uint64_t packet = visit.context.first_stamp(in).number;
  if (packet != lost.passed_packet) {
    Match match = reader_->restart(side, in.first(std::min<std::size_t>(in.size(), limits::detect_bytes)));
    if (match == Match::maybe && visit.forced && side == visit.side && reader_->restart_before_hole(side, in)) match = Match::yes;
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
  lane(side).make_waiting().passed_over += count;
  consume(visit, side, count);
}

void Channel::tell_passed_over(Visit& visit, Side side, Bytes at) {
  std::uint64_t& count = lane(side).make_waiting().passed_over;
  if (count > 0) visit.context.anomaly("channel.passed_over", at, fmt::format("{} bytes before this", count));
  count = 0;
}

void Channel::give_up(Visit& visit, Side side, std::string_view code) {
  const Bytes in = unused(visit, side);
  enter(visit, side, in);
  visit.context.anomaly(code, in.first(std::min<std::size_t>(in.size(), 1)), fmt::format("{} bytes waited", in.size()));
  lane(side).reading = Reading::opaque;
  lane(side).make_waiting().skip_left = 0;
  lane(other(side)).release();
}

// Makes the context of a call for `side` with `in`.
void Channel::enter(Visit& visit, Side side, Bytes in) {
  Context& context = visit.context;
  const Lane& here = lane(side);
  const Lane& across = lane(other(side));
  visit.mark = {here.offset, visit.delivered.at};
  context.side_ = side;
  context.in_ = in;
  context.in_offset_ = here.offset;
  context.marks_ = here.backlogged() ? here.waiting->backlog.marks() : std::span<const StampMark>(&visit.mark, 1);
  context.now_ = visit.delivered.at;
  for (const Side each : {Side::client, Side::server}) {
    const Lane::Waiting* waiting = lane(each).waiting.get();
    context.skipped_[index(each)] = waiting == nullptr ? 0 : waiting->skipped;
    if (waiting != nullptr) context.skipped_stamps_[index(each)] = waiting->skipped_at;
  }
  context.other_seen_ = across.seen;
  context.other_ended_ = across.ended;
  context.before_hole_ = visit.forced && side == visit.side;
  context.must_proceed_ = context.before_hole_ || here.full(in.size()) || across.moves_no_more();
  context.layers_ = own_layers();
}

Bytes Channel::unused(Visit& visit, Side side) {
  return lane(side).unused(visit.delivered_to(side));
}

void Channel::consume(Visit& visit, Side side, std::size_t count) {
  lane(side).consume(count, visit.delivered_to(side));
}

}  // namespace longwire
