// The streams of one connection: those that are open, how many there were at once, and what becomes of those that end.
//
// A stream is forgotten, its rows made, once both sides have ended. One that was reset is kept a little longer
// (limits::http2_late), because the peer may have answered before it knew. Of more than limits::http2_streams the oldest is
// given up.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "dissectors/http2_stream.h"

namespace longwire {

class Http2Streams {
 public:
  // `version` is a literal for http_exchanges.version.
  explicit Http2Streams(std::string_view version) : version_(version) {}
  void set_version(std::string_view version) { version_ = version; }
  std::string_view version() const { return version_; }

  // Null where it is not open.
  Http2Stream* find(std::uint32_t id);
  // Whether a stream that is not open was so before, and not merely missed.
  bool closed(std::uint32_t id) const;
  // A stream that is not open becomes known. It must not be made twice.
  Http2Stream& make(std::uint32_t id, Context& context);
  // The first header section of its exchange begins at `at`: gives it an id and an ordinal.
  void begin_exchange(Http2Stream& stream, const Stamp& at, bool asked, Context& context);
  // Its exchange has begun already.
  void adopt_exchange() { ++open_exchanges_; }
  // Its number is taken: smaller ones that are not open are closed.
  void use(std::uint32_t id);
  // It counts as open from now on.
  void open(Http2Stream& stream, const Stamp& at);
  // Nothing more comes of a side; the stream is over when both sides are. It may be gone afterwards.
  void settle(Http2Stream& stream, const Stamp& at, Context& context);
  // `error` is the literal name of `code`.
  void reset(Http2Stream& stream, Side by, std::uint32_t code, std::string_view error, const Stamp& at, Context& context);
  // Nothing more comes at all: makes all rows.
  void finish(Context& context);
  // Takes what a stream holds into account anew.
  void weigh(Http2Stream& stream);

  // Frames of a side may have been missed: streams that are not known may be open, or open ones over.
  void lose(Side side) {
    lossy_ = true;
    ++losses_[index(side)];
  }
  void lose_beginning() { lossy_ = true; }
  bool lossy() const { return lossy_; }

  // Those that are open, by number.
  std::vector<Http2Stream*> all();
  std::size_t size() const { return open_.size(); }

  Side asking = Side::client;  // who opens odd streams and sends requests
  bool persistent = true;      // no GOAWAY was seen

  std::uint32_t last(bool odd) const { return last_[odd]; }  // largest stream used so far
  std::uint64_t streams() const { return streams_; }         // opened
  std::uint64_t pushed() const { return pushed_; }           // promised
  std::uint64_t most_open(bool odd) const { return most_open_now_[odd]; }
  void count_promise() { ++pushed_; }
  // No more header fields may be kept for now.
  bool full_of_text() const;
  bool limited() const { return limited_; }
  void set_limited() { limited_ = true; }

  // The exchanges of the open streams, as they are now.
  void report_open(Context& context) const;

  // None is open, but for those that were reset.
  bool idle() const;
  // Gives back the room of streams that are forgotten.
  void shrink();
  // Bytes beside the object's own.
  std::uint64_t held_memory() const;

 private:
  static bool odd(std::uint32_t id) { return (id & 1) != 0; }
  void close(Http2Stream& stream, const Stamp& at);
  void forget(std::uint32_t id, Context& context);
  // What was missed since the stream was looked at last.
  void catch_up(Http2Stream& stream) const;
  void remember_gone(std::uint32_t id);
  void tidy_order();
  void drop_forgotten();
  void forget_oldest(Context& context);

  boost::unordered_flat_map<std::uint32_t, std::unique_ptr<Http2Stream>> open_;
  std::vector<std::uint32_t> order_;  // as made, from first_ on; those forgotten among them
  std::vector<std::uint32_t> late_;   // reset, the oldest first
  std::vector<std::uint32_t> gone_;   // the last ones forgotten, where frames may have been missed; a ring
  std::size_t first_ = 0, next_gone_ = 0;
  std::string_view version_;
  std::array<std::uint32_t, 2> last_{};  // even, odd
  std::array<std::uint64_t, 2> open_now_{}, most_open_now_{};
  std::uint64_t open_exchanges_ = 0, streams_ = 0, pushed_ = 0;
  std::array<std::uint32_t, 2> losses_{};  // times that frames were missed, by side
  std::uint64_t weight_ = 0;               // bytes that all open streams hold
  Integer previous_end_;
  bool lossy_ = false, limited_ = false;
};

}  // namespace longwire
