// IEEE 802.11-2020 clause 9.2.3, 9.3.2, radiotap.org, PPI specification 1.0.7. 802.11, radiotap and PPI fields are
// little-endian; an aggregated frame's length is not.
//
//   wlan     = control duration(16) address1(48) address2(48) address3(48) fragment(4) sequence(12)
//              [ address4(48) ] [ qos(16) ] [ high_throughput(32) ] llc [ fcs(32) ]       of a data frame
//   control  = version(2) type(2) subtype(4) to_ds(1) from_ds(1) more(1) retry(1) power(1) more_data(1) protected(1)
//              order(1)                                        least significant bit first
//              address4 where to_ds and from_ds are set, qos where the subtype says so, high_throughput with qos and order
//   a_msdu   = *( destination(48) source(48) length(16) llc pad )       pad to a multiple of 4, not behind the last
//   radiotap = version(8) pad(8) length(16) 1*present(32) fields wlan   present bit 31: another present follows
//              fields of present: bit 0 time(64), bit 1 flags(8), ...   each aligned to its own size
//   ppi      = version(8) flags(8) length(16) link_type(32) *( type(16) length(16) data ) packet
#include "capture/ieee802_11.h"

#include "capture/link_layer.h"

namespace longwire {
namespace {

constexpr std::size_t fcs_length = 4;  // octets

bool has_fcs(Protocol protocol) {
  return protocol == Protocol::ieee802_11_fcs || protocol == Protocol::ieee802_11_padded_fcs;
}
bool is_padded(Protocol protocol) {
  return protocol == Protocol::ieee802_11_padded || protocol == Protocol::ieee802_11_padded_fcs;
}
Protocol wlan_protocol(bool fcs, bool padded) {
  if (padded) return fcs ? Protocol::ieee802_11_padded_fcs : Protocol::ieee802_11_padded;
  return fcs ? Protocol::ieee802_11_fcs : Protocol::ieee802_11;
}

std::size_t multiple_of_4(std::size_t n) {
  return (n + 3) / 4 * 4;
}

}  // namespace

Layer read_radiotap(const Layer& layer, Walk& walk) {
  constexpr std::uint32_t time_present = 1u << 0, flags_present = 1u << 1, more_present = 1u << 31;
  Cursor header(layer.bytes);
  const std::uint8_t version = header.u8();
  header.skip(1);
  const std::uint16_t length = header.u16le();
  const std::uint32_t present = header.u32le();
  for (std::uint32_t word = present; header.ok() && (word & more_present) != 0;) word = header.u32le();
  std::uint8_t flags = 0;
  if ((present & flags_present) != 0) {
    if ((present & time_present) != 0) header.skip((header.position() + 7) / 8 * 8 - header.position() + 8);
    flags = header.u8();
  }
  if (!header.ok() || length > layer.wire_size()) return walk.too_short(layer, "radiotap.length");
  if (version != 0) return walk.malformed(layer, "radiotap.version");
  if (length < header.position()) return walk.malformed(layer, "radiotap.length");
  constexpr std::uint8_t fcs = 0x10, padded = 0x20;
  return layer.after(length, wlan_protocol((flags & fcs) != 0, (flags & padded) != 0));
}

Layer read_ppi(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t common_field = 2;  // 802.11-Common: time(64) flags(16) ...
  constexpr std::size_t fixed = 8;
  Cursor header(layer.bytes);
  const std::uint8_t version = header.u8();
  header.skip(1);
  const std::uint16_t length = header.u16le();
  const std::uint32_t link = header.u32le();
  if (!header.ok() || length > layer.bytes.size()) return walk.too_short(layer, "ppi.length");
  if (version != 0) return walk.malformed(layer, "ppi.version");
  if (length < fixed) return walk.malformed(layer, "ppi.length");

  std::uint16_t flags = 0;
  Cursor fields(layer.bytes.first(length).subspan(fixed));
  while (fields.left() > 0) {
    const std::uint16_t type = fields.u16le();
    const std::uint16_t size = fields.u16le();
    Cursor data(fields.take(size));
    if (type != common_field) continue;
    data.skip(8);
    flags = data.u16le();
  }
  const Layer packet = layer.after(length, Protocol::none);
  if (link != static_cast<std::uint32_t>(LinkType::ieee802_11))
    return link <= 0xffff ? as_link_type(static_cast<LinkType>(link), packet) : end_as(Other::ppi);
  return packet.as(wlan_protocol((flags & 1) != 0, false));
}

Layer read_ieee802_11(const Layer& layer, Walk& walk) {
  constexpr std::uint16_t version_mask = 0x0003, to_and_from_ds = 0x0300, more_fragments = 0x0400, is_protected = 0x4000, order = 0x8000;
  constexpr std::uint16_t qos_subtype = 0x0080, no_data_subtype = 0x0040;
  constexpr std::uint16_t management = 0, control_type = 1, data_type = 2;
  const Layer frame = has_fcs(layer.protocol) ? layer.first(layer.wire_size() - std::min(fcs_length, layer.wire_size())) : layer;
  Cursor header(frame.bytes);
  const std::uint16_t control = header.u16le();
  if (!header.ok()) return walk.too_short(layer, "802.11.length");
  if ((control & version_mask) != 0) return walk.malformed(layer, "802.11.version");
  const std::uint16_t type = control >> 2 & 3;
  if (type == management) return end_as(Other::ieee802_11_management);
  if (type == control_type) return end_as(Other::ieee802_11_control);
  if (type != data_type || (control & no_data_subtype) != 0) return end_as(Other::ieee802_11_no_data);

  header.skip(20);
  const std::uint16_t fragment = header.u16le() & 0x000f;
  if ((control & to_and_from_ds) == to_and_from_ds) header.skip(6);
  const bool has_qos = (control & qos_subtype) != 0;
  const std::uint16_t qos = has_qos ? header.u16le() : std::uint16_t{0};
  if (has_qos && (control & order) != 0) header.skip(4);
  if (!header.ok()) return walk.too_short(layer, "802.11.length");
  if ((control & is_protected) != 0) return end_as(Other::ieee802_11_encrypted);
  if (fragment != 0 || (control & more_fragments) != 0) return end_as(Other::ieee802_11_fragment);

  constexpr std::uint16_t aggregated = 0x0080;
  const std::size_t length = is_padded(layer.protocol) ? multiple_of_4(header.position()) : header.position();
  return frame.after(length, (qos & aggregated) != 0 ? Protocol::a_msdu : Protocol::llc);
}

std::optional<AggregatedFrame> read_aggregated_frame(const Layer& layer) {
  Cursor header(layer.bytes);
  header.skip(12);
  const std::uint16_t length = header.u16();
  if (!header.ok()) return std::nullopt;
  const std::size_t start = header.position();
  return AggregatedFrame{layer.first(start + length).after(start, Protocol::llc),
                         layer.after(multiple_of_4(start + length), Protocol::a_msdu)};
}

}  // namespace longwire
