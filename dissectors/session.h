// Everything that reads one connection's bytes: the outermost channel, and what of it goes into the connection's row.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "dissectors/channel.h"
#include "dissectors/context.h"
#include "reassembly/sink.h"

namespace longwire {

// The stream of one connection; owned by it. What is referred to outlives it.
class Session {
 public:
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // What is left of it while nothing is pending.
  struct Asleep {
    Channel::Asleep channel;
    std::uint64_t exchanges;
    std::uint64_t held_memory() const { return channel.held_memory(); }
  };

  Session(const DissectOptions& options, const ConnectionFacts& facts, RowSink& sink);
  Session(const DissectOptions& options, const ConnectionFacts& facts, RowSink& sink, Asleep asleep);
  void data(Side side, Bytes bytes, const Stamp& at) {
    if (!channel_.skip(side, bytes.size(), at)) channel_.data(side, bytes, at, context());
  }
  void gap(Side side, std::uint64_t missing, const Stamp& at) { channel_.gap(side, missing, at, context()); }
  void end(Side side, End how, const Stamp& at) { channel_.end(side, how, at, context()); }

  void report_open() { channel_.report_open(context()); }

  std::uint64_t held_memory() const { return channel_.held_memory(); }
  // Ids are counted anew afterwards: so none may have been given out for the last packet, whose number may come again.
  std::optional<Asleep> sleep();

  // "http1", "http1/websocket", "unknown" ...; valid until the next call.
  std::string_view layers() const { return channel_.layers(); }
  // Exchanges begun so far; each has its row in http_exchanges once both sides have ended.
  std::uint64_t exchanges() const { return ids_.exchanges; }

 private:
  Context context() { return {options_, facts_, sink_, ids_}; }

  const DissectOptions& options_;
  const ConnectionFacts& facts_;
  RowSink& sink_;
  ConnectionIds ids_;
  Channel channel_;
};

// One per worker: makes sessions, and the rows of connections and events. Stays where it is while sessions live.
class SessionSink {
 public:
  using Stream = Session;

  explicit SessionSink(DissectOptions options) : options_(options) {}

  // Where rows go from now on; the caller swaps batches when they are full.
  void into(RowBatch& batch) { sink_.rows = &batch; }

  Session open(const ConnectionFacts& facts) { return {options_, facts, sink_}; }
  Session wake(const ConnectionFacts& facts, Session::Asleep asleep) { return {options_, facts, sink_, std::move(asleep)}; }
  void tcp(const ConnectionFacts& facts, const TcpEvent& event);
  void anomaly(const ConnectionFacts& facts, Side side, const Stamp& at, std::string_view code);
  void keepalive(const ConnectionFacts& facts, const KeepaliveProbe& probe);
  void closed(const ConnectionFacts& facts, Session* session) { add_connection(facts, session); }
  void report(const ConnectionFacts& facts, Session* session) {
    add_connection(facts, session);
    if (session != nullptr) session->report_open();
  }
  // Rows go to another database from now on: connections that began before this capture go on there.
  void begin_database(std::uint32_t capture) { first_capture_ = capture; }

 private:
  void add_connection(const ConnectionFacts& facts, Session* session);

  DissectOptions options_;
  RowSink sink_;
  Ids tcp_ids_{tcp_ids};
  std::uint32_t first_capture_ = 0;  // index, of the database that rows go to
};
static_assert(ConnectionSink<SessionSink> && AnomalySink<SessionSink> && KeepaliveSink<SessionSink> && ReportingSink<SessionSink>);

}  // namespace longwire
