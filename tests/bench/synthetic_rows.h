// Rows as a busy hour leaves them, made up: 200 clients and a few proxies use 40 sites over keep-alive connections; pages,
// images and an API, with revalidations, redirects, log-ins, cookies, errors, silence and TCP keepalive among them.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "dissectors/row_batch.h"

namespace longwire::bench {

class SyntheticRows {
 public:
  // As many exchanges, ten a connection, and as many keepalive probes.
  explicit SyntheticRows(std::uint64_t exchanges) : connections_(exchanges / exchanges_each) {}

  // Fills `batch`, which is empty; false = there is no more.
  bool next(RowBatch& batch);

 private:
  static constexpr std::uint64_t exchanges_each = 10;
  void add_capture(RowBatch& batch) const;
  void add_connection(RowBatch& batch);
  void add_exchange(RowBatch& batch, const ConnectionRow& connection, std::uint64_t ordinal, std::int64_t start_ns);
  void add_semantics(RowBatch& batch, const HttpExchangeRow& exchange, std::uint64_t kind);
  void add_events(RowBatch& batch, const ConnectionRow& connection) const;
  std::uint64_t up_to(std::uint64_t most) { return random_() % most; }

  std::uint64_t connections_, made_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace longwire::bench
