#include "dissectors/http2_frame.h"

#include <algorithm>
#include <array>
#include <bit>

#include "dissectors/http1_message.h"

//   frame = length(24) type(8) flags(8) R(1) stream(31) payload(length)

namespace longwire {
namespace {

enum class Streams : std::uint8_t { none, one, any };

// What a type's frames are like.
struct Shape {
  std::string_view name;
  Streams streams = Streams::any;
  std::uint8_t flags = 0;  // those that are defined
  std::uint32_t least = 0, most = 0xffffff, step = 1;
};

constexpr std::array<Shape, 0x11> shapes{{
    {"DATA", Streams::one, 0x09},
    {"HEADERS", Streams::one, 0x2d},
    {"PRIORITY", Streams::one, 0, 5, 5},
    {"RST_STREAM", Streams::one, 0, 4, 4},
    {"SETTINGS", Streams::none, 0x01, 0, 0xffffff, 6},
    {"PUSH_PROMISE", Streams::one, 0x0c, 4},
    {"PING", Streams::none, 0x01, 8, 8},
    {"GOAWAY", Streams::none, 0, 8},
    {"WINDOW_UPDATE", Streams::any, 0, 4, 4},
    {"CONTINUATION", Streams::one, 0x04},
    {"ALTSVC", Streams::any, 0, 2},
    {},
    {"ORIGIN", Streams::none, 0},
    {},
    {},
    {},
    {"PRIORITY_UPDATE", Streams::none, 0, 4},
}};

constexpr std::array<std::string_view, 14> errors{"NO_ERROR",
                                                  "PROTOCOL_ERROR",
                                                  "INTERNAL_ERROR",
                                                  "FLOW_CONTROL_ERROR",
                                                  "SETTINGS_TIMEOUT",
                                                  "STREAM_CLOSED",
                                                  "FRAME_SIZE_ERROR",
                                                  "REFUSED_STREAM",
                                                  "CANCEL",
                                                  "COMPRESSION_ERROR",
                                                  "CONNECT_ERROR",
                                                  "ENHANCE_YOUR_CALM",
                                                  "INADEQUATE_SECURITY",
                                                  "HTTP_1_1_REQUIRED"};

Shape shape_of(std::uint8_t type) {
  return type < shapes.size() ? shapes[type] : Shape{};
}

// Bits of a frame header that would be otherwise in bytes that are none; 0 = it is none.
unsigned certainty(const Http2Frame& frame, std::uint32_t last_stream) {
  const Shape shape = shape_of(frame.type);
  const bool ack_of_settings = frame.is(Http2FrameType::settings) && frame.has(Http2Frame::ack);
  if (shape.name.empty() || frame.reserved || !http2_frame_fault(frame).empty()) return 0;
  if (frame.length > Http2Frame::default_max || (frame.flags & ~shape.flags) != 0 || (ack_of_settings && frame.length > 0)) return 0;
  if (frame.stream > last_stream) return 0;
  const auto undefined = static_cast<unsigned>(std::popcount(static_cast<unsigned>(shape.flags ^ 0xff)));
  const unsigned of_length = shape.least == shape.most || ack_of_settings ? 24 : 10;
  const unsigned of_stream = frame.stream == 0 ? 32 : static_cast<unsigned>(std::countl_zero(last_stream));
  return of_length + 4 + undefined + of_stream;  // and four bits of the type
}

}  // namespace

Http2Frame Http2Frame::read(Bytes header) {
  Cursor in(header);
  Http2Frame frame;
  frame.length = in.u24();
  frame.type = in.u8();
  frame.flags = in.u8();
  const std::uint32_t stream = in.u32();
  frame.reserved = stream >> 31 != 0;
  frame.stream = stream & 0x7fffffff;
  return frame;
}

std::string_view http2_frame_name(std::uint8_t type) {
  return shape_of(type).name;
}

std::string_view http2_error_name(std::uint32_t code) {
  return code < errors.size() ? errors[code] : std::string_view{};
}

std::string_view http2_frame_fault(const Http2Frame& frame) {
  const Shape shape = shape_of(frame.type);
  if (shape.name.empty()) return {};
  if (frame.length < shape.least || frame.length > shape.most || frame.length % shape.step != 0) return "http2.frame.size";
  if (shape.streams == Streams::none && frame.stream != 0) return "http2.frame.stream";
  if (shape.streams == Streams::one && frame.stream == 0) return "http2.frame.stream";
  return {};
}

Match http2_frames_begin(Bytes in, unsigned wanted, std::uint32_t last_stream) {
  for (unsigned bits = 0; in.size() >= Http2Frame::header_size;) {
    const Http2Frame frame = Http2Frame::read(in);
    const unsigned more = certainty(frame, last_stream);
    if (more == 0) return Match::no;
    bits += more;
    if (bits >= wanted) return Match::yes;
    in = in.subspan(std::min<std::size_t>(in.size(), Http2Frame::header_size + frame.length));
  }
  // The first bytes of a header tell enough to say no: a length, and a type.
  if (in.size() >= 3 && Cursor(in).u24() > Http2Frame::default_max) return Match::no;
  if (in.size() >= 4 && http2_frame_name(in[3]).empty()) return Match::no;
  return Match::maybe;
}

Http2Priority Http2Priority::read(Cursor& in) {
  const std::uint32_t dependency = in.u32();
  Http2Priority priority;
  priority.exclusive = dependency >> 31 != 0;
  priority.depends_on = dependency & 0x7fffffff;
  priority.weight = static_cast<std::uint16_t>(in.u8() + 1);
  return priority;
}

void HttpUrgency::read(std::string_view value) {
  for (std::string_view member; !(member = next_element(value)).empty();) {
    const std::string_view item = member.substr(0, member.find(';'));  // without parameters
    if (item.size() == 3 && item.starts_with("u=") && item[2] >= '0' && item[2] <= '7') urgency = static_cast<std::int8_t>(item[2] - '0');
    if (item == "i" || item == "i=?1") incremental = 1;
    if (item == "i=?0") incremental = 0;
  }
}

}  // namespace longwire
