// One TCP connection: its facts, its two sides, how it began and how it ends. Knows nothing of who reads the bytes.
//
// Owned by a ConnectionTable. For every segment the table asks begins_new(), then calls receive(), tells the sink what
// the Outcome says, and hands on what next() yields until it yields nothing. At the end it calls conclude() and drains
// both sides once more.
//
// Life: SYN to the end, however long it is silent (SEMANTICS "Connection"). It is closed when a RST came that its receiver
// believes, or both FINs are acknowledged; it is open again where both go on behind that RST. A closed connection lingers for
// limits::linger_packets packets of the capture, so that stragglers (late ACKs, FINs sent again, RSTs, late data) still belong to it;
// whether a segment is one depends on packet numbers only, never on when memory was freed.
#pragma once

#include <boost/container/static_vector.hpp>
#include <memory>
#include <optional>

#include "capture/limits.h"
#include "capture/segment.h"
#include "reassembly/keepalive_watcher.h"
#include "reassembly/stream.h"
#include "reassembly/tcp_side.h"

namespace longwire {

// What one segment did to its connection.
struct Outcome {
  Side side = Side::client;                             // who sent it
  Bytes direct;                                         // the packet's own bytes that are next in order
  std::uint64_t cut = 0;                                // bytes behind them that snaplen cut off
  bool pending = false;                                 // next() may have something
  bool closed = false;                                  // the connection closed with this segment
  std::uint64_t reopened = 0;                           // the packet that had closed it, which it had not after all; 0 = none
  boost::container::static_vector<TcpEvent, 5> events;  // in the order they happened; at most one a cause below
  std::string_view anomaly;                             // a code, empty = none

  KeepaliveWatcher::Told probes;  // whose answer is known now

  void clear() {
    direct = {};
    cut = 0;
    pending = closed = false;
    reopened = 0;
    events.clear();
    anomaly = {};
    probes.clear();
  }
};

class Connection {
 public:
  // Only sets roles and identity: receive(first) has to follow.
  explicit Connection(const Segment& first);

  const ConnectionFacts& facts() const { return facts_; }
  std::uint32_t hash() const { return hash_; }
  bool is_between(const Endpoint& a, const Endpoint& b) const {
    return (facts_.client == a && facts_.server == b) || (facts_.client == b && facts_.server == a);
  }

  // The segment has the connection's endpoints, but belongs to a new one that took over the ports.
  bool begins_new(const Segment& segment) const { return (closed() || segment.has(tcp_flag::syn)) && starts_over(segment); }
  bool lingered(std::uint64_t number) const { return closed() && number > closed_number_ + limits::linger_packets; }

  void receive(const Segment& segment, Overlap overlap, Outcome& out);
  // An ICMP error that quotes a segment of this connection.
  void unreachable(const Segment& quoted, Outcome& out);

  // The next bytes, gap or end of that side that are due.
  bool next(Side side, Delivery& out);
  // Nothing more will come: next() gives up all waiting, and ends both sides.
  void conclude(Outcome& out);
  // It goes on: brings its facts up to date, as far as only their end is told elsewhere, and tells the probes that still wait
  // for an answer.
  void report(Outcome& out);
  // It has to go before its end, for want of memory: conclude() follows. One that is closed already only goes.
  void evict();
  // Bytes of memory beside the object's own.
  std::uint64_t held_memory() const;
  // Which side's waiting bytes were captured first: the order in which a concluded connection is drained.
  Side earlier_waiting() const;
  bool ended(Side side) const { return sides_[index(side)].ended(); }
  End end_of(Side side) const { return sides_[index(side)].fin_seen() ? End::fin : end_without_fin(); }
  bool closed() const { return closed_number_ != 0; }
  std::uint64_t closed_number() const { return closed_number_; }  // packet that closed it; 0 = open
  // Bytes wait behind a hole.
  bool waiting() const { return at(Side::client).waiting() || at(Side::server).waiting(); }

 private:
  Side sender(const Segment& segment) const { return segment.source == facts_.client ? Side::client : Side::server; }
  TcpSide& at(Side side) { return sides_[index(side)]; }
  const TcpSide& at(Side side) const { return sides_[index(side)]; }
  SideFacts& counted(Side side) { return facts_.side[index(side)]; }

