// RFC 9293 section 3.2, RFC 7323 (window scale, timestamps), RFC 2018 (selective acknowledgment):
//
//   options        = *( end / no_operation / kind(8) length(8) data )         length covers kind and itself
//   end            = 0x00                                                     nothing behind it counts
//   no_operation   = 0x01
//   data           = mss(16)                    kind 2
//                  / shift(8)                   kind 3
//                  /                            kind 4, sack permitted
//                  / 1*4( left(32) right(32) )  kind 5, sack
//                  / value(32) echo(32)         kind 8, timestamps
#include <algorithm>

#include "capture/segment.h"

namespace longwire {
namespace {

enum class OptionKind : std::uint8_t { end = 0, no_operation = 1, mss = 2, window_scale = 3, sack_permitted = 4, sack = 5, timestamps = 8 };

constexpr std::uint8_t largest_shift = 14;  // RFC 7323 section 2.3: larger values count as 14

bool read_sack(Bytes data, TcpOptions& options) {
  if (data.size() % 8 != 0 || data.empty() || data.size() > sizeof options.sack) return false;
  Cursor blocks(data);
  options.sack_blocks = 0;
  while (blocks.left() > 0) {
    TcpOptions::SackBlock& block = options.sack[options.sack_blocks++];
    block.left = blocks.u32();
    block.right = blocks.u32();
  }
  return true;
}

// False where the length is not the one that the kind has.
bool read_option(OptionKind kind, Bytes data, TcpOptions& options) {
  Cursor fields(data);
  switch (kind) {
    case OptionKind::mss:
      if (data.size() != 2) return false;
      options.mss = fields.u16();
      return true;
    case OptionKind::window_scale:
      if (data.size() != 1) return false;
      options.window_scale = std::min(fields.u8(), largest_shift);
      options.has_window_scale = true;
      return true;
    case OptionKind::sack_permitted:
      if (!data.empty()) return false;
      options.sack_permitted = true;
      return true;
    case OptionKind::sack:
      return read_sack(data, options);
    case OptionKind::timestamps:
      if (data.size() != 8) return false;
      options.timestamp_value = fields.u32();
      options.timestamp_echo = fields.u32();
      options.has_timestamps = true;
      return true;
    default:
      return true;
  }
}

}  // namespace

TcpOptions parse_tcp_options(Bytes bytes) {
  TcpOptions options;
  Cursor cursor(bytes);
  while (cursor.left() > 0 && !options.malformed) {
    const auto kind = static_cast<OptionKind>(cursor.u8());
    if (kind == OptionKind::end) break;
    if (kind == OptionKind::no_operation) continue;
    const std::uint8_t length = cursor.u8();
    const Bytes data = cursor.take(length < 2 ? 0 : length - 2u);
    options.malformed = length < 2 || !cursor.ok() || !read_option(kind, data, options);
  }
  return options;
}

}  // namespace longwire
