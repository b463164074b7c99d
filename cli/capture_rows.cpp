#include "cli/capture_rows.h"

#include <set>

#include <nlohmann/json.hpp>

#include "capture/link_type.h"

namespace longwire {
namespace {

Text text_or_null(const std::string& s, Arena& arena) {
  return s.empty() ? Text{} : arena.copy(s);
}

template <class T>
Integer integer_or_null(const std::optional<T>& value) {
  return value ? Integer(*value) : Integer();
}

Text link_types(const CaptureInfo& info, Arena& arena) {
  std::set<std::string> names;
  for (const InterfaceInfo& interface : info.interfaces) names.insert(link_type_name(interface.link));
  return arena.copy(nlohmann::json(names).dump());
}

// NULL unless an interface tells; then the sum over those that do.
Integer dropped(const CaptureInfo& info) {
  Integer sum;
  for (const InterfaceInfo& interface : info.interfaces) {
    if (interface.dropped) sum = (sum.is_null() ? 0 : sum.value) + static_cast<std::int64_t>(*interface.dropped);
  }
  return sum;
}

}  // namespace

void CaptureRows::captures(const std::vector<CaptureInfo>& infos, RowBatch& rows) const {
  std::uint32_t index = 0;
  for (const CaptureInfo& info : infos) capture(index++, info, {}, rows);
}

void CaptureRows::capture(std::uint32_t index, const CaptureInfo& info, const Neighbours& neighbours, RowBatch& rows) const {
  CaptureRow row;
  row.id = first_capture_id_ + index;
  row.path = rows.arena.copy(info.path);
  row.format = rows.arena.copy(info.format);
  row.link_types = link_types(info, rows.arena);
  row.started_ns = integer_or_null(info.started);
  row.ended_ns = integer_or_null(info.ended);
  row.packets = info.packets;
  row.bytes = info.bytes;
  row.filtered = info.filtered;
  row.dropped = dropped(info);
  row.first_packet = info.first_number;
  row.damaged_at = integer_or_null(info.damaged_at);
  row.damage = text_or_null(info.damage, rows.arena);
  row.tool_version = LONGWIRE_VERSION;
  row.options = rows.arena.copy(options_text_);
  row.previous_database = text_or_null(neighbours.previous, rows.arena);
  row.next_database = text_or_null(neighbours.next, rows.arena);
  rows.add(row);
  std::int64_t number = 0;
  for (const InterfaceInfo& interface : info.interfaces) {
    CaptureInterfaceRow line;
    line.capture_id = row.id;
    line.number = number++;
    line.name = text_or_null(interface.name, rows.arena);
    line.description = text_or_null(interface.description, rows.arena);
    line.link_type = rows.arena.copy(link_type_name(interface.link));
    line.filter = text_or_null(interface.filter, rows.arena);
    if (interface.snaplen != 0) line.snaplen = interface.snaplen;
    line.packets = interface.packets;
    line.received = integer_or_null(interface.received);
    line.dropped = integer_or_null(interface.dropped);
    rows.add(line);
  }
}

void CaptureRows::kinds(std::uint32_t capture, const std::vector<PacketKind>& kinds, RowBatch& rows) const {
  for (const PacketKind& kind : kinds) {
    rows.add(PacketKindRow{first_capture_id_ + capture, rows.arena.copy(kind.name), kind.packets, kind.bytes});
  }
}

void CaptureRows::anomalies(const std::vector<DecodeAnomaly>& anomalies, RowBatch& rows) {
  for (const DecodeAnomaly& anomaly : anomalies) {
    AnomalyRow row;
    row.id = ids_.next(anomaly.at.number);
    row.time_ns = anomaly.at.time;
    row.frame = anomaly.at.frame;
    row.layers = anomaly.layers;
    row.offset = anomaly.offset;
    row.code = anomaly.code;
    rows.add(row);
  }
}

}  // namespace longwire
