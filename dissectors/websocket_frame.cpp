// A frame (RFC 6455 section 5.2), numbers in network order, bits in parentheses:
//   FIN(1) RSV1(1) RSV2(1) RSV3(1) opcode(4)  MASK(1) length(7) | length(7) = 126 length[2] | length(7) = 127 length[8]
//   masking-key[4] where MASK  payload[length]
// Payload byte i is masked with octet i modulo 4 of the key.
#include "dissectors/websocket_frame.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace longwire {
namespace {

constexpr std::uint8_t length_in_2_bytes = 126, length_in_8_bytes = 127;  // of the 7-bit length

constexpr std::size_t least_header_bytes = 2;  // these tell all but the length and the mask

// What any sender may say in the first two bytes.
bool plausible(const WebSocketFrame& frame, bool masked, bool compresses) {
  const std::uint8_t reserved_allowed =
      compresses && !frame.control() && frame.opcode != WebSocketFrame::continuation ? WebSocketFrame::rsv1 : 0;
  return frame.known() && (frame.reserved & ~reserved_allowed) == 0 && frame.masked == masked;
}

// And in all of them, given what stood before.
bool goes_on(const WebSocketFrame& frame, bool& inside_message, bool first) {
  if (!frame.shortest || frame.length > WebSocketFrame::largest_length) return false;
  if (frame.control()) return frame.fin && frame.length <= WebSocketFrame::largest_control_length;
  const bool fragment = frame.opcode == WebSocketFrame::continuation;
  if (fragment && !frame.fin && frame.length == 0) return false;  // nobody sends it, but zeros look like it
  if (!first && fragment != inside_message) return false;
  inside_message = !frame.fin;
  return true;
}

}  // namespace

std::string_view WebSocketFrame::name() const {
  switch (opcode) {
    case text:
      return "text";
    case binary:
      return "binary";
    case close:
      return "close";
    case ping:
      return "ping";
    case pong:
      return "pong";
    default:
      return {};
  }
}

std::size_t read_frame_header(Bytes in, WebSocketFrame& frame) {
  Cursor cursor(in);
  const std::uint8_t first = cursor.u8(), second = cursor.u8();
  frame.fin = (first & 0x80) != 0;
  frame.reserved = first >> 4 & 7;
  frame.opcode = first & 0x0f;
  frame.masked = (second & 0x80) != 0;
  frame.length = second & 0x7f;
  frame.shortest = true;
  if (frame.length == length_in_2_bytes) {
    frame.length = cursor.u16();
    frame.shortest = frame.length >= length_in_2_bytes;
  } else if (frame.length == length_in_8_bytes) {
    frame.length = cursor.u64();
    frame.shortest = frame.length > 0xffff;
  }
  frame.mask = 0;
  if (frame.masked) frame.mask = cursor.u32le();  // as it lies in memory
  frame.header_bytes = static_cast<std::uint8_t>(cursor.position());
  return cursor.ok() ? 0 : cursor.wanted();
}

void unmask(Bytes masked, std::uint32_t mask, std::uint64_t position, std::span<std::uint8_t> out) {
  assert(masked.size() == out.size());
  const std::uint32_t turned = std::rotr(mask, static_cast<int>(position % 4 * 8));
  const std::uint64_t twice = std::uint64_t{turned} << 32 | turned;
  constexpr std::size_t word_bytes = sizeof twice;
  std::size_t done = 0;
  for (; done + word_bytes <= masked.size(); done += word_bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, &masked[done], word_bytes);
    word ^= twice;
    std::memcpy(&out[done], &word, word_bytes);
  }
  for (; done < masked.size(); ++done) out[done] = static_cast<std::uint8_t>(masked[done] ^ turned >> done % 4 * 8);
}

FrameRun frames_in_a_row(Bytes in, bool masked, bool compresses) {
  FrameRun run;
  bool inside_message = false;
  while (run.whole < FrameRun::certain) {
    WebSocketFrame frame;
    const bool whole = read_frame_header(in, frame) == 0;
    run.broken = (in.size() >= least_header_bytes && !plausible(frame, masked, compresses)) ||
                 (whole && !goes_on(frame, inside_message, run.headers == 0));
    if (run.broken || !whole) break;
    ++run.headers;
    if (frame.bytes() > in.size()) break;
    ++run.whole;
    in = in.subspan(frame.bytes());
  }
  return run;
}

Match starts_frames(Bytes in, bool masked, bool compresses) {
  const FrameRun run = frames_in_a_row(in, masked, compresses);
  if (run.headers == FrameRun::certain) return Match::yes;
  return run.broken ? Match::no : Match::maybe;
}

bool may_close_with(std::uint16_t code) {
  constexpr std::uint16_t application = 3000, end = 5000;               // RFC 6455 section 7.4.2
  if (code >= 1000 && code <= 1014) return code < 1004 || code > 1006;  // 1004 to 1006, and 1015, are never sent
  return code >= application && code < end;
}

}  // namespace longwire
