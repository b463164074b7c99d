// All connections of one worker: finds the one a segment belongs to, and hands what it makes on to the sink.
//
// Owned by the worker's thread. State is dropped by memory, not by time: a connection stays until it is closed and has
// lingered, or until memory runs short (ReassemblyOptions::memory). While it is silent its stream sleeps. Connections live
// in slabs and are found by their whole tuple; one that is in order costs no allocation a packet, and the sink is called
// by its concrete type. All decisions depend on the segments and their numbers only, so any division of connections among
// workers gives the same calls for each of them.
#pragma once

#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <boost/pool/pool.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <new>
#include <tuple>
#include <vector>

#include "reassembly/connection.h"
#include "reassembly/linger_queue.h"
#include "reassembly/memory_budget.h"
#include "reassembly/report_marks.h"
#include "reassembly/sink.h"

namespace longwire {

struct ReassemblyOptions {
  Overlap overlap = Overlap::first;
  std::uint64_t memory = MemoryBudget::unlimited;       // bytes for the connections of all workers; see memory_budget.h
  std::uint64_t sleep_packets = limits::sleep_packets;  // changes no row: for tests
  bool reports = false;                                 // report() will be called: live
};

template <ConnectionSink Sink>
class ConnectionTable {
 public:
  // `sink` must outlive the table.
  ConnectionTable(Sink& sink, ReassemblyOptions options)
      : sink_(sink), overlap_(options.overlap), sleep_packets_(options.sleep_packets), reports_(options.reports) {
    parts_.reserve(limits::memory_parts);
    while (parts_.size() < limits::memory_parts) parts_.emplace_back(options.memory);
  }
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;
  // Without finish(): the sink is told nothing more.
  ~ConnectionTable() {
    for (Part& part : parts_) {
      for (Followed* connection : part.connections) destroy(connection);
    }
  }

  // Segments come in packet order.
  void add(const Segment& segment) {
    Part& part = parts_[memory_part(segment.hash)];
    if (segment.at.number >= part.next_sweep) put_to_sleep(part, segment.at.number);
    const auto found = part.connections.find(segment);
    Followed* connection = found == part.connections.end() ? nullptr : *found;
    const bool quoted = segment.kind == Segment::Kind::icmp_unreachable;
    if (connection != nullptr && (quoted ? connection->lingered(segment.at.number) : connection->begins_new(segment))) {
      conclude_early(*connection);
      connection = nullptr;
    }
    outcome_.clear();
    if (quoted) {
      if (connection == nullptr) return;
      connection->unreachable(segment, outcome_);
      if (reports_) marks_.add(*connection);
      return tell(*connection, segment.at);
    }
    std::uint64_t growth = segment.payload.size();
    if (connection == nullptr) {
      connection = create(part, segment);
      growth += sizeof(Followed);
    }
    connection->receive(segment, overlap_, outcome_);
    tell(*connection, segment.at);
    if (!outcome_.direct.empty()) stream(*connection).data(outcome_.side, outcome_.direct, segment.at);
    if (outcome_.cut > 0) stream(*connection).gap(outcome_.side, outcome_.cut, segment.at);
    if (outcome_.pending) drain(*connection);
    if (outcome_.reopened > 0) lingering_.forget(*connection, outcome_.reopened);  // before it closes again
    if (outcome_.closed) lingering_.add(*connection);
    if (reports_) marks_.add(*connection);
    if (part.budget.grow(growth)) make_room(part);
  }

  // While the capture goes on: tells the sink how it stands with every connection that something has happened to since the
  // last call. `go_on` as in finish(). Whatever is told is told again, as it is then, by a later call or when the connection
  // ends.
  template <class GoOn>
  bool report(GoOn go_on) {
    while (Followed* connection = marks_.take()) {
      report_one(*connection);
      if (!go_on()) return false;
    }
    return true;
  }
  // The next report tells of all connections of this part (0 to limits::memory_parts - 1), too.
  std::size_t mark_all(std::size_t part) {
    for (Followed* connection : parts_[part].connections) marks_.add(*connection);
    return parts_[part].connections.size();
  }

  // Frees what packet `number` or an earlier one has closed, however few packets have come since.
  void expire_closed_by(std::uint64_t number) {
    while (Followed* connection = lingering_.take_closed_by(number)) conclude(*connection);
  }

  // Frees what has lingered long enough, `number` packets of the whole capture set having been seen.
  void expire(std::uint64_t number) {
    while (Followed* connection = lingering_.take(number)) conclude(*connection);
  }

