#include "dissectors/http2_streams.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"

namespace longwire {
namespace {

constexpr std::size_t spare_streams = 256;      // of a thread; arbitrary, but more than a connection usually has open
constexpr std::size_t spare_text_bytes = 4096;  // more is given back
constexpr std::size_t gone_streams = 256;       // arbitrary, but more than servers answer at once
constexpr std::size_t order_slack = 64;         // arbitrary: forgotten streams among those in order, beside as many as are open

// Streams that are done with, for the next ones of the same thread, whatever connection they are on.
std::vector<std::unique_ptr<Http2Stream>>& spare() {
  thread_local std::vector<std::unique_ptr<Http2Stream>> own;
  return own;
}

}  // namespace

Http2Stream* Http2Streams::find(std::uint32_t id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return nullptr;
  catch_up(*found->second);
  return found->second.get();
}

bool Http2Streams::closed(std::uint32_t id) const {
  if (id > last_[odd(id)]) return false;
  return !lossy_ || std::find(gone_.begin(), gone_.end(), id) != gone_.end();
}

Http2Stream& Http2Streams::make(std::uint32_t id, Context& context) {
  if (open_.size() >= limits::http2_streams) forget_oldest(context);
  std::unique_ptr<Http2Stream> stream;
  if (spare().empty()) {
    stream = std::make_unique<Http2Stream>(id);
  } else {
    stream = std::move(spare().back());
    spare().pop_back();
    std::string text = std::move(stream->exchange.text);  // its memory
    text.clear();
    *stream = Http2Stream(id);
    stream->exchange.text = std::move(text);
  }
  Http2Stream& made = *stream;
  made.losses = losses_;
  open_.insert_or_assign(id, std::move(stream));
  order_.push_back(id);
  tidy_order();
  weigh(made);
  return made;
}

void Http2Streams::use(std::uint32_t id) {
  last_[odd(id)] = std::max(last_[odd(id)], id);
}

void Http2Streams::begin_exchange(Http2Stream& stream, const Stamp& at, bool asked, Context& context) {
  stream.exchange.id = context.new_id(at.number);
  stream.exchange.ordinal = context.new_ordinal();
  if (asked && open_exchanges_ > 0) stream.idle_before = 0;
  if (asked && open_exchanges_ == 0 && !previous_end_.is_null()) stream.idle_before = std::max<Time>(0, at.time - previous_end_.value);
  if (!stream.closed) ++open_exchanges_;
}

void Http2Streams::open(Http2Stream& stream, const Stamp& at) {
  use(stream.id);
  if (stream.opened || stream.closed) return;
  stream.opened = true;
  stream.opened_at = at;
  ++streams_;
  std::uint64_t& now = open_now_[odd(stream.id)];
  most_open_now_[odd(stream.id)] = std::max(most_open_now_[odd(stream.id)], ++now);
}

void Http2Streams::close(Http2Stream& stream, const Stamp& at) {
  if (stream.closed) return;
  stream.closed = true;
  stream.closed_at = at;
  if (stream.opened) --open_now_[odd(stream.id)];
  if (!stream.has_exchange()) return;
  --open_exchanges_;
  previous_end_ = std::max(previous_end_.value, stream.end_time());
}

void Http2Streams::settle(Http2Stream& stream, const Stamp& at, Context& context) {
  weigh(stream);
  if (!stream.over()) return;
  close(stream, at);
  forget(stream.id, context);
}

void Http2Streams::reset(Http2Stream& stream, Side by, std::uint32_t code, std::string_view error, const Stamp& at, Context& context) {
  if (stream.reset) return;
  stream.reset = true;
  stream.reset_by = by;
  stream.reset_code = code;
  stream.reset_error = error;
  stream.reset_at = at;
  close(stream, at);
  late_.push_back(stream.id);
  if (late_.size() <= limits::http2_late) return;
  const std::uint32_t oldest = late_.front();
  late_.erase(late_.begin());
  forget(oldest, context);
}

void Http2Streams::forget(std::uint32_t id, Context& context) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  std::unique_ptr<Http2Stream> stream = std::move(found->second);
  open_.erase(found);
  weight_ -= stream->weight;
  catch_up(*stream);
  for (const Side side : {Side::client, Side::server}) {
    stream->finish(side, false);
    if (stream->tunnel != nullptr) stream->tunnel->end(side, End::evicted, context.now(), context);  // where nothing ended it before
  }
  stream->add_rows({asking, version_, persistent}, context);
  if (lossy_) remember_gone(id);
  stream->tunnel.reset();
  for (Http2StreamSide& side : stream->sides) side.content.reset();
  if (spare().size() < spare_streams && stream->exchange.text.capacity() <= spare_text_bytes) spare().push_back(std::move(stream));
}

