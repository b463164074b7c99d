// A sink that writes down what reassembly tells, and a maker of segments without packets: for tests of reassembly, and
// of what stands right of it.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/segment.h"
#include "reassembly/connection_table.h"

namespace longwire {

// One connection as it was told. Lives as long as its RecordingSink.
struct RecordedConnection {
  struct Call {
    enum class Kind : std::uint8_t { data, gap, end } kind;
    Side side;
    std::string bytes;
    std::uint64_t missing = 0;
    End how = End::open;
    Stamp at;
  };
  ConnectionFacts facts;  // as they were at closed()
  std::vector<Call> calls;
  std::vector<TcpEvent> events;
  std::vector<std::string> anomalies;
  std::vector<KeepaliveProbe> probes;
  std::size_t slept = 0;  // times
  bool closed = false;

  // One side's stream in a line: bytes as they are, a gap as "[n]", the end as "|fin", "|rst", "|open".
  std::string text(Side side) const {
    static constexpr std::string_view ends[]{"|fin", "|rst", "|open", "|evicted"};
    std::string line;
    for (const Call& call : calls) {
      if (call.side != side) continue;
      if (call.kind == Call::Kind::data) line += call.bytes;
      if (call.kind == Call::Kind::gap) line += "[" + std::to_string(call.missing) + "]";
      if (call.kind == Call::Kind::end) line += ends[static_cast<std::size_t>(call.how)];
    }
    return line;
  }
  std::string client() const { return text(Side::client); }
  std::string server() const { return text(Side::server); }
  // Which packets' bytes were told, in order: "3 4 4 2".
  std::string numbers(Side side) const {
    std::string line;
    for (const Call& call : calls) {
      if (call.side == side && call.kind == Call::Kind::data) line += (line.empty() ? "" : " ") + std::to_string(call.at.number);
    }
    return line;
  }
  // Kinds of events in order, with their bytes: "client fin, server gap 5".
  std::string told() const {
    std::string line;
    for (const TcpEvent& event : events) {
      line += (line.empty() ? "" : ", ") + std::string(to_text(event.side)) + " " + std::string(event.kind);
      if (event.bytes > 0) line += " " + std::to_string(event.bytes);
    }
    return line;
  }
};

class RecordingSink {
 public:
  class Stream {
   public:
    explicit Stream(RecordedConnection& record) : record_(record) {}
    void data(Side side, Bytes bytes, const Stamp& at) {
      record_.calls.push_back({Kind::data, side, std::string(as_text(bytes)), 0, End::open, at});
    }
    void gap(Side side, std::uint64_t missing, const Stamp& at) { record_.calls.push_back({Kind::gap, side, {}, missing, End::open, at}); }
    void end(Side side, End how, const Stamp& at) { record_.calls.push_back({Kind::end, side, {}, 0, how, at}); }
    std::uint64_t held_memory() const { return 0; }

    struct Asleep {
      RecordedConnection* record;
      std::uint64_t held_memory() const { return 0; }
    };
    std::optional<Asleep> sleep() {
      ++record_.slept;
      return Asleep{&record_};
    }

   private:
    using Kind = RecordedConnection::Call::Kind;
    RecordedConnection& record_;
  };

  Stream open(const ConnectionFacts& facts) { return Stream(by_id[facts.id]); }
  Stream wake(const ConnectionFacts&, Stream::Asleep asleep) { return Stream(*asleep.record); }
  void tcp(const ConnectionFacts& facts, const TcpEvent& event) { by_id[facts.id].events.push_back(event); }
  void anomaly(const ConnectionFacts& facts, Side, const Stamp&, std::string_view code) { by_id[facts.id].anomalies.emplace_back(code); }
  void keepalive(const ConnectionFacts& facts, const KeepaliveProbe& probe) { by_id[facts.id].probes.push_back(probe); }
  void closed(const ConnectionFacts& facts, Stream*) {
    by_id[facts.id].facts = facts;
    by_id[facts.id].closed = true;
    closed_order.push_back(facts.id);
  }
  void report(const ConnectionFacts& facts, Stream*) { reports.push_back(facts); }

  std::map<std::int64_t, RecordedConnection> by_id;
  std::vector<std::int64_t> closed_order;
  std::vector<ConnectionFacts> reports;
};

// Makes the segments of one client and one server. Offsets count from the first byte behind the SYN of whoever sends.
// Segments have no number yet: they get it where they are run, in the order of running. Keep it alive meanwhile.
class Conversation {
 public:
  explicit Conversation(std::uint32_t client_isn = 1000, std::uint32_t server_isn = 500000) : isn_{client_isn, server_isn} {}

  Segment make(Side from, std::uint8_t flags, std::int64_t offset, std::string_view payload = {}, std::int64_t ack = 0) {
    Segment segment;
    segment.source = ends_[index(from)];
    segment.destination = ends_[index(other(from))];
    segment.hash = 77;
    segment.flags = flags;
    segment.seq = isn_[index(from)] + 1 + static_cast<std::uint32_t>(offset);
    if ((flags & tcp_flag::syn) != 0) --segment.seq;
    segment.ack = (flags & tcp_flag::ack) != 0 ? isn_[index(other(from))] + 1 + static_cast<std::uint32_t>(ack) : 0;
    segment.window = 60000;
    segment.payload = as_bytes(payloads_.emplace_back(payload));
    return segment;
  }

  Segment syn() { return make(Side::client, tcp_flag::syn, 0); }
  Segment syn_ack() { return make(Side::server, tcp_flag::syn | tcp_flag::ack, 0); }
  Segment data(Side from, std::int64_t offset, std::string_view payload, std::int64_t ack = 0) {
    return make(from, tcp_flag::ack | tcp_flag::psh, offset, payload, ack);
  }
  Segment ack(Side from, std::int64_t offset, std::int64_t ack) { return make(from, tcp_flag::ack, offset, {}, ack); }
  Segment fin(Side from, std::int64_t offset, std::int64_t ack = 0) { return make(from, tcp_flag::fin | tcp_flag::ack, offset, {}, ack); }
  Segment rst(Side from, std::int64_t offset) { return make(from, tcp_flag::rst, offset); }
  std::vector<Segment> handshake() { return {syn(), syn_ack(), ack(Side::client, 0, 0)}; }

 private:
  Endpoint ends_[2] = {{Address::from(std::array<std::uint8_t, 4>{192, 0, 2, 1}), 40000},
                       {Address::from(std::array<std::uint8_t, 4>{192, 0, 2, 80}), 80}};
  std::uint32_t isn_[2];
  std::deque<std::string> payloads_;
};

// The same segment, captured after that many packets of other connections.
inline Segment after(std::uint64_t packets, Segment segment) {
  segment.at.number = packets;
  return segment;
}

// Runs segments, in the order given, through a table to the end of the capture. They are numbered from 1 and stand a
// millisecond apart.
inline RecordingSink reassembled(const std::vector<Segment>& segments, ReassemblyOptions options = {}) {
  RecordingSink sink;
  ConnectionTable<RecordingSink> table(sink, options);
  std::uint64_t number = 0;
  for (Segment segment : segments) {
    number += segment.at.number + 1;
    segment.at = {static_cast<Time>(number * 1'000'000), number, number};
    table.add(segment);
  }
  table.finish();
  return sink;
}

// The same, where there is exactly one connection; more or none is an empty record.
inline RecordedConnection only_connection(const std::vector<Segment>& segments, ReassemblyOptions options = {}) {
  RecordingSink sink = reassembled(segments, options);
  return sink.by_id.size() == 1 ? sink.by_id.begin()->second : RecordedConnection{};
}

}  // namespace longwire
