// What a silent connection costs in memory, told by the connection table itself and by the heap: a half-open one, as of
// a SYN flood, one that waits for an answer, and idle ones of each protocol after an exchange, through the real dissectors.
//
//   facts       for the connection's row
//   working     what following it takes beside: both sides, and what reads their bytes
//   heap        all that was allocated, with the hash table's slots and the allocator's own words
#include <fmt/format.h>
#include <malloc.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "dissectors/tls_keyring.h"
#include "reassembly/connection_table.h"
#include "tests/http2_bytes.h"
#include "tests/tls_bytes.h"
#include "tests/tls_sealer.h"
#include "tests/websocket_bytes.h"

namespace longwire {
namespace {

constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack;

// What is said on a connection, a packet each.
struct Said {
  Side side;
  std::string bytes;
};
using Talk = std::vector<Said>;

const std::string request = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

Talk websocket() {
  Talk talk;
  const test::Conversation opening = test::opened();
  for (const auto& entry : opening.entries()) talk.push_back({entry.side, entry.bytes});
  talk.push_back({Side::client, test::client_frame(test::fin | test::text_frame, "news?")});
  talk.push_back({Side::server, test::server_frame(test::fin | test::text_frame, "none")});
  return talk;
}

Talk http2() {
  using namespace test::h2;
  return {{Side::client, client_start()},
          {Side::server, settings() + settings_ack()},
          {Side::client, settings_ack() + get(1, "/")},
          {Side::server, test::h2::response(1) + data(1, "hello", end_stream)}};
}

// A handshake of TLS 1.3 and an exchange; all connections have the same secrets.
const std::string suite = "TLS_AES_128_GCM_SHA256", secret = std::string(32, 's');

Talk tls() {
  using namespace test;
  constexpr unsigned suite_code = 0x1301, handshake = 22, application_data = 23, encrypted_extensions = 8, finished = 20;
  constexpr unsigned client_hello = 1, server_hello = 2, supported_versions = 43, tls13 = 0x0304;
  ClientHelloFields client;
  client.suites = {suite_code};
  client.extensions = {{supported_versions, vec8(numbers({tls13}))}};
  ServerHelloFields server;
  server.suite = suite_code;
  server.extensions = {{supported_versions, test::u16(tls13)}};
  const auto sealer = [] { return sealer_of_traffic_secret(suite, secret); };
  const std::string done = tls_message(finished, std::string(32, 'f'));
  const std::string flight = tls_message(encrypted_extensions, vec16("")) + done;
  return {{Side::client, handshake_record(client_hello, client_hello_body(client))},
          {Side::server, handshake_record(server_hello, server_hello_body(server)) + sealer().seal(handshake, flight)},
          {Side::client, sealer().seal(handshake, done) + sealer().seal(application_data, request)},
          {Side::server, sealer().seal(application_data, longwire::response)}};
}

// What tls() is opened with.
TlsKeys& tls_keys() {
  static TlsKeys keys = [] {
    TlsKeys made;
    const auto hex = [](char byte) { return fmt::format("{:02x}", byte); };
    std::string name, value;
    for (int i = 0; i < 32; ++i) name += hex('c'), value += hex('s');
    for (const char* label :
         {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"}) {
      made.add_block(fmt::format("{} {} {}\n", label, name, value), 0);
    }
    return made;
  }();
  return keys;
}

std::uint64_t heap() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A worker whose rows are thrown away.
class Worker {
 public:
  explicit Worker(TlsKeyring* keyring = nullptr) : sink_{{.secrets = &secrets_, .keyring = keyring}} { sink_.into(rows_); }

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
  SessionSink sink_;
  ConnectionTable<SessionSink> table_{sink_, {}};
  std::uint64_t number_ = 0;
};

void half_open(Worker& worker, std::uint32_t which) {
  worker.add(which, Side::client, syn, 0, 0);
}

void have(Worker& worker, std::uint32_t which, const Talk& talk) {
  worker.add(which, Side::client, syn, 0, 0);
  worker.add(which, Side::server, syn | ack, 0, 0);
  worker.add(which, Side::client, ack, 0, 0);
  std::array<std::size_t, 2> sent{};
  for (const Said& said : talk) {
    worker.add(which, said.side, ack, sent[index(said.side)], sent[index(other(said.side))], said.bytes);
    sent[index(said.side)] += said.bytes.size();
  }
  const Side last = other(talk.back().side);
  worker.add(which, last, ack, sent[index(last)], sent[index(other(last))]);
}

void measure(std::string_view name, std::uint32_t connections, const std::function<void(Worker&, std::uint32_t)>& make,
             TlsKeyring* keyring = nullptr) {
  Worker worker(keyring);
  const std::uint64_t before = heap();
  for (std::uint32_t which = 1; which <= connections; ++which) make(worker, which);
  worker.let_sleep();
  const double n = connections;
  const double counted = static_cast<double>(worker.counted()) / n, facts = sizeof(ConnectionFacts);
  fmt::print("{:<24} {:>12} {:>8.0f} {:>8.0f} {:>8.0f}\n", name, connections, facts, counted - facts,
             static_cast<double>(heap() - before) / n);
}

void measure(std::string_view name, std::uint32_t connections, const Talk& talk, TlsKeyring* keyring = nullptr) {
  measure(
      name, connections, [&](Worker& worker, std::uint32_t which) { have(worker, which, talk); }, keyring);
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
  using namespace longwire;
  measure("half-open", count, half_open);
  measure("HTTP/1, idle", count, {{Side::client, request}, {Side::server, response}});
  measure("WebSocket, idle", count, websocket());
  measure("TLS without keys, idle", count, tls());
  measure("TLS, HTTP/1 in it, idle", count, tls(), &tls_keys());
  measure("HTTP/2, idle", count, http2());
  measure("HTTP/1, waits", count, {{Side::client, request}});
  return 0;
}
