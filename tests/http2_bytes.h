// HTTP/2 as bytes, for tests: frames, and header blocks of literal fields that no table remembers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dissectors/http2_frame.h"

namespace longwire::test::h2 {

using Type = Http2FrameType;

constexpr std::uint8_t end_stream = 0x1, ack = 0x1, end_headers = 0x4, padded = 0x8, with_priority = 0x20;
const std::string preface(http2_preface);

std::string u16(std::uint32_t value);
std::string u32(std::uint32_t value);

std::string frame(Type type, std::uint8_t flags, std::uint32_t stream, std::string_view payload = {});
// A literal field without indexing, or, `indexed`, one that is added to the dynamic table.
std::string field(std::string_view name, std::string_view value, bool indexed = false);
std::string fields(const std::vector<std::pair<std::string_view, std::string_view>>& list);

// :method GET, :scheme http, :authority a.example, and the path.
std::string get_block(std::string_view path);
// A whole request without a body; a response's header section; both with END_HEADERS.
std::string get(std::uint32_t stream, std::string_view path);
std::string headers(std::uint32_t stream, std::string_view block, std::uint8_t flags = end_headers);
std::string response(std::uint32_t stream, std::string_view status = "200", std::uint8_t more_flags = 0, std::string_view more_fields = {});
std::string data(std::uint32_t stream, std::string_view payload, std::uint8_t flags = 0);
std::string settings(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& list = {});
std::string settings_ack();
std::string window_update(std::uint32_t stream, std::uint32_t increment);
std::string rst_stream(std::uint32_t stream, std::uint32_t code);
std::string goaway(std::uint32_t last_stream, std::uint32_t code, std::string_view debug = {});
std::string ping(std::string_view eight_octets, std::uint8_t flags = 0);

// The preface and an empty SETTINGS.
std::string client_start();

}  // namespace longwire::test::h2
