// Everything that reads one connection's bytes: the outermost channel, and what of it goes into the connection's row.
#pragma once

#include <memory>
#include <string>

#include "dissectors/context.h"
#include "reassembly/sink.h"

namespace longwire {

// The stream of one connection; owned by it.
class Session {
 public:
  Session(const DissectOptions& options, const ConnectionFacts& facts, RowSink& sink);
  ~Session();
  void data(Side side, Bytes bytes, const Stamp& at);
  void gap(Side side, std::uint64_t missing, const Stamp& at);
  void end(Side side, End how, const Stamp& at);

  const std::string& layers() const;  // "http1", "http1/websocket", "unknown" ...
  std::uint64_t exchanges() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// One per worker: makes sessions, and the rows of connections and events.
class SessionSink {
 public:
  using Stream = Session;

  explicit SessionSink(DissectOptions options);

  // Where rows go from now on; the caller swaps batches when they are full.
  void into(RowBatch& batch) { sink_.rows = &batch; }

  std::unique_ptr<Session> open(const ConnectionFacts& facts);
  void tcp(const ConnectionFacts& facts, const TcpEvent& event);
  void closed(const ConnectionFacts& facts, Session* session);

 private:
  DissectOptions options_;
  RowSink sink_;
};
static_assert(ConnectionSink<SessionSink>);

}  // namespace longwire
