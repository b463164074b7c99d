// Flow control replayed (RFC 9113 section 5.2): what each side may still send, on each stream and in all, from SETTINGS,
// WINDOW_UPDATE and DATA; and the stalls, in which a side had more to send than it might.
//
// A stall begins with the last byte of the frame that uses a window up, and ends with what opens the window again. That
// the sender had more to send shows when it sends at once then; where the stream is reset, or everything ends first,
// it shows by the stream not being over. After frames may have been missed a window is not known, and nothing is told of it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/context.h"

namespace longwire {

// What a side may still send on one stream, or on all.
struct Http2Window {
  std::int64_t left = 0;  // of a stream: more or less than its initial window
  bool known = true;
  bool shut = false;      // used up while more might follow
  bool reopened = false;  // and opened since; whether more was sent at once is not known yet
  Stamp since, until;
  std::string_view opened_by;  // a literal, once it is reopened
  Time last_opened = 0;        // 0 = never
};

class Http2FlowControl {
 public:
  static constexpr std::int64_t default_window = 65535;  // RFC 9113 section 6.9.2
  static constexpr std::int64_t largest_window = 0x7fffffff;

  // A stream, as far as one side's sending goes.
  struct Sending {
    Side side;
    std::uint32_t stream;
    Http2Window& window;
    std::int64_t waiting;  // bytes that, by content-length, are still to be sent; -1 = not told
  };

  // A side begins to send on a stream, and will go on.
  void begin(const Sending& sending, const Stamp& at);
  // The header of a DATA frame with `length` bytes that count; `sending.waiting` is as before it. What is wrong, a literal.
  std::string_view send(const Sending& sending, std::uint32_t length, const Stamp& at, Context& context);
  // The last byte of that frame; `sending.waiting` is as behind it. `more`: the stream goes on.
  void sent(const Sending& sending, bool more, const Stamp& at);
  // The same of DATA that belongs to no open stream: it counts all the same.
  void send(Side side, std::uint32_t length) { sender(side).all.left -= length; }
  void sent(Side side, const Stamp& at);
  // Nothing more is sent on a stream, by the sender's own will.
  static void finish(Http2Window& window) { window.shut = window.reopened = false; }
  // Nor because it was reset, or everything ended: `how` is a literal for http2_stalls.ended_by.
  void stop(const Sending& sending, std::string_view how, const Stamp& at, Context& context);
  // Likewise, of what a side sends in all; `unfinished`: it had begun something that is not over.
  void stop(Side side, bool unfinished, const Stamp& at, Context& context);

  // WINDOW_UPDATE for what `sending.side`, or `side`, sends. What is wrong, a literal.
  std::string_view open(const Sending& sending, std::uint32_t increment, const Stamp& at);
  std::string_view open(Side side, std::uint32_t increment, const Stamp& at);

  // SETTINGS_INITIAL_WINDOW_SIZE for what `side` sends; true where it changed: each of its streams is to be told by
  // changed() then. `unfinished`: it has begun to send, and is not done.
  bool set_initial(Side side, std::int64_t bytes);
  void changed(const Sending& sending, bool unfinished, const Stamp& at);

  // Frames may have been missed.
  void lose() { senders_[0].all.known = senders_[1].all.known = false; }

  std::int64_t initial(Side side) const { return sender(side).initial; }
  std::uint64_t stalls(Side side) const { return sender(side).stalls; }
  std::int64_t stalled(Side side) const { return sender(side).stalled; }  // ns
  // More stalls than are told.
  bool limited() const;

 private:
  struct Sender {
    Sender() { all.left = default_window; }
    Http2Window all;
    std::int64_t initial = default_window;
    std::uint64_t stalls = 0;
    std::int64_t stalled = 0;
  };
  Sender& sender(Side side) { return senders_[index(side)]; }
  const Sender& sender(Side side) const { return senders_[index(side)]; }
  std::int64_t left(const Sending& sending) const { return sender(sending.side).initial + sending.window.left; }
  Sending all(Side side) { return {side, 0, sender(side).all, -1}; }

  static void shut(Http2Window& window, const Stamp& at);
  static void reopen(Http2Window& window, std::string_view by, const Stamp& at);
  void resume(const Sending& sending, Time other_opened, std::uint32_t length, const Stamp& at, Context& context);
  void tell(const Sending& sending, std::string_view ended_by, const Stamp& until, Integer waiting, Integer resumed, Context& context);

  std::array<Sender, 2> senders_;
};

}  // namespace longwire
