#include "dissectors/lane.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {

bool Lane::full(std::size_t unused_bytes) const {
  return unused_bytes >= limits::hold_bytes || (waiting != nullptr && waiting->backlog.marks().size() >= limits::channel_marks);
}

std::optional<Lane::AtRest> Lane::rest() const {
  const bool ready = reading == Reading::ignored || (reading == Reading::on && need == 1);
  if (!ready || waiting != nullptr || offset > AtRest::largest_offset) return std::nullopt;
  AtRest rest;
  rest.offset = offset & AtRest::largest_offset;
  rest.reading = reading;
  rest.how = how;
  rest.seen = seen;
  rest.ended = ended;
  return rest;
}

void Lane::resume(const AtRest& rest) {
  offset = rest.offset;
  reading = rest.reading;
  how = rest.how;
  seen = rest.seen;
  ended = rest.ended;
}

Bytes Lane::unused_backlog(Delivered* delivered) {
  Backlog& backlog = waiting->backlog;
  if (delivered == nullptr) return backlog.bytes();
  const std::size_t fresh = delivered->fresh().size();
  const bool any_more = delivered->eager || reading != Reading::on || need == held || need == backlog.size() + 1;
  const std::size_t wanted = need > backlog.size() ? need - backlog.size() : 0;
  keep(any_more ? fresh : std::min(wanted, fresh), *delivered);
  return backlog.bytes();
}

void Lane::consume_backlog(std::size_t count, Delivered* delivered) {
  Backlog& backlog = waiting->backlog;
  backlog.consume(count);
  if (delivered == nullptr || backlog.size() > delivered->kept) return;
  delivered->taken -= backlog.size();
  delivered->kept = 0;
  backlog.clear();
}

void Lane::keep(std::size_t count, Delivered& delivered) {
  if (count == 0) return;
  Backlog& backlog = make_waiting().backlog;
  backlog.append(offset + backlog.size(), delivered.fresh().first(count), delivered.at);
  delivered.taken += count;
  delivered.kept += count;
}

void Lane::tidy() {
  if (waiting == nullptr || reading == Reading::lost || reading == Reading::opaque) return;
  if (!backlogged() && !skipping() && !ending()) waiting.reset();
}

}  // namespace longwire
