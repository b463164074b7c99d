#include "dissectors/http1_body_reader.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"
#include "dissectors/dissector.h"

namespace longwire {

void Http1BodyReader::begin(BodyLength length, std::unique_ptr<HttpContent> content) {
  kind_ = length.kind;
  left_ = length.bytes;
  content_ = std::move(content);
}

std::uint64_t Http1BodyReader::left() const {
  return kind_ == BodyLength::Kind::counted ? left_ : Progress::for_good - 1;
}

Http1BodyReader::Step Http1BodyReader::read(Bytes in) {
  begun_ = true;
  if (kind_ == BodyLength::Kind::chunked) return read_chunked(in);
  Step step = read_data(in, left());
  if (kind_ == BodyLength::Kind::counted) left_ -= step.used;
  step.over = over();
  return step;
}

// Content; `left` is how much of it follows at most.
Http1BodyReader::Step Http1BodyReader::read_data(Bytes in, std::uint64_t left) {
  const Bytes bytes = in.first(std::min<std::uint64_t>(left, in.size()));
  bytes_ += bytes.size();
  if (content_ != nullptr && !bytes.empty()) content_->add(bytes);
  Step step;
  step.used = bytes.size();
  if (left == bytes.size()) return step;
  if (content_ == nullptr) {
    step.skip = left - bytes.size();
  } else {
    step.need = 1;
  }
  return step;
}

Http1BodyReader::Step Http1BodyReader::read_chunked(Bytes in) {
  if (chunks_.next() == ChunkedFraming::Next::trailers) return read_trailers(as_text(in));
  if (chunks_.next() == ChunkedFraming::Next::data) {
    const Step step = read_data(in, chunks_.left());
    chunks_.pass(step.used);
    return step;
  }
  const ChunkedFraming::Step framing = chunks_.read(as_text(in));
  Step step;
  step.used = framing.used;
  step.need = framing.need;
  step.broken = chunks_.next() == ChunkedFraming::Next::broken;
  if (step.broken || (!framing.code.empty() && !std::exchange(odd_, true))) step.code = framing.code;
  return step;
}

Http1BodyReader::Step Http1BodyReader::read_trailers(std::string_view in) {
  std::size_t scanned = scanned_;
  const std::size_t length = section_length(in, scanned);
  scanned_ = static_cast<std::uint32_t>(scanned);
  Step step;
  if (std::max(length, length == 0 ? in.size() : 0) > limits::http1_header_bytes) {
    step.broken = true;
    step.code = "http1.limit";
  } else if (length == 0) {
    step.need = in.size() + 1;
  } else {
    step.used = length;
    step.trailers = in.substr(0, length);
    step.over = true;
  }
  return step;
}

void Http1BodyReader::take_skipped(std::uint64_t count) {
  bytes_ += count;
  if (kind_ == BodyLength::Kind::counted) left_ -= count;
  if (kind_ == BodyLength::Kind::chunked) chunks_.pass(count);
}

bool Http1BodyReader::miss(std::uint64_t count) {
  if (kind_ == BodyLength::Kind::chunked && (chunks_.next() != ChunkedFraming::Next::data || count > chunks_.left())) return false;
  if (count > left()) return false;
  begun_ = holed_ = true;
  if (content_ != nullptr) content_->miss();
  if (kind_ == BodyLength::Kind::counted) left_ -= count;
  if (kind_ == BodyLength::Kind::chunked) chunks_.pass(count);
  return true;
}

}  // namespace longwire
