// WebSocket handshakes and frames made by hand, from the grammars of RFC 6455.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/conversation.h"

namespace longwire::test {

constexpr unsigned continuation_frame = 0, text_frame = 1, binary_frame = 2, close_frame = 8, ping_frame = 9, pong_frame = 10;
constexpr unsigned fin = 0x80, rsv1 = 0x40, rsv2 = 0x20;

// A frame: FIN and reserved bits as in its first byte, then opcode. The client's is masked.
std::string server_frame(unsigned first_byte, std::string_view payload);
std::string client_frame(unsigned first_byte, std::string_view payload);
// The header alone, for a payload of this length; unmasked.
std::string frame_header(unsigned first_byte, std::uint64_t length);
// The payload of a Close frame.
std::string close_payload(unsigned code, std::string_view reason = {});

// What RFC 7692 makes of a message with a window of its own: without the last four bytes.
std::string deflated(std::string_view message);

// The opening handshake of RFC 6455 section 1.3, with further field lines ("Name: value\r\n") of request and response.
Conversation opened(std::string_view of_request = {}, std::string_view of_response = {});
constexpr std::string_view agreed_deflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

}  // namespace longwire::test
