#include "dissectors/context.h"

#include <algorithm>
#include <cassert>

#include "dissectors/secrets.h"
#include "dissectors/wire_text.h"

namespace longwire {

Stamp Context::stamp_at(std::uint64_t offset) const {
  const auto behind = std::upper_bound(marks_.begin(), marks_.end(), offset,
                                       [](std::uint64_t wanted, const StampMark& mark) { return wanted < mark.offset; });
  return behind == marks_.begin() ? now_ : std::prev(behind)->at;
}

Stamp Context::first_stamp(Bytes part) const {
  assert(!part.empty());
  return stamp_at(offset(part));
}

Stamp Context::last_stamp(Bytes part) const {
  assert(!part.empty());
  return stamp_at(offset(part) + part.size() - 1);
}

std::uint64_t Context::offset(Bytes part) const {
  return in_offset_ + offset_of(part, in_);
}

Bytes Context::first_packet(Bytes part) const {
  const auto behind = std::upper_bound(marks_.begin(), marks_.end(), offset(part),
                                       [](std::uint64_t wanted, const StampMark& mark) { return wanted < mark.offset; });
  return behind == marks_.end() ? part : part.first(std::min<std::size_t>(part.size(), behind->offset - offset(part)));
}

void Context::anomaly(std::string_view code, Bytes part, std::string_view detail) {
  const std::uint64_t end = in_offset_ + in_.size();
  const std::uint64_t at = part.data() == nullptr ? end : offset(part);
  const Stamp stamp = in_.empty() ? now_ : stamp_at(at == end ? end - 1 : at);
  AnomalyRow row;
  row.id = ids_.anomalies[index(side_)].next(stamp.number);
  row.connection_id = connection.id;
  row.time_ns = stamp.time;
  row.frame = stamp.frame;
  row.side = to_text(side_);
  row.layers = text(layers_);
  row.offset = at;
  row.code = code;
  std::string shown;
  if (options.secrets != nullptr) options.secrets->append(shown, Secrets::Kind::authority, detail);
  if (!detail.empty()) row.detail = text(excerpt(options.secrets == nullptr ? detail : shown));
  rows().add(row);
}

}  // namespace longwire