  bool starts_over(const Segment& segment) const;
  bool answers_syn(const Segment& syn_ack, Side side) const;
  bool synchronize(const Segment& segment, Side side, Outcome& out);
  void acknowledge(const Segment& segment, Side side);
  void establish(const Segment& segment, Side side);
  void begin_with_probe(const Segment& answer, Side side);
  void watch_window(const Segment& segment, Side side, Outcome& out);
  bool is_keepalive_probe(const Segment& segment, Side side, std::uint64_t offset) const;
  bool watch_keepalive(const Segment& segment, Side side, std::uint64_t offset, Time last, Outcome& out);
  void count_window_probe(const Segment& segment, Side side, std::uint64_t offset);
  void take(const Segment& segment, Side side, std::uint64_t offset, Overlap overlap, Outcome& out);
  bool in_window(std::uint64_t offset, Side side) const;
  bool is_expected_reset(const Segment& segment, Side side) const;
  bool is_asked_back(std::uint64_t offset, Side side) const;
  void reset(const Segment& segment, Side side, Outcome& out);
  bool goes_on_after_reset(const Segment& segment, Side side);
  void take_back_reset(Outcome& out);
  void conclude_reset(Outcome& out);
  void close(ConnectionFacts::Close how, const Stamp& at, Outcome& out);
  void closing_by(Side side);
  std::uint32_t unacknowledged(Side side) const;
  std::uint32_t unread(Side by) const;
  void tell(Outcome& out, const TcpEvent& event);
  End end_without_fin() const;

  // What is known of a side's receive window.
  struct Window {
    std::uint16_t last = 0;     // as advertised, not scaled
    std::uint8_t scale = 14;    // shift; the largest there is (RFC 7323 section 2.3) until a SYN tells
    bool closed = false;        // `last` is zero
    bool syn_answered = false;  // the peer acknowledged this side's SYN
    std::uint64_t bytes() const;
  };

  // The RST that closed the connection; while there is none, the last one that its receiver asks back about.
  struct Reset {
    Side by;
    bool believed;
    bool acknowledges;
    bool closed_first;  // nobody had begun to close before
    bool passed_over;   // its receiver went on, so long behind it that this was not under way
    Stamp at;
    std::uint64_t offset;   // of its sequence number
    std::uint64_t sent[2];  // by each side before it: one behind the last
  };
  // Where else a side may begin than where its SYN says, as one segment has it. A second one that agrees makes it so, as long as
  // nothing of the side was read.
  struct OtherStart {
    Side of;
    bool by_syn;          // of the side itself; else the peer acknowledged it
    std::uint32_t first;  // sequence number
  };
  // What few connections have.
  struct Seldom {
    std::unique_ptr<KeepaliveWatcher> keepalive;
    std::optional<Reset> reset;
    std::optional<OtherStart> other_start;
  };
  bool nothing_read(Side side) const { return at(side).next_offset() == stream_origin && !at(side).holds() && !at(side).fin_seen(); }
  void note_other_start(const OtherStart& start);
  // True where the side now begins there.
  bool start_elsewhere(Side side, std::uint32_t first);
  Seldom& seldom();
  void count_unacknowledged() {
    for (const Side side : {Side::client, Side::server}) counted(side).unacknowledged_bytes = unacknowledged(side);
  }
  KeepaliveWatcher* keepalive() { return seldom_ == nullptr ? nullptr : seldom_->keepalive.get(); }

  ConnectionFacts facts_;
  TcpSide sides_[2];
  std::unique_ptr<Seldom> seldom_;
  std::uint64_t closed_number_ = 0;
  Time syn_to_syn_ack_ = 0;  // ns, last SYN to first SYN-ACK
  std::uint32_t hash_ = 0;
  Window windows_[2];
  std::uint32_t spoken_from_ = 0;    // offset modulo 2^32 (so is stream_origin) from which on only `speaker_` has sent data
  std::uint16_t events_ = 0;         // told so far, of kinds that repeat
  std::uint8_t closing_events_ = 0;  // likewise, of those that tell how it began and ended
  Side speaker_ : 1 = Side::client;
  bool concluded_ : 1 = false;
};

// A SYN flood makes millions of these: half-open ones have to fit in memory beside their rows.
static_assert(sizeof(Connection) <= 448);

}  // namespace longwire
