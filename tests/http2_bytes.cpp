#include "tests/http2_bytes.h"

namespace longwire::test::h2 {
namespace {

char byte(std::uint32_t value) {
  return static_cast<char>(value & 0xff);
}

// A string literal of at most 126 + 16383 octets, as it is.
std::string literal(std::string_view text) {
  if (text.size() < 127) return byte(static_cast<std::uint32_t>(text.size())) + std::string(text);
  std::string length{byte(127)};
  std::size_t rest = text.size() - 127;
  for (; rest >= 128; rest >>= 7) length += byte(static_cast<std::uint32_t>(rest & 127) | 128);
  return length + byte(static_cast<std::uint32_t>(rest)) + std::string(text);
}

}  // namespace

std::string u16(std::uint32_t value) {
  return {byte(value >> 8), byte(value)};
}

std::string u32(std::uint32_t value) {
  return u16(value >> 16) + u16(value);
}

std::string frame(Type type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  return std::string{byte(size >> 16)} + u16(size) + byte(static_cast<std::uint32_t>(type)) + byte(flags) + u32(stream) +
         std::string(payload);
}

std::string field(std::string_view name, std::string_view value, bool indexed) {
  return byte(indexed ? 0x40 : 0) + literal(name) + literal(value);
}

std::string fields(const std::vector<std::pair<std::string_view, std::string_view>>& list) {
  std::string block;
  for (const auto& [name, value] : list) block += field(name, value);
  return block;
}

std::string get_block(std::string_view path) {
  return "\x82\x86" + field(":authority", "a.example") + field(":path", path);
}

std::string get(std::uint32_t stream, std::string_view path) {
  return headers(stream, get_block(path), end_headers | end_stream);
}

std::string headers(std::uint32_t stream, std::string_view block, std::uint8_t flags) {
  return frame(Type::headers, flags, stream, block);
}

std::string response(std::uint32_t stream, std::string_view status, std::uint8_t more_flags, std::string_view more_fields) {
  return headers(stream, field(":status", status) + std::string(more_fields), static_cast<std::uint8_t>(end_headers | more_flags));
}

std::string data(std::uint32_t stream, std::string_view payload, std::uint8_t flags) {
  return frame(Type::data, flags, stream, payload);
}

std::string settings(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& list) {
  std::string payload;
  for (const auto& [id, value] : list) payload += u16(id) + u32(value);
  return frame(Type::settings, 0, 0, payload);
}

std::string settings_ack() {
  return frame(Type::settings, ack, 0);
}

std::string window_update(std::uint32_t stream, std::uint32_t increment) {
  return frame(Type::window_update, 0, stream, u32(increment));
}

std::string rst_stream(std::uint32_t stream, std::uint32_t code) {
  return frame(Type::rst_stream, 0, stream, u32(code));
}

std::string goaway(std::uint32_t last_stream, std::uint32_t code, std::string_view debug) {
  return frame(Type::goaway, 0, 0, u32(last_stream) + u32(code) + std::string(debug));
}

std::string ping(std::string_view eight_octets, std::uint8_t flags) {
  return frame(Type::ping, flags, 0, eight_octets);
}

std::string client_start() {
  return preface + settings();
}

}  // namespace longwire::test::h2
