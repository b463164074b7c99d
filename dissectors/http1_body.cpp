#include "dissectors/http1_body.h"

#include "capture/limits.h"

namespace longwire {
namespace {

// What is asked of section 6.3: a request, or a response to `method`.
struct Message {
  bool request;
  HttpVersion version;
  std::uint16_t status = 0;
  std::string_view method = {};
};

// RFC 9112 section 6.3, rule by rule.
BodyLength body_length(const Http1Fields& fields, const Message& message, Oddities& oddities) {
  using Kind = BodyLength::Kind;
  if (!message.request) {
    // RFC 9110 section 15.2.2: behind 101 the new protocol speaks.
    if (message.status == 101) return {Kind::tunnel};
    // 1. Responses to HEAD, and 1xx, 204, 304, end with the header section.
    const bool informational = message.status >= 100 && message.status < 200;
    if (message.method == "HEAD" || informational || message.status == 204 || message.status == 304) return {Kind::none};
    // 2. 2xx to CONNECT makes a tunnel; Content-Length and Transfer-Encoding are ignored.
    if (message.method == "CONNECT" && message.status >= 200 && message.status < 300) return {Kind::tunnel};
  }
  if (fields.transfer_encoding) {
    // 3. Transfer-Encoding overrides Content-Length; the pair is what request smuggling is made of.
    if (fields.length != Http1Fields::Length::absent) oddities.add("http1.content_length.with_transfer_encoding", {});
    if (message.version < HttpVersion{1, 1}) oddities.add("http1.transfer_encoding.version", {});  // section 6.1
    if (fields.chunked_before_last) oddities.add("http1.transfer_encoding.chunked_not_last", {});
    // 4. Chunked as the final coding frames itself; without it a response lasts until close, a request is an error.
    if (fields.chunked_last) return {Kind::chunked};
    if (!message.request) return {Kind::until_close};
    oddities.add("http1.transfer_encoding.not_chunked", {});
    return {Kind::unknowable};
  }
  // 5. An invalid or contradictory Content-Length breaks the framing.
  if (fields.length == Http1Fields::Length::invalid) return {Kind::unknowable};
  // 6. A valid Content-Length counts.
  if (fields.length == Http1Fields::Length::valid) return {Kind::counted, fields.content_length};
  // 7. A request without either has no body. 8. A response without either lasts until close.
  return {message.request ? Kind::none : Kind::until_close};
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

BodyLength request_body_length(const Http1Fields& fields, HttpVersion version, Oddities& oddities) {
  return body_length(fields, {.request = true, .version = version}, oddities);
}

BodyLength response_body_length(const Http1Fields& fields, HttpVersion version, std::uint16_t status, std::string_view method,
                                Oddities& oddities) {
  return body_length(fields, {.request = false, .version = version, .status = status, .method = method}, oddities);
}

void ChunkedFraming::pass(std::uint64_t count) {
  left_ -= count;
  if (next_ == Next::data && left_ == 0) next_ = Next::data_end;
}

ChunkedFraming::Step ChunkedFraming::read(std::string_view in) {
  return next_ == Next::size_line ? read_size_line(in) : read_data_end(in);
}

ChunkedFraming::Step ChunkedFraming::fail(std::string_view code) {
  next_ = Next::broken;
  return {.used = 0, .need = 0, .code = code};
}

ChunkedFraming::Step ChunkedFraming::read_size_line(std::string_view in) {
  const std::size_t length = first_line(in);
  std::size_t digits = 0;
  std::uint64_t size = 0;
  for (int digit = 0; digits < in.size() && (digit = hex_digit(in[digits])) >= 0; ++digits) {
    if (size >> 59 != 0) return fail("http1.chunk.size");  // 2^63 and more
    size = size << 4 | static_cast<std::uint64_t>(digit);
  }
  if (digits == 0 && !in.empty()) return fail("http1.chunk.size");
  if (length == 0) return in.size() < limits::http1_chunk_line ? Step{.need = in.size() + 1} : fail("http1.limit");
  if (length > limits::http1_chunk_line) return fail("http1.limit");

  std::string_view rest = in.substr(digits, length - digits - 1);
  Step step{.used = length};
  if (rest.ends_with('\r')) {
    rest.remove_suffix(1);
  } else {
    step.code = "http1.bare_lf";
  }
  rest = without_whitespace_around(rest);
  if (!rest.empty() && rest.front() != ';') return fail("http1.chunk.size");
  if (rest.find('\r') != std::string_view::npos) step.code = "http1.bare_cr";
  left_ = size;
  next_ = size == 0 ? Next::trailers : Next::data;
  return step;
}

ChunkedFraming::Step ChunkedFraming::read_data_end(std::string_view in) {
  if (in.starts_with("\r\n")) {
    next_ = Next::size_line;
    return {.used = 2};
  }
  if (in.starts_with('\n')) {
    next_ = Next::size_line;
    return {.used = 1, .code = "http1.bare_lf"};
  }
  if (in == "\r" || in.empty()) return {.need = in.size() + 1};
  return fail("http1.chunk.end");
}

}  // namespace longwire
