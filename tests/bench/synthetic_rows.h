// Rows as a busy hour leaves them, made up: 5000 clients use 200 sites, over HTTP/1.1 for the most part, and over HTTP/2, TLS
// without keys and WebSockets; pages, images and an API, with revalidations, redirects, log-ins, cookies, gateways and their
// errors, silence and TCP keepalive among them.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "dissectors/row_batch.h"

namespace longwire::bench {

constexpr std::int64_t millisecond = 1'000'000, second = 1000 * millisecond;  // ns

class SyntheticRows {
 public:
  // As many exchanges and keepalive probes, and a tenth as many connections.
  explicit SyntheticRows(std::uint64_t exchanges) : connections_(exchanges * 20 / exchanges_of_twenty) {}

  // Fills `batch`, which is empty; false = there is no more.
  bool next(RowBatch& batch);

 private:
  // Of twenty connections 13 are of HTTP/1.1, 3 of TLS without keys, 2 of HTTP/2, one is a WebSocket, and one is refused.
  static constexpr std::uint64_t exchanges_each = 10, turns_each = 20, streams_each = 30, messages_each = 20, probes_each = 20;
  static constexpr std::uint64_t exchanges_of_twenty = 13 * exchanges_each + 2 * streams_each + 1;
  void add_capture(RowBatch& batch) const;
  void add_connection(RowBatch& batch);
  HttpExchangeRow exchange(RowBatch& batch, const ConnectionRow& connection, std::uint64_t ordinal, std::int64_t start_ns);
  void add_exchange(RowBatch& batch, const HttpExchangeRow& exchange);
  void add_semantics(RowBatch& batch, const HttpExchangeRow& exchange);
  void add_events(RowBatch& batch, const ConnectionRow& connection) const;
  void add_probes(RowBatch& batch, const ConnectionRow& connection) const;
  void add_http1(RowBatch& batch, ConnectionRow& connection);
  // synthetic_protocols.cpp
  void add_tls(RowBatch& batch, ConnectionRow& connection);
  void add_http2(RowBatch& batch, ConnectionRow& connection);
  void add_websocket(RowBatch& batch, ConnectionRow& connection);
  static void refuse(ConnectionRow& connection);
  std::uint64_t up_to(std::uint64_t most) { return random_() % most; }

  std::uint64_t connections_, made_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace longwire::bench
