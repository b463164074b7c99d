// The row about what is wrong in the bytes.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct AnomalyRow {
  Integer id, connection_id, time_ns, frame;
  Text side, layers;
  Integer offset;
  Text code, detail;

  static constexpr TableInfo table{"anomalies", "one oddity in the bytes, with where it stands"};
  static constexpr Column<AnomalyRow> columns[] = {
      column("id", &AnomalyRow::id, "set-wide packet number times 1000, plus 0, 1 ... within the packet", primary_key),
      column("connection_id", &AnomalyRow::connection_id, "the connection; NULL below TCP", indexed_reference("connections")),
      column("time_ns", &AnomalyRow::time_ns, "when"),
      column("frame", &AnomalyRow::frame, "the packet that holds the byte"),
      column("side", &AnomalyRow::side, "client or server: who sent it; NULL below TCP"),
      column("layers", &AnomalyRow::layers, "the reader that found it, outermost first"),
      column("offset", &AnomalyRow::offset, "0-based byte in this side's stream; below TCP in the packet"),
      column("code", &AnomalyRow::code, "protocol.what; see README, Anomalies"),
      column("detail", &AnomalyRow::detail, "the bytes or numbers in question; NULL where the code says it all")};
};

}  // namespace longwire
