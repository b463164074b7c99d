// Segments of any kind and order through two tables: one frees what has lingered all the time, one only at the end.
//
//   input   = policy(8) client_isn(32) server_isn(32) *segment
//   segment = flags(8) how(8) offset(16) length(8) ack(16)
//             flags: as on the wire; how: bit 0 sender, bit 1 offset times 2^16, bit 2 the bytes lie, bit 3 two bytes are
//             cut off, bit 4 half the linger passes before, bit 5 window zero, bit 6 other initial sequence numbers,
//             bit 7 an ICMP error that quotes it
//
// The byte at a sequence number is the number's low octet, so what is delivered can be checked wherever a stream starts:
// data and gaps follow one another without a break, nothing follows an end, each side of a stream ends exactly once,
// both tables tell the same, and keepalive probes are counted without a hole. Where a handshake is followed by data only,
// the delivered bytes are those of a byte map.
#include <cstdio>
#include <cstdlib>

#include "tests/recorded_streams.h"

namespace longwire {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

struct Input {
  ReassemblyOptions options;
  std::vector<Segment> segments;
  std::deque<std::vector<std::uint8_t>> payloads;  // each in an allocation of its size: reading beyond it is seen
  bool lies = false;                               // some bytes are not those of their sequence number
};

Segment read_segment(Cursor& cursor, Input& input, const std::uint32_t (&isn)[2], std::uint64_t& number) {
  Segment segment;
  segment.flags = cursor.u8();
  const std::uint8_t how = cursor.u8();
  const auto bit = [how](int n) { return (how >> n & 1) != 0; };
  const std::size_t from = bit(0) ? 1 : 0;
  const std::uint32_t offset = static_cast<std::uint32_t>(cursor.u16()) << (bit(1) ? 16 : 0);
  const std::uint32_t other_isn = bit(6) ? 1u << 20 : 0;
  segment.seq = isn[from] + other_isn + offset;
  std::vector<std::uint8_t>& payload = input.payloads.emplace_back(cursor.u8());
  std::uint32_t sequence = segment.seq + (segment.has(tcp_flag::syn) ? 1 : 0);
  for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(sequence++ + (bit(2) ? 1 : 0));
  segment.payload = payload;
  segment.ack = isn[1 - from] + other_isn + cursor.u16();
  segment.source.port = from == 0 ? 40000 : 80;
  segment.destination.port = from == 0 ? 80 : 40000;
  segment.cut = bit(3) ? 2 : 0;
  segment.window = bit(5) ? 0 : 1000;
  if (bit(7)) segment.kind = Segment::Kind::icmp_unreachable;
  number += bit(4) ? limits::linger_packets / 2 : 1;
  segment.at = {static_cast<Time>(number * 1'000'000), number, number};
  input.lies |= bit(2) && !payload.empty();
  return segment;
}

Input read_input(Bytes bytes) {
  Input input;
  Cursor cursor(bytes);
  const std::uint8_t options = cursor.u8();
  input.options.overlap = (options & 1) != 0 ? Overlap::last : Overlap::first;
  if ((options & 2) != 0) input.options.sleep_packets = 1;
  const std::uint32_t isn[2] = {cursor.u32(), cursor.u32()};
  std::uint64_t number = 0;
  while (cursor.left() > 0 && cursor.ok()) input.segments.push_back(read_segment(cursor, input, isn, number));
  return input;
}

RecordingSink run(const Input& input, bool expire) {
  RecordingSink sink;
  ConnectionTable<RecordingSink> table(sink, input.options);
  for (const Segment& segment : input.segments) {
    table.add(segment);
    if (expire) table.expire(segment.at.number);
  }
  table.finish();
  require(table.open() == 0, "a connection was left");
  return sink;
}

void check_side(const RecordedConnection& it, Side side, bool lies) {
  using Kind = RecordedConnection::Call::Kind;
  bool ended = false, started = false;
  std::uint8_t position = 0;
  std::uint64_t delivered = 0;
  for (const auto& call : it.calls) {
    if (call.side != side) continue;
    require(!ended, "something came after the end");
    ended = call.kind == Kind::end;
    if (call.kind == Kind::gap) {
      require(call.missing > 0, "an empty gap");
      position = static_cast<std::uint8_t>(position + call.missing);
    }
    if (call.kind != Kind::data) continue;
    require(!call.bytes.empty(), "empty data");
    delivered += call.bytes.size();
    for (const char byte : call.bytes) {
      if (!started) position = static_cast<std::uint8_t>(byte);
      started = true;
      require(lies || static_cast<std::uint8_t>(byte) == position, "bytes of another place");
      ++position;
    }
  }
  require(ended || it.calls.empty(), "a side without an end");
  require(delivered <= it.facts.side[index(side)].bytes, "more was delivered than counted");
}

// Probes of a side are told in order, each answered behind itself; episodes and ordinals count without a hole.
void check_probes(const RecordedConnection& it, Side side) {
  std::uint32_t episode = 0, ordinal = 0;
  std::uint64_t before = 0;
  for (const KeepaliveProbe& probe : it.probes) {
    if (probe.prober != side) continue;
    const bool same = probe.episode == episode && (probe.ordinal == ordinal || probe.ordinal == ordinal + 1);
    require(same || (probe.episode == episode + 1 && probe.ordinal == 1), "an episode or a probe was left out");
    const bool first_packet = probe.at.number == it.facts.first.number && probe.idle_before == KeepaliveProbe::unknown;
    require(probe.at.number > before && (probe.idle_before >= 0 || first_packet), "probes out of order");
    require(probe.answer == KeepaliveProbe::Answer::none || probe.answered.number > probe.at.number, "an answer before its probe");
    episode = probe.episode;
    ordinal = probe.ordinal;
    before = probe.at.number;
  }
}

std::string describe(const RecordedConnection& it) {
  std::string text = it.client() + "\n" + it.server() + "\n" + it.told();
  for (const SideFacts& side : it.facts.side) {
    text += " " + std::to_string(side.packets) + " " + std::to_string(side.bytes) + " " + std::to_string(side.missing_bytes) + " " +
            std::to_string(side.retransmitted_bytes) + " " + std::to_string(side.unacknowledged_bytes) + " " +
            std::to_string(side.acknowledged);
  }
  for (const KeepaliveProbe& probe : it.probes) {
    text += "\n" + std::to_string(probe.at.number) + " " + std::string(to_text(probe.answer)) + " " + std::to_string(probe.idle_before);
  }
  return text;
}

// A handshake, then plain data from the client only, none of it lying or cut: what a byte map would say.
void check_with_byte_map(const Input& input) {
  Segment syn = input.segments.front();
  Segment syn_ack = syn;
  syn.flags = tcp_flag::syn;
  syn_ack.flags = tcp_flag::syn | tcp_flag::ack;
  syn.kind = syn_ack.kind = Segment::Kind::tcp;
  syn.source.port = syn_ack.destination.port = 40000;
  syn.destination.port = syn_ack.source.port = 80;
  syn.seq -= 4096;
  syn_ack.ack = syn.seq + 1;
  syn.payload = syn_ack.payload = {};
  syn.cut = syn_ack.cut = 0;
  std::vector<Segment> all{syn, syn_ack};
  std::vector<bool> seen;
  for (Segment segment : input.segments) {
    const std::uint32_t offset = segment.seq - (syn.seq + 1);
    if (segment.payload.empty() || segment.has(tcp_flag::syn) || offset > 200000) continue;
    segment.flags = tcp_flag::psh;
    segment.kind = Segment::Kind::tcp;
    segment.source = syn.source;
    segment.destination = syn.destination;
    segment.cut = 0;
    all.push_back(segment);
    const std::size_t end = offset + segment.payload.size();
    if (seen.size() < end) seen.resize(end);
    std::fill(seen.begin() + offset, seen.begin() + static_cast<std::ptrdiff_t>(end), true);
  }
  if (all.size() > limits::reorder_segments) return;  // a bound would be reached
  std::string expected;
  std::uint64_t run = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i]) {
      ++run;
      continue;
    }
    if (run > 0) expected += "[" + std::to_string(run) + "]";
    run = 0;
    expected += static_cast<char>(syn.seq + 1 + i);
  }
  const auto it = only_connection(all, input.options);
  require(expected.empty() || it.client() == expected + "|open", "not what a byte map says");
}

}  // namespace
}  // namespace longwire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwire;
  const Input input = read_input({data, size});
  RecordingSink often = run(input, true);
  RecordingSink rarely = run(input, false);
  require(often.by_id.size() == rarely.by_id.size(), "freeing early changes connections");
  for (const auto& [id, it] : often.by_id) {
    require(it.closed && rarely.by_id.at(id).closed, "a connection was not closed");
    require(describe(it) == describe(rarely.by_id.at(id)), "freeing early changes what is told");
    check_side(it, Side::client, input.lies);
    check_side(it, Side::server, input.lies);
    check_probes(it, Side::client);
    check_probes(it, Side::server);
  }
  if (!input.segments.empty() && !input.lies) check_with_byte_map(input);
  return 0;
}
