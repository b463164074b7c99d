#include "dissectors/websocket_message.h"

#include <algorithm>
#include <array>

#include "dissectors/wire_text.h"

namespace longwire {
namespace {

constexpr std::size_t unmask_bytes = 16 << 10;  // unmasked at once; arbitrary, but fits the cache

std::span<std::uint8_t> room() {
  thread_local std::array<std::uint8_t, unmask_bytes> own;
  return own;
}

// The length of `text` without a character that is cut at its end.
std::size_t whole_characters(std::string_view text) {
  constexpr std::size_t longest = 4;  // bytes of a character
  for (std::size_t back = 1; back <= std::min(longest, text.size()); ++back) {
    const std::size_t at = text.size() - back;
    const Utf8Lead lead = utf8_lead(static_cast<std::uint8_t>(text[at]));
    if (lead.length > back) return at;
    if (lead.length > 0) break;
  }
  return text.size();
}

}  // namespace

void WebSocketMessage::begin(const WebSocketFrame& frame, Coding coding, WebSocketDeflate* deflate, std::size_t keep) {
  clear();
  text_ = frame.opcode == WebSocketFrame::text;
  masked_ = frame.masked;
  coding_ = coding;
  keep_ = keep;
  keeps_ = keep > 0;
  size_known_ = content_known_ = coding != Coding::unknown;
  done_looking_ = coding == Coding::unknown;
  if (coding == Coding::deflated) deflate->begin();
  next_frame(frame, deflate);
}

void WebSocketMessage::next_frame(const WebSocketFrame& frame, WebSocketDeflate* deflate) {
  ++fragments_;
  wire_bytes_ += frame.header_bytes;
  if (coding_ == Coding::deflated) deflate->next_frame(frame.length);
}

void WebSocketMessage::add(Bytes payload, const WebSocketFrame& frame, std::uint64_t position, WebSocketDeflate* deflate) {
  wire_bytes_ += payload.size();
  if (coding_ != Coding::deflated) bytes_ += payload.size();
  if (frame.mask == 0 && !idle()) return take(payload, deflate);
  while (!payload.empty() && !idle()) {
    const Bytes piece = payload.first(std::min(payload.size(), unmask_bytes));
    const std::span<std::uint8_t> plain = room().first(piece.size());
    unmask(piece, frame.mask, position, plain);
    take(plain, deflate);
    payload = payload.subspan(piece.size());
    position += piece.size();
  }
}

void WebSocketMessage::take(Bytes plain, WebSocketDeflate* deflate) {
  if (coding_ != Coding::deflated) return take_content(plain);
  for (Bytes content; !(content = deflate->step(plain)).empty();) {
    bytes_ += content.size();
    take_content(content);
  }
  if (deflate->outcome() != WebSocketDeflate::Outcome::fine) done_looking_ = true;
}

void WebSocketMessage::take_content(Bytes content) {
  if (done_looking_) return;
  if (text_) utf8_.add(content);
  if (kept_.size() < keep_) kept_ += as_text(content.first(std::min(content.size(), keep_ - kept_.size())));
}

void WebSocketMessage::miss(std::uint64_t count, WebSocketDeflate* deflate) {
  wire_bytes_ += count;
  if (coding_ != Coding::deflated) bytes_ += count;
  if (coding_ == Coding::deflated) deflate->miss();
  holed_ = done_looking_ = true;
}

std::string_view WebSocketMessage::finish(bool whole, WebSocketDeflate* deflate) {
  whole_ = whole && !holed_;
  if (coding_ == Coding::deflated) {
    if (!whole_) deflate->miss();
    for (Bytes content; !(content = deflate->finish()).empty();) {
      bytes_ += content.size();
      take_content(content);
    }
    const WebSocketDeflate::Outcome outcome = deflate->outcome();
    size_known_ = whole_ && outcome == WebSocketDeflate::Outcome::fine;
    content_known_ = !deflate->blind();
    done_looking_ = done_looking_ || !size_known_;
    if (outcome == WebSocketDeflate::Outcome::damaged) return "websocket.deflate";
    if (outcome == WebSocketDeflate::Outcome::limit) return "websocket.limit";
  }
  const bool wrong = whole_ ? !utf8_.whole() : !utf8_.sound();
  return text_ && content_known_ && wrong ? "websocket.utf8" : std::string_view{};
}

void WebSocketMessage::fill(WebSocketMessageRow& row) const {
  row.opcode = text_ ? "text" : "binary";
  row.fragments = fragments_;
  row.wire_bytes = wire_bytes_;
  row.bytes = bytes();
  row.compressed = coding_ == Coding::deflated;
  row.masked = masked_;
  if (text_ && content_known_) {
    if (!utf8_.sound()) row.valid_utf8 = 0;
    if (utf8_.sound() && whole_ && !done_looking_) row.valid_utf8 = utf8_.whole();
  }
  row.complete = whole_;
}

std::string WebSocketMessage::payload() const {
  return websocket_payload(kept_, text_, bytes_ > kept_.size());
}

void WebSocketMessage::clear() {
  kept_.clear();
  utf8_ = {};
  fragments_ = wire_bytes_ = bytes_ = 0;
  holed_ = whole_ = false;
}

std::string websocket_payload(std::string_view bytes, bool text, bool cut) {
  std::string out;
  if (text) {
    append_as_utf8(out, cut ? bytes.substr(0, whole_characters(bytes)) : bytes);
    return out;
  }
  constexpr std::string_view hex = "0123456789abcdef";
  for (const char c : bytes) out += {hex[static_cast<std::uint8_t>(c) >> 4], hex[static_cast<std::uint8_t>(c) & 15]};
  return out;
}

}  // namespace longwire
