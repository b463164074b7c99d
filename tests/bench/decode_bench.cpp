// Time per packet of the decoder alone, packets and batch warm in the cache.
#include <benchmark/benchmark.h>

#include "capture/decode.h"
#include "tests/packet_builder.h"

namespace longwire {
namespace {

constexpr std::size_t batch_packets = 1024;  // as the pipeline's batches

void decode_batches(benchmark::State& state, const Octets& octets) {
  const std::vector<Packet> packets(batch_packets, packet_of(octets));
  Decoder decoder({});
  SegmentBatch batch;
  for (auto _ : state) {
    batch.clear();
    for (const Packet& packet : packets) decoder.decode(packet, batch);
    benchmark::DoNotOptimize(batch.segments.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch_packets));
  state.counters["per_packet"] = benchmark::Counter(static_cast<double>(state.iterations() * batch_packets),
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void ethernet_ipv4_tcp(benchmark::State& state) {
  decode_batches(
      state, PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").tcp({.options = Octets(12, 1)}).payload(Octets(1448)).bytes());
}
BENCHMARK(ethernet_ipv4_tcp);

void ethernet_vlan_ipv6_tcp(benchmark::State& state) {
  decode_batches(state, PacketBuilder().ethernet().vlan(7).ipv6("2001:db8::1", "2001:db8::2").tcp().payload(Octets(1400)).bytes());
}
BENCHMARK(ethernet_vlan_ipv6_tcp);

void vxlan(benchmark::State& state) {
  decode_batches(state, PacketBuilder()
                            .ethernet()
                            .ipv4("203.0.113.1", "203.0.113.2")
                            .udp(50000, 4789)
                            .header(from_hex("0800000000000700"))
                            .ethernet()
                            .ipv4("192.0.2.1", "198.51.100.2")
                            .tcp()
                            .payload(Octets(1400))
                            .bytes());
}
BENCHMARK(vxlan);

void ethernet_ipv4_udp(benchmark::State& state) {
  decode_batches(state, PacketBuilder().ethernet().ipv4("192.0.2.1", "198.51.100.2").udp(53, 53).payload(Octets(100)).bytes());
}
BENCHMARK(ethernet_ipv4_udp);

}  // namespace
}  // namespace longwire

BENCHMARK_MAIN();
