#include "dissectors/http1_pairing.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace longwire {

Http1Pairing::Http1Pairing(const AtRest& rest)
    : previous_end_(rest.previous_end), exchanges_(rest.exchanges), requests_missed_(rest.requests_missed), pipelined_(rest.pipelined) {}

std::optional<Http1Pairing::AtRest> Http1Pairing::rest() const {
  const bool counted = exchanges_ <= std::numeric_limits<std::uint32_t>::max();
  if (!open_.empty() || given_up_ > 0 || responses_missed_ || !counted) return std::nullopt;
  AtRest rest;
  rest.previous_end = previous_end_;
  rest.exchanges = static_cast<std::uint32_t>(exchanges_);
  rest.requests_missed = requests_missed_;
  rest.pipelined = pipelined_;
  return rest;
}

std::unique_ptr<Http1Exchange> Http1Pairing::make(const Stamp& at, Context& context) {
  auto exchange = std::make_unique<Http1Exchange>();
  exchange->id = context.new_id(at.number);
  exchange->ordinal = context.new_ordinal();
  ++exchanges_;
  return exchange;
}

Http1Exchange& Http1Pairing::ask(const Stamp& at, Context& context) {
  open_.push_back(make(at, context));
  Http1Exchange& exchange = *open_.back();
  exchange.behind_hole = exchange.midstream = std::exchange(requests_missed_, false);
  return exchange;
}

// Of a response that begins at `at` and whose request is not known, or not any more.
Http1Exchange& Http1Pairing::make_unasked(const Stamp& at, Context& context) {
  open_.insert(open_.begin(), make(at, context));
  open_.front()->request.over = true;
  return *open_.front();
}

Http1Exchange* Http1Pairing::answer(const Stamp& at, bool may_wait, Context& context) {
  if (given_up_ > 0 && !responses_missed_ && first()->request.seen) {
    --given_up_;
    pipelined_ = true;
    Http1Exchange& exchange = make_unasked(at, context);
    exchange.limited = true;
    return &exchange;
  }
  const bool behind_hole = requests_missed_ || responses_missed_;
  const auto sent_later = [&](const auto& exchange) { return exchange->request.seen && exchange->request.first.number > at.number; };
  const auto sent = static_cast<std::size_t>(std::find_if(open_.begin(), open_.end(), sent_later) - open_.begin());
  bool alone = false;
  if (responses_missed_ && sent > 1) {
    alone = pipelined_;
    give_up(pipelined_ ? sent : sent - 1, context);
  } else if (sent > 1 && waits(*open_[1])) {
    pipelined_ = true;
  }
  if (!open_.empty() && waits(*open_.front())) {
    alone = alone || precedes(at, *open_.front());
    if (open_.size() == 1) responses_missed_ = false;
    if (!alone) return open_.front().get();
  }
  if (!alone && may_wait) return nullptr;
  Http1Exchange& exchange = make_unasked(at, context);
  exchange.midstream = behind_hole || alone;
  return &exchange;
}

// Whether a response beginning at `at` is certainly of a lost request before `exchange`.
bool Http1Pairing::precedes(const Stamp& at, const Http1Exchange& exchange) const {
  return exchange.request.seen && (exchange.behind_hole || responses_missed_) && at.number < exchange.request.first.number;
}

// The first `count` exchanges lose what they wait for.
void Http1Pairing::give_up(std::size_t count, Context& context) {
  for (std::size_t i = 0; i < count; ++i)
    if (waits(*open_[i])) open_[i]->response.over = true;
  settle(context);
}

bool Http1Pairing::give_up_oldest(Context& context) {
  const auto oldest = std::find_if(open_.begin(), open_.end(), [](const auto& exchange) { return waits(*exchange); });
  if (oldest == open_.end()) return false;
  Http1Exchange& exchange = **oldest;
  exchange.limited = exchange.response.over = true;
  if (exchange.behind_hole) responses_missed_ = true;  // the next response may be of a lost request before it
  if (exchange.over()) {
    exchange.add_row(context, previous_end_);
    open_.erase(oldest);
  }
  return given_up_++ == 0;
}

std::uint64_t Http1Pairing::held_memory() const {
  std::uint64_t bytes = open_.capacity() * sizeof open_[0];
  for (const auto& exchange : open_) bytes += exchange->memory();
  return bytes;
}

void Http1Pairing::settle(Context& context) {
  auto done = open_.begin();
  for (; done != open_.end() && (*done)->over(); ++done) {
    (*done)->add_row(context, previous_end_);
    previous_end_ = (*done)->end_time();
  }
  open_.erase(open_.begin(), done);
  if (!open_.empty()) return;
  responses_missed_ = false;
  given_up_ = 0;
}

void Http1Pairing::report_open(Context& context) const {
  for (const auto& exchange : open_) context.rows().add(exchange->row(context, previous_end_));
}

void Http1Pairing::close(Context& context) {
  for (auto& exchange : open_) exchange->request.over = exchange->response.over = true;
  settle(context);
}

}  // namespace longwire
