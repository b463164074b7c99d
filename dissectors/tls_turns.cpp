#include "dissectors/tls_turns.h"

#include <algorithm>

#include "capture/limits.h"

namespace longwire {
namespace {

constexpr std::uint32_t key_update_bytes = 5, alert_bytes = 2;  // RFC 8446 sections 4.6.3 and 6, with the message's header
constexpr std::uint32_t control_frame_bytes = 9 + 8;            // PING, and GOAWAY without debug data, with the frame's header
constexpr std::uint32_t most_ticket_bytes = 2048;               // arbitrary, but more than tickets have, unless certificates are in them

}  // namespace

void TlsTurns::Part::add(const Record& record) {
  if (records++ == 0) first = Moment(record.first);
  last = Moment(record.last);
  bytes += record.bytes;
}

void TlsTurns::take(Side from, const Record& record, Context& context) {
  if (is_control(record)) return;
  if (from == Side::server) {
    if (!is_ticket(record)) response_.add(record);
    return;
  }
  const bool begins = request_.records == 0 || response_.records > 0;
  if (begins && agreement_.alert_bytes != 0 && record.bytes <= agreement_.alert_bytes - alert_bytes + key_update_bytes) return;
  asked_ = true;
  if (response_.records > 0) tell(record.at, context);
  request_.add(record);
}

void TlsTurns::finish(Context& context) {
  if (request_.records > 0 || response_.records > 0) tell({}, context);
}

bool TlsTurns::is_control(const Record& record) const {
  if (record.bytes == agreement_.alert_bytes) return true;
  return agreement_.multiplexed.value_or(true) && record.bytes <= control_frame_bytes + agreement_.overhead_bytes;
}

// Of the server's records.
bool TlsTurns::is_ticket(const Record& record) {
  if (!agreement_.tls13 || turns_ > 0) return false;
  if (!asked_) return true;
  if (response_.records == 0) return record.bytes == ticket_bytes_;
  if (response_.records > 1 || response_.bytes != record.bytes || record.bytes > most_ticket_bytes) return false;
  ticket_bytes_ = record.bytes;  // and the one before was one, too
  response_ = {};
  return true;
}

void TlsTurns::tell(Bytes at, Context& context) {
  const bool asked = request_.records > 0, answered = response_.records > 0;
  const Time start = asked ? request_.first.time : response_.first.time;
  TlsTurnRow row;
  row.connection_id = context.connection.id;
  row.ordinal = ++turns_;
  if (turns_ > 1) row.idle_before_ns = std::max<Time>(0, start - last_end_);
  if (asked) {
    row.request_start_ns = request_.first.time;
    row.request_end_ns = request_.last.time;
    row.request_first_frame = request_.first.frame;
    row.request_last_frame = request_.last.frame;
  }
  if (answered) {
    row.response_start_ns = response_.first.time;
    row.response_end_ns = response_.last.time;
    row.response_first_frame = response_.first.frame;
    row.response_last_frame = response_.last.frame;
  }
  row.request_records = request_.records;
  row.response_records = response_.records;
  row.request_bytes = request_.bytes;
  row.response_bytes = response_.bytes;
  if (agreement_.multiplexed) row.multiplexed = *agreement_.multiplexed;
  last_end_ = std::max(request_.last.time, response_.last.time);
  request_ = response_ = {};
  if (turns_ <= limits::tls_turns) return context.rows().add(row);
  if (turns_ == limits::tls_turns + 1) context.anomaly("tls.limit", at, "turns of one connection");
}

}  // namespace longwire
