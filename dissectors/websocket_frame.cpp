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
constexpr std::size_t certain_headers = 5;  // of random bytes fewer than 1 in 10^6 headers make sense five times in a row

// What any sender may say, given what stood before.
bool plausible(const WebSocketFrame& frame, bool masked, bool compresses, bool& inside_message, bool first) {
  const std::uint8_t reserved_allowed =
      compresses && !frame.control() && frame.opcode != WebSocketFrame::continuation ? WebSocketFrame::rsv1 : 0;
  if (!frame.known() || (frame.reserved & ~reserved_allowed) != 0 || frame.masked != masked || !frame.shortest) return false;
  if (frame.length > WebSocketFrame::largest_length) return false;
  if (frame.control()) return frame.fin && frame.length <= WebSocketFrame::largest_control_length;
  const bool continues = frame.opcode == WebSocketFrame::continuation;
  if (continues && !frame.fin && frame.length == 0) return false;  // nobody sends it, but zeros look like it
  if (!first && continues != inside_message) return false;
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

Match starts_frames(Bytes in, bool masked, bool compresses) {
  bool inside_message = false;
  for (std::size_t headers = 0; headers < certain_headers; ++headers) {
    WebSocketFrame frame;
    const bool whole = read_frame_header(in, frame) == 0;
    if (whole && !plausible(frame, masked, compresses, inside_message, headers == 0)) return Match::no;
    if (whole && headers + 1 == certain_headers) return Match::yes;
    if (!whole || frame.bytes() > in.size()) return Match::maybe;
    in = in.subspan(frame.bytes());
  }
  return Match::maybe;
}

bool may_close_with(std::uint16_t code) {
  constexpr std::uint16_t application = 3000, end = 5000;               // RFC 6455 section 7.4.2
  if (code >= 1000 && code <= 1014) return code < 1004 || code > 1006;  // 1004 to 1006, and 1015, are never sent
  return code >= application && code < end;
}

}  // namespace longwire
