// Who takes what reassembly makes. ConnectionTable<Sink> calls these by their concrete types: no virtual call stands
// between a packet and its dissector.
//
// A Stream is made for a connection when its first payload byte is delivered, and destroyed with the connection:
//   data(side, bytes, at)      the next bytes in order. `bytes` is valid during the call; `at` is the packet that
//                              carried them. Bytes of one packet may come in several calls, never two packets' in one.
//   gap(side, missing, at)     `missing` (> 0) bytes were never captured; `at` is the packet after which that was
//                              certain: the first one behind the hole, or the last one of the connection.
//   end(side, how, at)         no more bytes of this side will come; called exactly once a side.
//   held_memory()              bytes that it takes now beside the object's own; depends on nothing but the calls before.
//   sleep()                    the connection has been silent for limits::sleep_packets: what the stream needs to go on as
//                              if it had never slept, or nothing where it stays as it is. The stream is destroyed then.
//
// A Sink is one per worker:
//   Stream open(const ConnectionFacts&)                 first payload; the connection owns the stream
//   Stream wake(const ConnectionFacts&, Asleep)         the next call of a stream that sleeps follows; Asleep is what
//                                                       sleep() gave, and has held_memory() too
//   void tcp(const ConnectionFacts&, const TcpEvent&)   in packet order
//   void closed(const ConnectionFacts&, Stream*)        once a connection; both ends were told before; Stream may be
//                                                       null where no byte was delivered. The stream dies after it.
//
// Optional:
//   void anomaly(const ConnectionFacts&, Side, const Stamp&, string_view code)   TCP itself was odd: `tcp.what`, a literal
//       tcp.seq.absurd   further than any window from all that was seen: counted as a packet, its bytes not believed
//       tcp.rst.window   a reset outside of the receiver's window: not believed
//       tcp.fin.window   a FIN outside of the receiver's window: not believed, nor is the rest of its segment
//       tcp.fin.moved    a FIN elsewhere than the first one: not believed
//
//   void keepalive(const ConnectionFacts&, const KeepaliveProbe&)   when the probe's answer is known; before closed()
//
//   void report(const ConnectionFacts&, Stream*)   as closed(), of a connection that goes on, as it stands now: called by
//       ConnectionTable::report() only. Probes that wait for an answer are told right before by keepalive(), and once more
//       when the answer is known.
//
// `facts` is a reference into the connection: it stays where it is as long as the stream lives and is current at every
// call. Who is client and who is server never changes once the first event or byte was told.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include "reassembly/stream.h"

namespace longwire {

template <class S>
concept ConnectionStream = requires(S stream, const typename S::Asleep asleep, Side side, Bytes bytes, std::uint64_t missing, End how,
                                    const Stamp& at) {
  stream.data(side, bytes, at);
  stream.gap(side, missing, at);
  stream.end(side, how, at);
  { stream.held_memory() } -> std::convertible_to<std::uint64_t>;
  { stream.sleep() } -> std::same_as<std::optional<typename S::Asleep>>;
  { asleep.held_memory() } -> std::convertible_to<std::uint64_t>;
};

template <class S>
concept ConnectionSink = ConnectionStream<typename S::Stream> &&
    requires(S sink, typename S::Stream* stream, typename S::Stream::Asleep asleep, const ConnectionFacts& facts, const TcpEvent& event) {
  { sink.open(facts) } -> std::same_as<typename S::Stream>;
  { sink.wake(facts, std::move(asleep)) } -> std::same_as<typename S::Stream>;
  sink.tcp(facts, event);
  sink.closed(facts, stream);
};

template <class S>
concept KeepaliveSink = requires(S sink, const ConnectionFacts& facts, const KeepaliveProbe& probe) {
  sink.keepalive(facts, probe);
};

template <class S>
concept ReportingSink = requires(S sink, typename S::Stream* stream, const ConnectionFacts& facts) {
  sink.report(facts, stream);
};

template <class S>
concept AnomalySink = requires(S sink, const ConnectionFacts& facts, Side side, const Stamp& at, std::string_view code) {
  sink.anomaly(facts, side, at, code);
};

}  // namespace longwire