  // The capture ended: closes everything, in the order of ids. `go_on` is asked after each connection, so that the
  // caller can take away what the sink has gathered; false leaves the rest untold.
  template <class GoOn>
  void finish(GoOn go_on) {
    std::vector<Followed*> all;
    all.reserve(open());
    for (const Part& part : parts_) all.insert(all.end(), part.connections.begin(), part.connections.end());
    std::sort(all.begin(), all.end(), [](const Followed* a, const Followed* b) { return a->facts().id < b->facts().id; });
    lingering_.clear();
    for (Followed* connection : all) {
      conclude(*connection);
      if (!go_on()) return;
    }
  }
  void finish() {
    finish([] { return true; });
  }

  std::size_t open() const {
    std::size_t count = 0;
    for (const Part& part : parts_) count += part.connections.size();
    return count;
  }

  // Bytes of all connections: facts, working state, and what their streams hold.
  std::uint64_t memory() const {
    std::uint64_t bytes = 0;
    for (const Part& part : parts_) bytes += part.memory();
    return bytes;
  }

 private:
  using Stream = typename Sink::Stream;
  using Asleep = typename Stream::Asleep;
  struct Awake;

  // At most one of the two is there; none before the first byte.
  struct Followed : Connection {
    using Connection::Connection;
    bool has_stream() const { return awake != nullptr || asleep != nullptr; }
    std::uint64_t memory() const {
      std::uint64_t bytes = sizeof *this + this->held_memory();
      if (awake != nullptr) bytes += sizeof *awake + awake->stream.held_memory();
      if (asleep != nullptr) bytes += sizeof *asleep + asleep->held_memory();
      return bytes;
    }
    std::unique_ptr<Awake> awake;
    std::unique_ptr<Asleep> asleep;
    ReportMark mark;
  };

  // A stream. It stands in its part's list while it may fall asleep there: see put_to_sleep().
  struct Awake : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    Awake(Sink& sink, Followed& owner) : connection(owner), stream(sink.open(owner.facts())) {}
    Awake(Sink& sink, Followed& owner, Asleep asleep) : connection(owner), stream(sink.wake(owner.facts(), std::move(asleep))) {}
    Followed& connection;
    Stream stream;
  };
  using AwakeList = boost::intrusive::list<Awake, boost::intrusive::constant_time_size<false>>;

