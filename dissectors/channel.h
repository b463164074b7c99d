// Everything that carries bytes is a channel: two ordered sides and one reader.
//
// A channel offers each side's bytes to its reader in order and does what the reader answers (Progress):
//   in place   where nothing waits on a side, the reader gets the caller's bytes themselves; only what it did not use is
//              copied, and then no more than `need` before it is asked again
//   hold       the side is offered again when the other side has moved: its reader used something, met a gap, or ended.
//              The end of a held side waits with its bytes
//   skip       bytes are dropped without a call
//   next       the reader is replaced on both sides; the new one is told at once of sides that have ended before
// What waits is bounded by limits::hold_bytes. A reader that then still uses nothing has lost that side: it becomes
// opaque (anomaly `channel.limit`), its bytes are counted and dropped. So does one whose answer makes no sense
// (`channel.stuck`).
//
// Where the reader is lost (behind a hole, or by its own word), the side looks for the next certain start of a message:
// at the first byte of each packet it asks Dissector::restart. What is passed over is told by an anomaly
// `channel.passed_over`.
//
// Owned by a Session, or by a reader that unwraps another protocol.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dissectors/dissector.h"
#include "dissectors/lane.h"

namespace longwire {

class Channel {
 public:
  // `outer` are the layers around this channel, empty for a connection's own.
  explicit Channel(std::unique_ptr<Dissector> first, std::string_view outer = {});

  // What is left of a channel on which nothing waits, and whose reader sleeps.
  struct Asleep {
    SleepingReader reader;
    std::unique_ptr<std::string> layers;
    std::array<Lane::AtRest, 2> lanes;
    std::uint64_t held_memory() const { return reader.held_memory() + text_memory(layers.get()); }
  };
  explicit Channel(Asleep asleep);
  // Nothing where something is pending; else the channel is of no use any more.
  std::optional<Asleep> sleep();

  // The three verbs. `at` is the packet that made the call; `around` says where rows go: a fresh Context of the session,
  // or a copy of the one that the owning reader was called with.
  void data(Side side, Bytes bytes, const Stamp& at, Context around);
  void gap(Side side, std::uint64_t missing, const Stamp& at, Context around);
  void end(Side side, End how, const Stamp& at, Context around);

  // The cheap way for bytes inside a skip: true where all `count` of them were dropped and the skip goes on.
  bool skip(Side side, std::size_t count, const Stamp& at) {
    Lane& own = lane(side);
    if (own.reading == Lane::Reading::ignored) {
      own.offset += count;
      return true;
    }
    if (own.waiting == nullptr || own.waiting->skip_left <= count || own.backlogged()) return false;
    own.count_skipped(count, at);
    own.offset += count;
    return true;
  }

  // See Dissector::report_open.
  void report_open(Context around) const;

  // Bytes that it takes now beside the object's own.
  std::uint64_t held_memory() const;

  // Names of the readers, outermost first: "http1/websocket", "tls/http2"; "unknown" stands for one not recognised.
  std::string_view layers() const;

 private:
  static std::uint64_t text_memory(const std::string* text) { return text == nullptr ? 0 : sizeof(std::string) + text->capacity(); }
  using Reading = Lane::Reading;
  std::string_view own_layers() const;  // without what a reader has unwrapped
  struct Visit;                         // one verb being carried out

  void run(Visit& visit);
  bool step(Visit& visit, Side side);
  void step_skip(Visit& visit, Side side, Bytes in);
  void offer(Visit& visit, Side side, Bytes in);
  void wait(Visit& visit, Side side, Bytes in, const Progress& answer);
  bool tell_end(Visit& visit, Side side);
  void replace(Visit& visit, std::unique_ptr<Dissector> next);

  void lose(Visit& visit, Side side, Bytes in, std::size_t used);
  bool search(Visit& visit, Side side);
  void pass_over(Visit& visit, Side side, std::size_t count);
  void tell_passed_over(Visit& visit, Side side, Bytes at);
  void give_up(Visit& visit, Side side, std::string_view code);

  void enter(Visit& visit, Side side, Bytes in);
  Bytes unused(Visit& visit, Side side);
  void consume(Visit& visit, Side side, std::size_t count);

  Lane& lane(Side side) { return lanes_[index(side)]; }
  const Lane& lane(Side side) const { return lanes_[index(side)]; }

  std::unique_ptr<Dissector> reader_;
  std::unique_ptr<std::string> layers_;  // null where the reader's own name says it all
  std::array<Lane, 2> lanes_;
};

}  // namespace longwire
