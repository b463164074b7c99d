#include "tests/websocket_bytes.h"

#include <zlib.h>

#include <array>

namespace longwire::test {
namespace {

constexpr std::array<unsigned char, 4> mask{0x37, 0xfa, 0x21, 0x3d};  // that of RFC 6455 section 5.7

std::string network_order(std::uint64_t value, std::size_t bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>(value >> bytes * 8);
  return out;
}

std::string header(unsigned first_byte, std::uint64_t length, unsigned mask_bit) {
  std::string out(1, static_cast<char>(first_byte));
  if (length < 126) return out + static_cast<char>(mask_bit | length);
  if (length <= 0xffff) return out + static_cast<char>(mask_bit | 126) + network_order(length, 2);
  return out + static_cast<char>(mask_bit | 127) + network_order(length, 8);
}

}  // namespace

std::string frame_header(unsigned first_byte, std::uint64_t length) {
  return header(first_byte, length, 0);
}

std::string server_frame(unsigned first_byte, std::string_view payload) {
  return header(first_byte, payload.size(), 0).append(payload);
}

std::string client_frame(unsigned first_byte, std::string_view payload) {
  std::string out = header(first_byte, payload.size(), 0x80);
  out.append(mask.begin(), mask.end());
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % 4]);
  return out;
}

std::string close_payload(unsigned code, std::string_view reason) {
  return network_order(code, 2).append(reason);
}

std::string deflated(std::string_view message) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
  std::string in(message), out(deflateBound(&stream, static_cast<uLong>(in.size())) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out - 4);
  deflateEnd(&stream);
  return out;
}

Conversation opened(std::string_view of_request, std::string_view of_response) {
  Conversation talk;
  talk.client(std::string("GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")
                  .append(of_request) +
              "\r\n");
  talk.server(std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                  .append(of_response) +
              "\r\n");
  return talk;
}

}  // namespace longwire::test
