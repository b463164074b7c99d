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
  if (work_ == nullptr) work_ = std::make_unique<Work>();
  Start& start = work_->start;
  start = {frame, context.first_stamp(bytes), 0, {}, false};
  if (frame.is(Http2FrameType::push_promise)) start.promised = payload.u32() & 0x7fffffff;
  if (frame.is(Http2FrameType::headers) && frame.has(Http2Frame::with_priority)) start.priority = Http2Priority::read(payload);
  start.has_priority = frame.is(Http2FrameType::headers) && frame.has(Http2Frame::with_priority) && payload.ok();
  open_ = true;
  lost_ = false;
  continuations_ = 0;
  work_->rest.clear();
  work_->fields.begin(context.options.secrets);
}

void Http2HeaderBlock::add(Bytes fragment, Bytes frame, Context& context, RepeatedAnomalies& oddities) {
  wire_bytes_ += fragment.size();
  if (lost_) return;
  std::string& rest = work_->rest;
  if (rest.empty()) {
    decode(fragment, frame, context, oddities);
    rest.assign(as_text(fragment));
  } else {
    rest += as_text(fragment);
    Bytes left = as_bytes(rest);
    decode(left, frame, context, oddities);
    rest.erase(0, rest.size() - left.size());
  }
  if (rest.size() <= limits::http2_header_bytes) return;
  oddities.tell(context, "http2.limit", frame.first(1), "a header field");
  lose();
}

void Http2HeaderBlock::decode(Bytes& block, Bytes frame, Context& context, RepeatedAnomalies& oddities) {
  Http2Fields& fields = work_->fields;
  const bool limited = fields.limited();
  while (!block.empty() && !lost_) {
    const HpackDecoder::Step step = hpack_.next(block);
    if (step.kind == HpackDecoder::Kind::incomplete) break;
    oddities.tell(context, step.wrong, frame.first(1), step.field.name);
    if (step.kind == HpackDecoder::Kind::broken) {
      lose();
      block = {};
    } else if (step.kind == HpackDecoder::Kind::field) {
      oddities.tell(context, fields.add(step.field), frame.first(1), step.field.name);
    } else if (fields.fields() > 0) {  // RFC 7541 section 4.2: only at the beginning of a block
      oddities.tell(context, "http2.hpack.table_size", frame.first(1));
    }
  }
  if (fields.limited() && !limited) oddities.tell(context, "http2.headers.expansion", frame.first(1));
}

void Http2HeaderBlock::finish(Bytes frame, Context& context, RepeatedAnomalies& oddities) {
  if (!work_->rest.empty()) {
    oddities.tell(context, "http2.hpack.truncated", frame.first(1));
    lose();
  }
  open_ = false;
  work_->fields.finish();
  plain_bytes_ += work_->fields.plain_bytes();
  never_indexed_ += work_->fields.never_indexed();
}

void Http2HeaderBlock::lose() {
  lost_ = true;
  if (work_ != nullptr) work_->rest.clear();
  hpack_.lose();
}

}  // namespace longwire
