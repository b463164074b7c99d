// What one small exchange costs in the HTTP/1.x dissector: bytes in order to a row, through a Channel.
#include <benchmark/benchmark.h>

#include <string>

#include "dissectors/channel.h"
#include "dissectors/http1.h"
#include "dissectors/secrets.h"

namespace {

using namespace longwire;

const std::string request =
    "GET /assets/app/main.3f9c1d.js?v=20231114 HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/117.0\r\n"
    "Accept: */*\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: http://www.example.com/start\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: sid=8c6976e5b5410415bde908bd4dee15df\r\n\r\n";
const std::string response =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.24.0\r\n"
    "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
    "Content-Type: application/javascript\r\n"
    "Content-Length: 500\r\n"
    "Last-Modified: Mon, 13 Nov 2023 10:00:00 GMT\r\n"
    "Connection: keep-alive\r\n"
    "ETag: \"65521a30-1f4\"\r\n"
    "Accept-Ranges: bytes\r\n\r\n" +
    std::string(500, 'x');

// One connection with an exchange after another: the argument says how many packets a message comes in.
void exchanges(benchmark::State& state) {
  const auto pieces = static_cast<std::size_t>(state.range(0));
  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  const DissectOptions options{.secrets = &secrets};
  const ConnectionFacts facts;
  RowBatch rows;
  RowSink sink{&rows};
  ConnectionIds ids;
  Channel channel(make_http1());
  Stamp at;
  const auto say = [&](Side side, const std::string& text) {
    const std::size_t length = (text.size() + pieces - 1) / pieces;
    for (std::size_t begin = 0; begin < text.size(); begin += length) {
      at.time += 1000;
      ++at.number;
      const Bytes bytes = as_bytes(std::string_view(text).substr(begin, length));
      if (!channel.skip(side, bytes.size(), at)) channel.data(side, bytes, at, Context(options, facts, sink, ids));
    }
  };
  for (auto _ : state) {
    say(Side::client, request);
    say(Side::server, response);
    if (rows.full()) rows.clear();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size() + response.size()));
}
BENCHMARK(exchanges)->Arg(1)->Arg(2)->Arg(4);

}  // namespace

BENCHMARK_MAIN();
