// What a silent connection costs in memory, told by the connection table itself and by the heap: a half-open one, as of
// a SYN flood, one that waits for an answer, and an idle keep-alive one after an exchange, through the real dissectors.
//
//   facts       for the connection's row
//   working     what following it takes beside: both sides, and what reads their bytes
//   heap        all that was allocated, with the hash table's slots and the allocator's own words
#include <fmt/format.h>
#include <malloc.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "reassembly/connection_table.h"

namespace longwire {
namespace {

constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack;
constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
// A record of application data.
const std::string encrypted = std::string("\x17\x03\x03\x00\x64", 5) + std::string(100, 'e');
constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

std::uint64_t heap() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A worker whose rows are thrown away.
class Worker {
 public:
  Worker() { sink_.into(rows_); }

  // A packet of the `which`th connection; `sent` and `acked` count the sender's and the other side's payload.
  void add(std::uint32_t which, Side from, std::uint8_t flags, std::size_t sent, std::size_t acked, std::string_view payload = {}) {
    const Endpoint client{
        Address::from(std::array<std::uint8_t, 4>{10, static_cast<std::uint8_t>(which >> 24), static_cast<std::uint8_t>(which >> 16), 1}),
        static_cast<std::uint16_t>(which)};
    const Endpoint server{Address::from(std::array<std::uint8_t, 4>{192, 0, 2, 80}), 80};
    Segment segment;
    segment.source = from == Side::client ? client : server;
    segment.destination = from == Side::client ? server : client;
    segment.hash = which * 0x9e3779b1u;  // Knuth's multiplicative hash: spreads over all parts
    segment.flags = flags;
    segment.seq = static_cast<std::uint32_t>(sent) + ((flags & syn) != 0 ? 0 : 1);
    segment.ack = (flags & ack) != 0 ? static_cast<std::uint32_t>(acked) + 1 : 0;
    segment.window = 1000;
    segment.payload = as_bytes(payload);
    run(segment);
  }
  // So many packets go by that everything sleeps that can. Those that are seen belong to no connection.
  void let_sleep() {
    for (int sweep = 0; sweep < 2; ++sweep) {
      number_ += limits::sleep_packets;
      for (std::uint32_t part = 0; part < limits::memory_parts; ++part) {
        Segment quoted;
        quoted.kind = Segment::Kind::icmp_unreachable;
        quoted.hash = part * (0xffffffffu / limits::memory_parts + 1);
        run(quoted);
      }
    }
  }
  std::uint64_t counted() const { return table_.memory(); }

 private:
  void run(Segment& segment) {
    ++number_;
    segment.at = {static_cast<Time>(number_ * 1000), number_, number_};
    table_.add(segment);
    if (rows_.full()) rows_.clear();
  }

  Secrets secrets_ = Secrets::random();
  RowBatch rows_;
  SessionSink sink_{{.secrets = &secrets_}};
  ConnectionTable<SessionSink> table_{sink_, {}};
  std::uint64_t number_ = 0;
};

void half_open(Worker& worker, std::uint32_t which) {
  worker.add(which, Side::client, syn, 0, 0);
}

void asks(Worker& worker, std::uint32_t which, std::string_view what) {
  worker.add(which, Side::client, syn, 0, 0);
  worker.add(which, Side::server, syn | ack, 0, 0);
  worker.add(which, Side::client, ack, 0, 0);
  worker.add(which, Side::client, ack, 0, 0, what);
}

void waits(Worker& worker, std::uint32_t which) {
  asks(worker, which, request);
}

void one_exchange(Worker& worker, std::uint32_t which) {
  waits(worker, which);
  worker.add(which, Side::server, ack, 0, request.size(), response);
  worker.add(which, Side::client, ack, request.size(), response.size());
}

void one_turn_of_tls(Worker& worker, std::uint32_t which) {
  asks(worker, which, encrypted);
  worker.add(which, Side::server, ack, 0, encrypted.size(), encrypted);
  worker.add(which, Side::client, ack, encrypted.size(), encrypted.size());
}

void measure(std::string_view name, std::uint32_t connections, const std::function<void(Worker&, std::uint32_t)>& make) {
  Worker worker;
  const std::uint64_t before = heap();
  for (std::uint32_t which = 1; which <= connections; ++which) make(worker, which);
  worker.let_sleep();
  const double n = connections;
  const double counted = static_cast<double>(worker.counted()) / n, facts = sizeof(ConnectionFacts);
  fmt::print("{:<24} {:>12} {:>8.0f} {:>8.0f} {:>8.0f}\n", name, connections, facts, counted - facts,
             static_cast<double>(heap() - before) / n);
}

}  // namespace
}  // namespace longwire

int main(int argc, char** argv) {
  const int connections = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  if (connections <= 0) {
    fmt::print(stderr, "Usage: memory_bench [CONNECTIONS]\n");
    return 2;
  }
  const auto count = static_cast<std::uint32_t>(connections);
  fmt::print("{:<24} {:>12} {:>8} {:>8} {:>8}\n", "bytes a connection", "connections", "facts", "working", "heap");
  longwire::measure("half-open", count, longwire::half_open);
  longwire::measure("idle after an exchange", count, longwire::one_exchange);
  longwire::measure("idle in TLS, after a turn", count, longwire::one_turn_of_tls);
  longwire::measure("waits for an answer", count, longwire::waits);
  return 0;
}
