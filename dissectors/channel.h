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
#include <string>
#include <string_view>

#include "dissectors/backlog.h"
#include "dissectors/dissector.h"

namespace longwire {

class Channel {
 public:
  // `outer` are the layers around this channel, empty for a connection's own.
  explicit Channel(std::unique_ptr<Dissector> first, std::string_view outer = {});

  // The three verbs. `at` is the packet that made the call; `around` says where rows go: a fresh Context of the session,
  // or a copy of the one that the owning reader was called with.
  void data(Side side, Bytes bytes, const Stamp& at, Context around);
  void gap(Side side, std::uint64_t missing, const Stamp& at, Context around);
  void end(Side side, End how, const Stamp& at, Context around);

  // The cheap way for bytes inside a skip: true where all `count` of them were dropped and the skip goes on.
  bool skip(Side side, std::size_t count, const Stamp& at) {
    Lane& own = lane(side);
    if (own.reading == Reading::ignored) {
      own.offset += count;
      return true;
    }
    if (own.waiting == nullptr || own.waiting->skip_left <= count || !own.waiting->backlog.empty()) return false;
    count_skipped(*own.waiting, count, at);
    own.offset += count;
    return true;
  }

  // Names of the readers, outermost first: "http1/websocket"; "unknown" stands for one not recognised.
  std::string_view layers() const;

 private:
  static constexpr std::uint32_t held = 0xffffffff;  // Lane::need of Progress::hold

  enum class Reading : std::uint8_t {
    on,
    lost,     // looking for the next certain start of a message
    opaque,   // given up
    ignored,  // the reader has skipped all that will ever come
  };

  // What a side has only at times.
  struct Waiting {
    Backlog backlog;
    std::uint64_t skip_left = 0, skipped = 0;
    Stamp skipped_at;
    std::uint64_t passed_over = 0;    // bytes, while lost or opaque
    std::uint64_t passed_packet = 0;  // number of the last packet, while lost, whose bytes are passed over
    bool ending = false;              // the side has ended; the reader has not been told yet
    Stamp ended_at;
  };

  struct Lane {
    std::unique_ptr<Waiting> waiting;  // null on an idle side
    std::uint64_t offset = 0;          // of the first byte that is not used yet
    std::uint32_t need = 1;            // unused bytes without which the reader is not called
    Reading reading = Reading::on;
    bool seen = false, ended = false;
    End how = End::open;  // once it is ending
  };

  struct Visit;  // one verb being carried out

  static Waiting& waiting(Lane& lane);
  static void tidy(Lane& lane);
  static void count_skipped(Waiting& skipping, std::size_t count, const Stamp& at) {
    skipping.skip_left -= count;
    skipping.skipped += count;
    skipping.skipped_at = at;
  }

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
  bool full(Side side, std::size_t unused) const;
  bool moves_no_more(Side side) const;
  void release(Side side);
  Bytes unused(Visit& visit, Side side);
  void consume(Visit& visit, Side side, std::size_t count);
  void keep(Visit& visit, std::size_t count);

  Lane& lane(Side side) { return lanes_[index(side)]; }
  const Lane& lane(Side side) const { return lanes_[index(side)]; }

  std::unique_ptr<Dissector> reader_;
  std::unique_ptr<std::string> layers_;  // null where the reader's own name says it all
  std::array<Lane, 2> lanes_;
};

}  // namespace longwire
