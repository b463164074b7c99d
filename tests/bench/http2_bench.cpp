// What HTTP/2 costs: streams one after another on one connection, and header blocks; of ten times as many each must take
// ten times as long.
#include <benchmark/benchmark.h>

#include "dissectors/secrets.h"
#include "tests/conversation.h"
#include "tests/http2_bytes.h"

namespace {

using namespace longwire;
using namespace longwire::test;
using namespace longwire::test::h2;

struct Sink {
  Sink() { sink.rows = &rows; }
  // As a worker does between batches.
  void take_away() {
    if (rows.full()) rows.clear();
  }
  RowBatch rows;
  RowSink sink;
};

void read(Session& session, Side side, const std::string& bytes, std::uint64_t number) {
  session.data(side, as_bytes(bytes), {packet_time(number), number, number});
}

// A hundred streams at a time, each a request and a response with a body.
void streams(benchmark::State& state) {
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  const DissectOptions options{&secrets};
  const Conversation facts;
  for (auto _ : state) {
    Sink sink;
    Session session(options, facts.facts, sink.sink);
    std::uint64_t number = 0;
    read(session, Side::client, client_start(), ++number);
    read(session, Side::server, settings() + settings_ack(), ++number);
    for (std::uint32_t first = 1; first < 2 * static_cast<std::uint32_t>(state.range(0)); first += 200) {
      std::string requests, responses;
      for (std::uint32_t id = first; id < first + 200; id += 2) requests += get(id, "/path/of/the/thing");
      for (std::uint32_t id = first; id < first + 200; id += 2) responses += response(id, "200") + data(id, "hello, world", end_stream);
      read(session, Side::client, requests + window_update(0, 100000), ++number);
      read(session, Side::server, responses, ++number);
      sink.take_away();
    }
    for (const Side side : {Side::client, Side::server}) session.end(side, End::fin, {packet_time(number), number, number});
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(streams)->Arg(1000)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

// Blocks of 4 KB: some of it said before, some of it new.
void header_blocks(benchmark::State& state) {
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  const DissectOptions options{&secrets};
  const Conversation facts;
  for (auto _ : state) {
    Sink sink;
    Session session(options, facts.facts, sink.sink);
    std::uint64_t number = 0;
    read(session, Side::client, client_start(), ++number);
    read(session, Side::server, settings() + settings_ack(), ++number);
    const std::string block =
        get_block("/") + field("x-new", std::string(900, 'n'), true) + field("x-kept", std::string(3000, 'k')) + "\xbe\xbe";
    for (std::uint32_t id = 1; id < 2 * static_cast<std::uint32_t>(state.range(0)); id += 2) {
      read(session, Side::client, headers(id, block, end_headers | end_stream), ++number);
      read(session, Side::server, response(id, "204", end_stream), ++number);
      sink.take_away();
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(header_blocks)->Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
