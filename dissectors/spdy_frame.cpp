#include "dissectors/spdy_frame.h"

#include <array>

namespace longwire {
namespace {

struct Shape {
  std::string_view name;
  std::uint32_t least = 0, most = 0xffffff;  // bytes of payload
  std::uint8_t flags = 0;                    // those that are defined
};

constexpr std::array<Shape, SpdyFrame::types> shapes{{
    {"DATA", 0, 0xffffff, 0x03},
    {"SYN_STREAM", 10, 0xffffff, 0x03},
    {"SYN_REPLY", 4, 0xffffff, 0x01},
    {"RST_STREAM", 8, 8},
    {"SETTINGS", 4, 0xffffff, 0x01},
    {"NOOP", 0, 0},
    {"PING", 4, 4},
    {"GOAWAY", 4, 8},
    {"HEADERS", 4, 0xffffff, 0x01},
    {"WINDOW_UPDATE", 8, 8},
    {"CREDENTIAL", 2, 0xffffff},
}};

constexpr std::array<std::string_view, 12> statuses{"",
                                                    "PROTOCOL_ERROR",
                                                    "INVALID_STREAM",
                                                    "REFUSED_STREAM",
                                                    "UNSUPPORTED_VERSION",
                                                    "CANCEL",
                                                    "INTERNAL_ERROR",
                                                    "FLOW_CONTROL_ERROR",
                                                    "STREAM_IN_USE",
                                                    "STREAM_ALREADY_CLOSED",
                                                    "INVALID_CREDENTIALS",
                                                    "FRAME_TOO_LARGE"};

constexpr std::uint32_t believable = 1 << 16;  // bytes of a control frame; arbitrary, but more than header blocks come to

}  // namespace

SpdyFrame SpdyFrame::read(Bytes header) {
  Cursor in(header);
  const std::uint32_t first = in.u32();
  SpdyFrame frame;
  frame.control = first >> 31 != 0;
  if (frame.control) {
    frame.version = static_cast<std::uint16_t>(first >> 16 & 0x7fff);
    frame.type = static_cast<std::uint16_t>(first & 0xffff);
  } else {
    frame.stream = first;
  }
  frame.flags = in.u8();
  frame.length = in.u24();
  return frame;
}

bool SpdyFrame::sound() const {
  return type < shapes.size() && length >= shapes[type].least && length <= shapes[type].most;
}

std::string_view spdy_frame_name(std::uint16_t type) {
  return type < shapes.size() ? shapes[type].name : std::string_view{};
}

std::string_view spdy_status_name(std::uint32_t code) {
  return code < statuses.size() ? statuses[code] : std::string_view{};
}

// Version, type, flags and length leave 2^-40 for chance, and most protocols no chance at all.
Match spdy_frame_begins(Bytes in) {
  if (in.empty()) return Match::maybe;
  if (in[0] != 0x80 || (in.size() > 1 && in[1] != 2 && in[1] != 3) || (in.size() > 2 && in[2] != 0)) return Match::no;
  if (in.size() < SpdyFrame::header_size) return Match::maybe;
  const SpdyFrame frame = SpdyFrame::read(in);
  const bool fits = frame.type != 0 && frame.sound() && frame.length <= believable && (frame.flags & ~shapes[frame.type].flags) == 0;
  if (!fits) return Match::no;
  if (!frame.is(SpdyFrameType::settings)) return Match::yes;
  if (in.size() < SpdyFrame::header_size + 4) return Match::maybe;
  Cursor payload(in.subspan(SpdyFrame::header_size));
  return frame.length == 4 + 8 * std::uint64_t{payload.u32()} ? Match::yes : Match::no;
}

}  // namespace longwire
