#include "dissectors/http2.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"

//   connection = preface *frame        of the client
//              = *frame                of the server
//   DATA       = header [ pad-length(8) ] content padding

namespace longwire {
namespace {

// Bits by which frames are known (see http2_frames_begin): where HTTP/2 was not expected, and where it is spoken already.
constexpr unsigned certain = 64, likely = 32;
// The largest stream that is believed where nothing is known of the connection; and how far beyond those seen.
constexpr std::uint32_t believable_stream = (1 << 24) - 1, believable_step = 1 << 10;

Match begins_with_preface(Bytes in) {
  const std::size_t length = std::min(in.size(), http2_preface.size());
  if (as_text(in.first(length)) != http2_preface.substr(0, length)) return Match::no;
  return length == http2_preface.size() ? Match::yes : Match::maybe;
}

}  // namespace

std::unique_ptr<Dissector> make_http2() {
  return std::make_unique<Http2>();
}

std::unique_ptr<Dissector> make_http2(Http2Upgrade upgrade) {
  return std::make_unique<Http2>(std::move(upgrade));
}

Match probe_http2(Side, Bytes first) {
  const Match preface = begins_with_preface(first);
  return preface == Match::no ? http2_frames_begin(first, certain, believable_stream) : preface;
}

Match Http2::restart(Side side, Bytes in) const {
  if (halves_[index(side)].next == Half::Next::start && connection().last_stream() == 0) return probe_http2(side, in);
  return http2_frames_begin(in, likely, connection().last_stream() + believable_step);
}

// Between frames, with no stream open.
std::optional<SleepingReader> Http2::sleep() {
  const auto between_frames = [](const Half& each) { return each.next == Half::Next::frame && !each.ended; };
  if (!std::all_of(halves_.begin(), halves_.end(), between_frames) || !connection().idle()) return std::nullopt;
  connection().shrink();
  return SleepingReader::of<Http2>({std::move(kept_)});
}

// Once, with the first bytes of either side.
void Http2::begin(Context& context) {
  if (const auto upgrade = std::exchange(upgrade_, nullptr)) connection().follow(std::move(*upgrade), context);
}

Progress Http2::data(Side side, Bytes in, Context& context) {
  begin(context);
  const Call call{side, context};
  take_skipped(call);
  return read(call, in);
}

AfterGap Http2::gap(Side side, Bytes in, std::uint64_t missing, Context& context) {
  begin(context);
  const Call call{side, context};
  take_skipped(call);
  const Progress before = read(call, in);
  if (!before.lost && miss(call, in.subspan(before.used), missing)) return AfterGap::resumed;
  Half& here = half(side);
  if (here.next == Half::Next::data) connection().miss_data(call, here.frame, here.content_left());
  if (here.next != Half::Next::start) here.next = Half::Next::frame;
  connection().lose(side, missing, context);
  return AfterGap::lost;
}

void Http2::end(Side side, Bytes in, End how, Context& context) {
  begin(context);
  const Call call{side, context};
  take_skipped(call);
  const Progress before = read(call, in);
  const Bytes rest = in.subspan(before.used);
  Half& here = half(side);
  const bool inside = here.left > 0 || (!rest.empty() && here.next == Half::Next::frame) || connection().within_block(side);
  const bool closed = how == End::fin || how == End::rst;  // not merely that the capture is over
  if (closed && inside && !before.lost) connection().tell(context, "http2.frame.short", rest.first(std::min<std::size_t>(rest.size(), 1)));
  connection().end(side, how, context);
  here.ended = true;
  here.left = 0;
  here.next = Half::Next::frame;
  if (half(other(side)).ended) connection().finish(kept_->how, context);
}

// Reads one thing after another until more bytes are needed.
Progress Http2::read(const Call& call, Bytes in) {
  std::size_t done = 0;
  for (;;) {
    const Bytes rest = in.subspan(done);
    Progress step = read_next(call, rest);
    const bool stop = step.skip > 0 || step.lost || step.need > rest.size() - step.used;
    done += step.used;
    step.used = done;
    if (stop) return step;
  }
}

Progress Http2::read_next(const Call& call, Bytes in) {
  switch (half(call.side).next) {
    case Half::Next::start:
      return read_start(call, in);
    case Half::Next::data:
      return read_data(call, in);
    case Half::Next::dropped:
      return read_dropped(call, in);
    case Half::Next::frame:
      break;
  }
  return read_frame(call, in);
}

// A side begins with the preface, or with a frame; midstream, frames must be certain.
Progress Http2::read_start(const Call& call, Bytes in) {
  if (in.empty()) return need(1);
  Half& here = half(call.side);
  const ConnectionFacts& facts = call.context.connection;
  const bool within_tls = call.context.layers().find("tls/") != std::string_view::npos;
  const Match preface = begins_with_preface(in);
  if (preface == Match::maybe) return need(in.size() + 1);
  if (preface == Match::yes) {
    here.next = Half::Next::frame;
    connection().know_client(call.side);
    if (kept_->how.data() == nullptr || kept_->how == "midstream") kept_->how = within_tls ? "alpn" : "prior-knowledge";
    return used(http2_preface.size());
  }
  const bool whole = !facts.midstream && facts.side[index(call.side)].missing_bytes == 0;
  const bool awaited = kept_->how.data() != nullptr && kept_->how != "midstream";  // the other side has begun at the beginning
  if (call.side == Side::server && (whole || awaited)) {
    here.next = Half::Next::frame;
    return used(0);
  }
  const Match frames = http2_frames_begin(in, likely, believable_stream);
  if (frames == Match::maybe && in.size() < limits::detect_bytes) return need(in.size() + 1);
  if (kept_->how.data() == nullptr) {
    kept_->how = "midstream";
    connection().begin_midstream();
  } else if (whole) {
    connection().tell(call.context, "http2.preface", in.first(1));
  }
  Progress progress;
  progress.lost = frames != Match::yes;
  if (progress.lost) connection().lose(call.side, 0, call.context);
  here.next = Half::Next::frame;
  return progress;
}

Progress Http2::read_frame(const Call& call, Bytes in) {
  if (in.empty()) return need(1);  // whatever comes: so it may sleep
  if (in.size() < Http2Frame::header_size) return need(Http2Frame::header_size);
  const Http2Frame frame = Http2Frame::read(in);
  if (frame.is(Http2FrameType::data)) return read_data_header(call, frame, in);
  const std::size_t size = Http2Frame::header_size + frame.length;
  const bool too_long = frame.length > limits::http2_frame_bytes;
  if (!too_long && in.size() < size) return need(size);
  const Bytes bytes = in.first(too_long ? Http2Frame::header_size : size);
  const bool sound = connection().begin_frame(call, frame, bytes);
  if (too_long) {
    connection().tell(call.context, "http2.limit", bytes.first(1), "a frame");
    connection().set_limited();
    connection().take_part(call, frame, bytes);
    return drop(call, frame);
  }
  if (sound) connection().take_frame(call, frame, bytes);
  return used(size);
}

// The rest of the frame, behind its header, is not kept.
Progress Http2::drop(const Call& call, const Http2Frame& frame) {
  Half& here = half(call.side);
  here.frame = frame;
  here.left = frame.length;
  here.padding = 0;
  here.next = Half::Next::dropped;
  return used(Http2Frame::header_size);
}

Progress Http2::read_data_header(const Call& call, const Http2Frame& frame, Bytes in) {
  const bool padded = frame.has(Http2Frame::padded) && frame.length > 0;
  const std::size_t size = Http2Frame::header_size + (padded ? 1 : 0);
  if (in.size() < size) return need(size);
  const Bytes header = in.first(size);
  const bool sound = connection().begin_frame(call, frame, header);
  const std::uint32_t padding = padded ? header.back() : 0;
  if (!sound || padding >= frame.length + (padded ? 0 : 1)) {
    if (sound) connection().tell(call.context, "http2.frame.padding", header.first(1));
    return drop(call, frame);
  }
  Half& here = half(call.side);
  here.frame = frame;
  here.left = frame.length - (padded ? 1 : 0);
  here.padding = padding;
  here.last = call.context.last_stamp(header);
  here.next = Half::Next::data;
  here.wanted = connection().begin_data(call, frame, here.left - padding, header);
  if (here.left > 0) return used(size);
  here.next = Half::Next::frame;
  connection().end_data(call, frame, here.last, header);
  return used(size);
}

// Content and padding. What nobody wants is skipped, but for the last byte: so what is told of the frame's end has a place.
Progress Http2::read_data(const Call& call, Bytes in) {
  Half& here = half(call.side);
  const Bytes bytes = in.first(std::min<std::size_t>(in.size(), here.left));
  if (bytes.empty()) return need(1);
  const Bytes content = bytes.first(std::min<std::size_t>(bytes.size(), here.content_left()));
  here.last = call.context.last_stamp(bytes);
  here.wanted = connection().take_data(call, here.frame, content);
  here.left -= static_cast<std::uint32_t>(bytes.size());
  here.padding = std::min(here.padding, here.left);
  Progress progress = used(bytes.size());
  if (here.left == 0) {
    here.next = Half::Next::frame;
    connection().end_data(call, here.frame, here.last, bytes.last(1));
  } else if (here.wanted || here.left == 1) {
    progress.need = 1;
  } else {
    progress.skip = here.left - 1;
  }
  return progress;
}

Progress Http2::read_dropped(const Call& call, Bytes in) {
  Half& here = half(call.side);
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(in.size(), here.left));
  here.left -= count;
  Progress progress = used(count);
  if (here.left == 0) {
    here.next = Half::Next::frame;
  } else {
    progress.skip = here.left;
  }
  return progress;
}

