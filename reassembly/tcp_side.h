// One direction of a connection: its sequence space, what of it was delivered, and what waits behind a hole.
//
// Owned by a Connection. Bytes in order pass straight through, without a copy and without memory of their own; the
// rest of the state exists only while something is out of order. A side is told of segments by accept() and then
// asked for what has become deliverable by next(), until that says nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "capture/segment.h"
#include "reassembly/holes.h"
#include "reassembly/recent_heads.h"
#include "reassembly/segment_store.h"
#include "reassembly/sequence.h"
#include "reassembly/stream.h"

namespace longwire {

// What next() hands out. Data stays valid as long as this object.
struct Delivery {
  enum class Kind : std::uint8_t { data, gap, end } kind = Kind::data;
  bool by_snaplen = false;  // gap: cut off at capture, not lost
  bool trailing = false;    // gap: behind the last byte seen
  bool limited = false;     // gap: declared because a bound was reached
  End how = End::open;
  std::uint64_t missing = 0;
  StoredPiece piece;  // data: its bytes; always: the stamp
};

// What one segment did to its side.
struct Arrival {
  Bytes direct;                   // bytes of the packet itself that are next in order
  std::uint64_t cut = 0;          // bytes behind `direct`, also in order, that snaplen cut off
  std::uint64_t conflicting = 0;  // bytes that differ from the copy held, or from what is known of the delivered one
  std::uint64_t after_fin = 0;    // bytes behind the FIN: not of the stream
  bool fin = false;               // its FIN is the side's first
  bool fin_moved = false;         // a FIN stands elsewhere than the first one, or before bytes already read
};

class TcpSide {
 public:
  // The start is known: from a SYN, from the side's first segment, or from what its peer acknowledges.
  bool started() const { return started_; }
  bool syn_seen() const { return syn_seen_; }
  // Midstream, and nothing of it was read yet: if all that it sent were keepalive probes, it starts one later.
  bool start_guessed() const { return started_ && !start_certain_ && next_ == stream_origin && !fin_seen_ && !disorder_; }
  bool ended() const { return ended_; }
  bool fin_seen() const { return fin_seen_; }
  bool fin_acknowledged() const { return fin_seen_ && acknowledged_ > fin_; }
  std::uint32_t first_sequence() const { return first_sequence_; }  // that of the first byte behind the SYN
  std::uint64_t next_offset() const { return next_; }
  std::uint64_t highest() const {  // one behind the last byte seen
    return waiting() ? std::max(next_, disorder_->store.end()) : next_;
  }
  std::uint64_t acknowledged() const { return acknowledged_; }
  // One behind the last sequence number used, as far as is known: its FIN takes one too.
  std::uint64_t sent() const { return std::max(acknowledged_, highest() + (fin_seen_ && highest() == fin_ ? 1 : 0)); }

  // How the start became known; only a handshake is certain of it.
  enum class StartedBy : std::uint8_t { own_syn, answer_to_syn, midstream };
  // (Re)starts the sequence space; forgets what was held.
  void start(std::uint32_t first_sequence, StartedBy by);
  void syn_found() { syn_seen_ = start_certain_ = true; }

  // Where a sequence number stands in the stream; nothing where it is absurd: further than plausible_distance from
  // both the next expected byte and what the peer acknowledged. Absurd segments change nothing. Requires started().
  std::optional<std::uint64_t> locate(std::uint32_t sequence) const {
    for (const std::uint64_t known : {std::max(next_, acknowledged_), next_}) {
      const std::int64_t distance = sequence_distance(first_sequence_ + static_cast<std::uint32_t>(known), sequence);
      if (distance >= -plausible_distance && distance <= plausible_distance) return known + static_cast<std::uint64_t>(distance);
    }
    return std::nullopt;
  }

  // No segment can stand there: before the SYN, by more than the one byte that keepalive probes and padding claim.
  bool before_all(std::uint64_t offset) const { return start_certain_ && offset + 1 < stream_origin; }

  // Takes payload, cut bytes and FIN of a segment whose payload begins at `offset`.
  Arrival accept(std::uint64_t offset, const Segment& segment, SideFacts& facts, Overlap overlap);
  void acknowledge(std::uint64_t offset) {
    if (offset > acknowledged_) acknowledged_ = offset;
  }

  // Something may be deliverable beyond what accept() returned.
  bool holds() const { return disorder_ != nullptr; }
  // Bytes of memory beside the object's own.
  std::uint64_t held_memory() const { return disorder_ ? sizeof(Disorder) + disorder_->store.memory() + disorder_->holes.memory() : 0; }
  // One more segment of the connection went by while bytes wait.
  void count_patience();
  // The next thing in order, if there is one. `closing`: nothing more will come, so holes are holes; the side then
  // ends as `how` unless its FIN is reached. `last` is the connection's last packet.
  bool next(Delivery& out, SideFacts& facts, bool closing, End how, const Stamp& last);
  // The packet that carried the bytes waiting first; requires waiting().
  bool waiting() const { return disorder_ && !disorder_->store.empty(); }
  const Stamp& first_waiting() const { return disorder_->store.first_stamp(); }

 private:
  struct Disorder {
    SegmentStore store;
    Holes holes;
    std::uint32_t patience = 0;  // segments since the peer acknowledged the first hole
    bool before_start = false;   // `holes` knows of what lies before a midstream start
  };

  Disorder& disorder();
  std::uint64_t move_start(std::uint64_t offset, std::uint64_t length);
  void take_old(std::uint64_t begin, std::uint64_t end, SideFacts& facts);
  void take_payload(std::uint64_t begin, Bytes payload, const Stamp& at, SideFacts& facts, Overlap overlap, Arrival& arrival);
  void take_cut(std::uint64_t begin, std::uint64_t end, const Stamp& at, SideFacts& facts, Arrival& arrival);
  void count_after_fin(std::uint64_t reach, SideFacts& facts);
  void take_fin(std::uint64_t offset, Arrival& arrival);
  bool over_limits() const;
  void deliver_piece(Delivery& out, SideFacts& facts);
  void declare_hole(Delivery& out, SideFacts& facts);
  bool finish(Delivery& out, SideFacts& facts, End how, const Stamp& last);
  void tidy();

  std::uint64_t next_ = stream_origin;          // offset of the next byte to deliver
  std::uint64_t acknowledged_ = stream_origin;  // by the peer, up to here
  std::uint64_t fin_ = 0;                       // offset of the FIN, if fin_seen_
  std::unique_ptr<Disorder> disorder_;
  RecentHeads delivered_;
  std::uint32_t first_sequence_ = 0;
  std::uint32_t after_fin_ = 0;  // bytes behind the FIN that payload has reached
  bool started_ = false;
  bool syn_seen_ = false;
  bool syn_number_used_ = false;  // payload came that claims the SYN's own number
  bool start_certain_ = false;    // else earlier bytes may come, and the first ones need not be the next
  bool fin_seen_ = false;
  bool ended_ = false;
};

}  // namespace longwire
