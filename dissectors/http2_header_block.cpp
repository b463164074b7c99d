#include "dissectors/http2_header_block.h"

#include "capture/limits.h"

namespace longwire {

//   headers      = [ pad-length(8) ] [ E(1) dependency(31) weight(8) ] fragment padding
//   push-promise = [ pad-length(8) ] R(1) promised(31) fragment padding
//   continuation = fragment
bool Http2HeaderBlock::take(const Http2Frame& frame, Bytes bytes, bool missed, Context& context, RepeatedAnomalies& oddities) {
  Cursor in(bytes.subspan(Http2Frame::header_size));
  std::size_t padding = 0;
  if (!frame.is(Http2FrameType::continuation)) {
    if (frame.has(Http2Frame::padded)) padding = in.u8();
    begin(frame, in, bytes, context);
  } else if (open_) {
    ++continuations_;
    if (continuations_ == limits::http2_continuations) oddities.tell(context, "http2.continuation.flood", bytes.first(1));
  } else {  // of a block whose beginning was missed
    if (!missed) oddities.tell(context, "http2.continuation.unexpected", bytes.first(1));
    hpack_.lose();
    return false;
  }
  if (in.ok() && padding <= in.left()) {
    add(in.take(in.left() - padding), bytes, context, oddities);
  } else {
    oddities.tell(context, "http2.frame.padding", bytes.first(1));
    lose();
  }
  return frame.has(Http2Frame::end_headers);
}

bool Http2HeaderBlock::take_part(const Http2Frame& frame, Bytes bytes, bool missed, Context& context, RepeatedAnomalies& oddities) {
  const std::size_t before_fragment = frame.is(Http2FrameType::continuation) ? 0 : Http2Priority::size;
  const bool fragment = bytes.size() >= Http2Frame::header_size + before_fragment;
  if (fragment && !frame.has(Http2Frame::padded)) {
    take(frame, bytes, missed, context, oddities);
  } else if (!frame.is(Http2FrameType::continuation)) {
    Cursor nothing{Bytes{}};
    begin(frame, nothing, bytes, context);
  }
  lose();
  return open_ && frame.has(Http2Frame::end_headers);
}

void Http2HeaderBlock::begin(const Http2Frame& frame, Cursor& payload, Bytes bytes, Context& context) {
  start_ = {frame, context.first_stamp(bytes), 0, {}, false};
  if (frame.is(Http2FrameType::push_promise)) start_.promised = payload.u32() & 0x7fffffff;
  if (frame.is(Http2FrameType::headers) && frame.has(Http2Frame::with_priority)) start_.priority = Http2Priority::read(payload);
  start_.has_priority = frame.is(Http2FrameType::headers) && frame.has(Http2Frame::with_priority) && payload.ok();
  open_ = true;
  lost_ = false;
  continuations_ = 0;
  rest_.clear();
  fields_.begin(context.options.secrets);
}

void Http2HeaderBlock::add(Bytes fragment, Bytes frame, Context& context, RepeatedAnomalies& oddities) {
  wire_bytes_ += fragment.size();
  if (lost_) return;
  if (rest_.empty()) {
    decode(fragment, frame, context, oddities);
    rest_.assign(as_text(fragment));
  } else {
    rest_ += as_text(fragment);
    Bytes left = as_bytes(rest_);
    decode(left, frame, context, oddities);
    rest_.erase(0, rest_.size() - left.size());
  }
  if (rest_.size() <= limits::http2_header_bytes) return;
  oddities.tell(context, "http2.limit", frame.first(1), "a header field");
  lose();
}

void Http2HeaderBlock::decode(Bytes& block, Bytes frame, Context& context, RepeatedAnomalies& oddities) {
  const bool limited = fields_.limited();
  while (!block.empty() && !lost_) {
    const HpackDecoder::Step step = hpack_.next(block);
    if (step.kind == HpackDecoder::Kind::incomplete) break;
    oddities.tell(context, step.wrong, frame.first(1), step.field.name);
    if (step.kind == HpackDecoder::Kind::broken) {
      lose();
      block = {};
    } else if (step.kind == HpackDecoder::Kind::field) {
      oddities.tell(context, fields_.add(step.field), frame.first(1), step.field.name);
    } else if (fields_.fields() > 0) {  // RFC 7541 section 4.2: only at the beginning of a block
      oddities.tell(context, "http2.hpack.table_size", frame.first(1));
    }
  }
  if (fields_.limited() && !limited) oddities.tell(context, "http2.headers.expansion", frame.first(1));
}

void Http2HeaderBlock::finish(Bytes frame, Context& context, RepeatedAnomalies& oddities) {
  if (!rest_.empty()) {
    oddities.tell(context, "http2.hpack.truncated", frame.first(1));
    lose();
  }
  open_ = false;
  fields_.finish();
  plain_bytes_ += fields_.plain_bytes();
  never_indexed_ += fields_.never_indexed();
}

void Http2HeaderBlock::lose() {
  lost_ = true;
  rest_.clear();
  hpack_.lose();
}

}  // namespace longwire