// What the channel dropped of a payload that nobody wants.
void Http2::take_skipped(const Call& call) {
  const auto count = static_cast<std::uint32_t>(call.context.skipped(call.side));
  Half& here = half(call.side);
  if (count == 0 || (here.next != Half::Next::data && here.next != Half::Next::dropped)) return;
  const std::uint32_t content = std::min(count, here.content_left());
  if (here.next == Half::Next::data && content > 0) connection().count_data(call, here.frame, content);
  here.last = call.context.skipped_stamp(call.side);
  here.left -= std::min(count, here.left);
  here.padding = std::min(here.padding, here.left);
  if (here.left == 0) here.next = Half::Next::frame;
}

// `missing` bytes behind `rest`, the unused ones; false where they reach beyond the frame that is read.
bool Http2::miss(const Call& call, Bytes rest, std::uint64_t missing) {
  Half& here = half(call.side);
  if (here.next == Half::Next::frame && rest.size() >= Http2Frame::header_size) {
    const Http2Frame frame = Http2Frame::read(rest);
    if (missing > Http2Frame::header_size + frame.length - rest.size() || frame.is(Http2FrameType::data)) return false;
    connection().begin_frame(call, frame, rest);
    connection().take_part(call, frame, rest);
    drop(call, frame);
    here.left -= static_cast<std::uint32_t>(rest.size() - Http2Frame::header_size);
  }
  if (here.next != Half::Next::data && here.next != Half::Next::dropped) return false;
  if (missing > here.left) return false;
  const auto count = static_cast<std::uint32_t>(missing);
  if (here.next == Half::Next::data) connection().miss_data(call, here.frame, std::min(count, here.content_left()));
  here.left -= count;
  here.padding = std::min(here.padding, here.left);
  if (here.left > 0) return true;
  if (here.next == Half::Next::data) connection().end_data(call, here.frame, here.last, {});
  here.next = Half::Next::frame;
  return true;
}

}  // namespace longwire
