// Rows about what is encrypted: who spoke when, and how much.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct TlsTurnRow {
  Integer connection_id, ordinal, idle_before_ns;
  Integer request_start_ns, request_end_ns, response_start_ns, response_end_ns;
  Integer request_first_frame, request_last_frame, response_first_frame, response_last_frame;
  Integer request_records, response_records, request_bytes, response_bytes, multiplexed;

  static constexpr TableInfo table{"tls_turns",
                                   "what the client sent in TLS without a key, and what the server sent then: an exchange as far as "
                                   "records and their directions tell"};
  static constexpr Column<TlsTurnRow> columns[] = {
      column("connection_id", &TlsTurnRow::connection_id, "the connection", indexed_reference("connections")),
      column("ordinal", &TlsTurnRow::ordinal, "1, 2 ... on its connection"),
      column("idle_before_ns", &TlsTurnRow::idle_before_ns, "end of the turn before to the first byte of this one; NULL for the first"),
      column("request_start_ns", &TlsTurnRow::request_start_ns, "first record of the client; NULL = the server spoke unasked"),
      column("request_end_ns", &TlsTurnRow::request_end_ns, "end of its last record before the server spoke"),
      column("response_start_ns", &TlsTurnRow::response_start_ns, "first record of the server; NULL = it did not answer"),
      column("response_end_ns", &TlsTurnRow::response_end_ns, "end of its last record before the client spoke again"),
      column("request_first_frame", &TlsTurnRow::request_first_frame, "frame of request_start_ns"),
      column("request_last_frame", &TlsTurnRow::request_last_frame, "frame of request_end_ns"),
      column("response_first_frame", &TlsTurnRow::response_first_frame, "frame of response_start_ns"),
      column("response_last_frame", &TlsTurnRow::response_last_frame, "frame of response_end_ns"),
      column("request_records", &TlsTurnRow::request_records, "records of the client"),
      column("response_records", &TlsTurnRow::response_records, "records of the server"),
      column("request_bytes", &TlsTurnRow::request_bytes, "of the fragments of these records: what encryption adds is in them"),
      column("response_bytes", &TlsTurnRow::response_bytes, "likewise"),
      column("multiplexed", &TlsTurnRow::multiplexed,
             "1 = HTTP/2 was agreed on (ALPN), where a turn may be many exchanges, or a part of one; NULL = it may have been")};
};

}  // namespace longwire