  // Both directions of a tuple have the same hash; equality is of the whole tuple.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Followed* connection) const { return connection->hash(); }
    std::size_t operator()(const Segment& segment) const { return segment.hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Followed* a, const Followed* b) const { return a == b; }
    bool operator()(const Followed* a, const Segment& b) const { return a->is_between(b.source, b.destination); }
    bool operator()(const Segment& a, const Followed* b) const { return b->is_between(a.source, a.destination); }
  };

  // Connections allocated at once: few for a small capture, then twice as many each time, up to half a MiB.
  static constexpr std::size_t first_slab = 32, largest_slab = 1024;

  // The connections whose memory is counted together.
  struct Part {
    explicit Part(std::uint64_t of_all) : budget(of_all / limits::memory_parts) {}
    std::uint64_t memory() const {
      std::uint64_t bytes = 0;
      for (const Followed* connection : connections) bytes += connection->memory();
      return bytes;
    }
    boost::unordered_flat_set<Followed*, Hash, Equal> connections;
    AwakeList awake;
    std::uint64_t next_sweep = 0;  // packet with which to look for those to put to sleep
    MemoryBudget budget;
  };

  Followed* create(Part& part, const Segment& first) {
    void* memory = slabs_.malloc();
    if (memory == nullptr) throw std::bad_alloc();
    auto* connection = new (memory) Followed(first);
    part.connections.insert(connection);
    return connection;
  }

  void destroy(Followed* connection) {
    marks_.forget(*connection);
    connection->~Followed();
    slabs_.free(connection);
  }

  // The connection's stream, made when its first byte is told, and woken where it sleeps.
  Stream& stream(Followed& connection) {
    if (connection.awake == nullptr) make_stream(connection);
    if (!connection.awake->is_linked()) parts_[memory_part(connection.hash())].awake.push_back(*connection.awake);
    return connection.awake->stream;
  }

  void make_stream(Followed& connection) {
    if (connection.asleep != nullptr) {
      connection.awake = std::make_unique<Awake>(sink_, connection, std::move(*connection.asleep));
      connection.asleep = nullptr;
      return;
    }
    connection.awake = std::make_unique<Awake>(sink_, connection);
    for (const Side side : {Side::client, Side::server}) {  // ended before
      if (connection.ended(side)) connection.awake->stream.end(side, connection.end_of(side), connection.facts().last);
    }
  }

  // Streams of connections that have been silent for so long sleep from now on. Each silent one is looked at once: one
  // that cannot sleep comes back to the list with its next byte. What is closed goes soon anyway.
  void put_to_sleep(Part& part, std::uint64_t number) {
    part.next_sweep = number + sleep_packets_;
    for (auto next = part.awake.begin(); next != part.awake.end();) {
      Awake& awake = *next++;
      Followed& connection = awake.connection;
      if (connection.facts().last.number + sleep_packets_ > number) continue;
      awake.unlink();
      if (connection.closed() || connection.waiting()) continue;
      if (auto asleep = awake.stream.sleep()) {
        connection.asleep = std::make_unique<Asleep>(std::move(*asleep));
        connection.awake = nullptr;
      }
    }
  }

  void tell(const Followed& connection, const Stamp& at) {
    for (const TcpEvent& event : outcome_.events) sink_.tcp(connection.facts(), event);
    if constexpr (KeepaliveSink<Sink>) {
      for (const KeepaliveProbe& probe : outcome_.probes) sink_.keepalive(connection.facts(), probe);
    }
    if (!outcome_.anomaly.empty()) {
      if constexpr (AnomalySink<Sink>) sink_.anomaly(connection.facts(), outcome_.side, at, outcome_.anomaly);
    }
  }

  void drain(Followed& connection) {
    Delivery delivery;
    for (const Side side : {Side::client, Side::server}) {
      while (connection.next(side, delivery)) hand_on(connection, side, delivery);
    }
  }

  void hand_on(Followed& connection, Side side, const Delivery& delivery) {
    const Stamp& at = delivery.piece.at;
    switch (delivery.kind) {
      case Delivery::Kind::data:
        stream(connection).data(side, delivery.piece.bytes, at);
        break;
      case Delivery::Kind::gap:
        // Cut bytes are known from the facts; an event for each would be an event for each packet.
        if (!delivery.by_snaplen) sink_.tcp(connection.facts(), {"gap", side, at, delivery.missing, delivery.trailing ? "end" : ""});
        if (connection.has_stream() || !delivery.trailing) stream(connection).gap(side, delivery.missing, at);
        break;
      case Delivery::Kind::end:
        if (connection.has_stream()) stream(connection).end(side, delivery.how, at);
        break;
    }
  }

  void report_one(Followed& connection) {
    if constexpr (ReportingSink<Sink>) {
      outcome_.clear();
      connection.report(outcome_);
      tell(connection, connection.facts().last);
      sink_.report(connection.facts(), connection.has_stream() ? &stream(connection) : nullptr);
    }
  }

  // Ends the connection: what waited is told in the order it was captured, then both ends, then the facts.
  void conclude(Followed& connection) {
    outcome_.clear();
    connection.conclude(outcome_);
    tell(connection, connection.facts().last);
    Delivery delivery;
    while (!connection.ended(Side::client) || !connection.ended(Side::server)) {
      Side side = connection.earlier_waiting();
      if (connection.ended(side)) side = other(side);
      if (connection.next(side, delivery)) hand_on(connection, side, delivery);
    }
    sink_.closed(connection.facts(), connection.has_stream() ? &stream(connection) : nullptr);
    parts_[memory_part(connection.hash())].connections.erase(&connection);
    destroy(&connection);
  }

  // The same for one that may linger still.
  void conclude_early(Followed& connection) {
    lingering_.forget(connection, connection.closed_number());
    conclude(connection);
  }

  // Gives up connections until the part's budget is kept: those that only linger first, then the longest silent.
  void make_room(Part& part) {
    std::uint64_t excess = part.budget.used(part.memory());
    if (excess == 0) return;
    std::vector<Followed*> all(part.connections.begin(), part.connections.end());
    const auto order = [](const Followed* c) { return std::tuple(!c->closed(), c->facts().last.number, c->facts().id); };
    std::sort(all.begin(), all.end(), [&](const Followed* a, const Followed* b) { return order(a) < order(b); });
    for (Followed* connection : all) {
      if (excess == 0) return;
      excess -= std::min(excess, connection->memory());
      connection->evict();
      conclude_early(*connection);
    }
  }

  Sink& sink_;
  const Overlap overlap_;
  const std::uint64_t sleep_packets_;
  const bool reports_;
  boost::pool<> slabs_{sizeof(Followed), first_slab, largest_slab};
  std::vector<Part> parts_;
  LingerQueue<Followed> lingering_;
  ReportMarks<Followed> marks_;  // for the next report()
  Outcome outcome_;              // of the segment at hand
};

}  // namespace longwire