void Http2Streams::remember_gone(std::uint32_t id) {
  if (gone_.size() < gone_streams) {
    gone_.push_back(id);
  } else {
    gone_[next_gone_++ % gone_streams] = id;
  }
}

void Http2Streams::forget_oldest(Context& context) {
  while (first_ < order_.size() && !open_.contains(order_[first_])) ++first_;
  if (first_ == order_.size()) return;
  Http2Stream& oldest = *find(order_[first_]);
  oldest.exchange.limited = limited_ = true;
  if (!oldest.closed && oldest.opened) --open_now_[odd(oldest.id)];  // as far as can be told: it is not closed
  if (!oldest.closed && oldest.has_exchange()) --open_exchanges_;
  forget(oldest.id, context);
}

// Those forgotten are left out once they are the most.
void Http2Streams::tidy_order() {
  if (order_.size() >= 2 * open_.size() + order_slack) drop_forgotten();
}

void Http2Streams::drop_forgotten() {
  order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  std::erase_if(order_, [this](std::uint32_t id) { return !open_.contains(id); });
}

std::vector<Http2Stream*> Http2Streams::all() {
  std::vector<Http2Stream*> all;
  for (const auto& [id, stream] : open_) {
    catch_up(*stream);
    all.push_back(stream.get());
  }
  std::sort(all.begin(), all.end(), [](const Http2Stream* a, const Http2Stream* b) { return a->id < b->id; });
  return all;
}

void Http2Streams::finish(Context& context) {
  for (const Http2Stream* stream : all()) forget(stream->id, context);
}

void Http2Streams::report_open(Context& context) const {
  for (const auto& [id, stream] : open_) {
    if (stream->has_exchange()) context.rows().add(stream->exchange_row({asking, version_, persistent}, context));
    if (stream->tunnel != nullptr) stream->tunnel->report_open(context);
  }
}

void Http2Streams::weigh(Http2Stream& stream) {
  const std::uint64_t now = stream.memory();
  weight_ += now - stream.weight;
  stream.weight = now;
}

void Http2Streams::catch_up(Http2Stream& stream) const {
  for (const Side side : {Side::client, Side::server}) {
    if (stream.losses[index(side)] == losses_[index(side)]) continue;
    stream.losses[index(side)] = losses_[index(side)];
    stream.miss(side);
    for (Http2StreamSide& each : stream.sides) {
      each.window.known = false;
      Http2FlowControl::finish(each.window);
    }
  }
}

bool Http2Streams::full_of_text() const {
  return weight_ > limits::http2_text_bytes + open_.size() * sizeof(Http2Stream);
}

bool Http2Streams::idle() const {
  return std::all_of(open_.begin(), open_.end(), [](const auto& each) { return each.second->reset; });
}

void Http2Streams::shrink() {
  drop_forgotten();
  order_.shrink_to_fit();
  open_.rehash(0);
}

std::uint64_t Http2Streams::held_memory() const {
  const std::uint64_t slots = open_.bucket_count() * (sizeof(std::uint32_t) + sizeof(std::unique_ptr<Http2Stream>));
  const std::uint64_t ids = (order_.capacity() + late_.capacity() + gone_.capacity()) * sizeof(std::uint32_t);
  return weight_ + slots + ids;
}

}  // namespace longwire
