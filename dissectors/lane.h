// One side of a channel: how far its reader has come, and what waits for it.
//
// Part of a Channel. On an idle side nothing waits, and no memory is taken beside these few words.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dissectors/backlog.h"
#include "dissectors/dissector.h"

namespace longwire {

// Bytes that the caller has just brought to a lane.
struct Delivered {
  Bytes bytes;
  const Stamp& at;
  std::size_t taken = 0;  // from the front: used, or copied into the backlog
  std::size_t kept = 0;   // of the taken ones: not used yet, at the end of the backlog
  bool eager = false;     // offering no more than `need` has not helped

  Bytes fresh() const { return bytes.subspan(taken); }
};

struct Lane {
  static constexpr std::uint32_t held = 0xffffffff;  // `need` of Progress::hold

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

  std::unique_ptr<Waiting> waiting;  // null on an idle side
  std::uint64_t offset = 0;          // of the first byte that is not used yet
  std::uint32_t need = 1;            // unused bytes without which the reader is not called
  Reading reading = Reading::on;
  bool seen = false, ended = false;
  End how = End::open;  // once it is ending

  // What is left of a side on which nothing waits.
  struct AtRest {
    static constexpr std::uint64_t largest_offset = (std::uint64_t{1} << 56) - 1;  // 72 PB
    std::uint64_t offset : 56 = 0;
    Reading reading : 2 = Reading::on;
    End how : 2 = End::open;
    bool seen : 1 = false, ended : 1 = false;
  };
  // Nothing where something waits, or bytes other than the next ones are needed.
  std::optional<AtRest> rest() const;
  void resume(const AtRest& rest);

  // What waits; made where there is nothing yet.
  Waiting& make_waiting() {
    if (waiting == nullptr) waiting = std::make_unique<Waiting>();
    return *waiting;
  }
  bool backlogged() const { return waiting != nullptr && !waiting->backlog.empty(); }
  bool skipping() const { return waiting != nullptr && waiting->skip_left > 0; }
  bool ending() const { return waiting != nullptr && waiting->ending; }
  // So much waits that the reader must take it, or is lost.
  bool full(std::size_t unused_bytes) const;
  // What the other side waits for will not come from here. A side whose end waits with held bytes is stuck; with others
  // it is told first, and its reader may still act on them.
  bool moves_no_more() const { return ended || reading == Reading::opaque || (ending() && need == held); }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return waiting == nullptr ? 0 : sizeof(Waiting) + waiting->backlog.memory(); }

  // What a held side waited for may have come.
  void release() {
    if (need == held) need = 1;
  }
  // The reader has been told all there is to tell of a skip, or it is off.
  void forget_skip() {
    if (waiting != nullptr) waiting->skip_left = waiting->skipped = 0;
  }
  // `count` <= skip_left bytes are dropped.
  void count_skipped(std::size_t count, const Stamp& at) {
    waiting->skip_left -= count;
    waiting->skipped += count;
    waiting->skipped_at = at;
  }

  // The unused bytes in one piece: the caller's own where nothing waits, else the backlog with as much of the caller's
  // as it takes to reach `need`. `delivered` is null where the caller brought bytes to the other side.
  Bytes unused(Delivered* delivered) {
    if (backlogged()) return unused_backlog(delivered);
    return delivered == nullptr ? Bytes{} : delivered->fresh();
  }
  // The front of unused() is done with. Where what is left was copied from the caller's bytes, it is read there again.
  void consume(std::size_t count, Delivered* delivered) {
    if (count == 0) return;
    offset += count;
    if (backlogged()) return consume_backlog(count, delivered);
    delivered->taken += count;
  }
  // Copies the next bytes of the caller behind what waits already.
  void keep(std::size_t count, Delivered& delivered);
  // An idle side costs nothing.
  void tidy();

 private:
  Bytes unused_backlog(Delivered* delivered);
  void consume_backlog(std::size_t count, Delivered* delivered);
};

}  // namespace longwire
