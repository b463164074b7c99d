// What reassembly costs: a segment with data in order, a bare ACK, a short connection.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "reassembly/connection_table.h"

namespace longwire {
namespace {

// Counts, so that the calls are not optimised away.
struct CountingSink {
  struct Stream {
    void data(Side, Bytes bytes, const Stamp&) { benchmark::DoNotOptimize(seen += bytes.size()); }
    void gap(Side, std::uint64_t missing, const Stamp&) { benchmark::DoNotOptimize(seen += missing); }
    void end(Side, End, const Stamp&) {}
    std::uint64_t held_memory() const { return 0; }
    struct Asleep {
      std::uint64_t held_memory() const { return 0; }
    };
    std::optional<Asleep> sleep() { return std::nullopt; }
    std::uint64_t seen = 0;
  };
  Stream open(const ConnectionFacts&) { return {}; }
  Stream wake(const ConnectionFacts&, Stream::Asleep) { return {}; }
  void tcp(const ConnectionFacts&, const TcpEvent&) {}
  void closed(const ConnectionFacts&, Stream*) {}
};

constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack, fin = tcp_flag::fin;

// A segment of connection `which`; its bytes lie in `payload`.
Segment segment(std::uint32_t which, bool from_client, std::uint8_t flags, std::uint32_t seq, std::uint32_t acked, Bytes payload = {}) {
  Segment made;
  Endpoint client{
      Address::from(std::array<std::uint8_t, 4>{10, static_cast<std::uint8_t>(which >> 24), static_cast<std::uint8_t>(which >> 16), 1}),
      static_cast<std::uint16_t>(which)};
  Endpoint server{Address::from(std::array<std::uint8_t, 4>{192, 0, 2, 80}), 80};
  made.source = from_client ? client : server;
  made.destination = from_client ? server : client;
  made.hash = which * 0x9e3779b1u;
  made.flags = flags;
  made.seq = seq;
  made.ack = acked;
  made.window = 1000;
  made.payload = payload;
  return made;
}

const std::vector<std::uint8_t> payload(1400, 'x');

// `connections` at once, segments in turn: beyond the caches each segment meets a cold connection.
void segments_in_order(benchmark::State& state, Bytes bytes) {
  CountingSink sink;
  ConnectionTable<CountingSink> table(sink, {});
  const auto connections = static_cast<std::uint32_t>(state.range(0));
  std::vector<Segment> next;
  std::uint64_t number = 0;
  for (std::uint32_t i = 0; i < connections; ++i) next.push_back(segment(i, true, ack, 1, 1, bytes));
  for (auto _ : state) {
    for (Segment& each : next) {
      each.at.number = ++number;
      table.add(each);
      each.seq += static_cast<std::uint32_t>(bytes.size());
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
void data_segment(benchmark::State& state) {
  segments_in_order(state, payload);
}
void bare_ack(benchmark::State& state) {
  segments_in_order(state, {});
}
BENCHMARK(data_segment)->Arg(1)->Arg(1000)->Arg(100000);
BENCHMARK(bare_ack)->Arg(1)->Arg(1000)->Arg(100000);

// Ten packets: handshake, request, answer, their ACKs, both FINs.
void short_connection(benchmark::State& state) {
  CountingSink sink;
  ConnectionTable<CountingSink> table(sink, {});
  std::uint64_t number = 0;
  std::uint32_t which = 0;
  const auto add = [&](Segment each) {
    each.at.number = ++number;
    table.add(each);
  };
  for (auto _ : state) {
    ++which;
    add(segment(which, true, syn, 0, 0));
    add(segment(which, false, syn | ack, 0, 1));
    add(segment(which, true, ack, 1, 1));
    add(segment(which, true, ack, 1, 1, Bytes(payload).first(200)));
    add(segment(which, false, ack, 1, 201, Bytes(payload).first(1000)));
    add(segment(which, true, ack, 201, 1001));
    add(segment(which, true, fin | ack, 201, 1001));
    add(segment(which, false, fin | ack, 1001, 202));
    add(segment(which, true, ack, 202, 1002));
    add(segment(which, true, ack, 202, 1002));
    table.expire(number);
  }
  state.SetItemsProcessed(which);
}
BENCHMARK(short_connection);

// Every second pair of segments changed places.
void swapped_segments(benchmark::State& state) {
  CountingSink sink;
  ConnectionTable<CountingSink> table(sink, {});
  Segment each = segment(1, true, syn, 0, 0);
  std::uint64_t number = 0;
  table.add(each);
  each = segment(1, true, ack, 1, 1, payload);
  const auto size = static_cast<std::uint32_t>(payload.size());
  for (auto _ : state) {
    for (const std::uint32_t step : {size, 0u}) {
      Segment moved = each;
      moved.seq += step;
      moved.at.number = ++number;
      table.add(moved);
    }
    each.seq += 2 * size;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
BENCHMARK(swapped_segments);

}  // namespace
}  // namespace longwire

BENCHMARK_MAIN();
