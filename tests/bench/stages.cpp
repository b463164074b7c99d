#include "tests/bench/stages.h"

#include <pcap/pcap.h>
#include <filesystem>

#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "capture/decode.h"
#include "capture/source.h"
#include "cli/capture_rows.h"
#include "cli/pipeline.h"
#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "reassembly/connection_table.h"
#include "storage/store.h"

namespace longwire::bench {
namespace {

// Takes what reassembly makes, and does nothing.
struct NullStream {
  void data(Side, Bytes, const Stamp&) {}
  void gap(Side, std::uint64_t, const Stamp&) {}
  void end(Side, End, const Stamp&) {}
  std::uint64_t held_memory() const { return 0; }
  struct Asleep {
    std::uint64_t held_memory() const { return 0; }
  };
  std::optional<Asleep> sleep() { return Asleep{}; }
};
struct NullSink {
  using Stream = NullStream;
  NullStream open(const ConnectionFacts&) { return {}; }
  NullStream wake(const ConnectionFacts&, NullStream::Asleep) { return {}; }
  void tcp(const ConnectionFacts&, const TcpEvent&) {}
  void closed(const ConnectionFacts&, NullStream*) {}
};

// Reads and decodes the capture and calls `each(batch, last packet)` for every batch of segments.
template <class Each>
Work decode_all(const std::string& capture, Decoder& decoder, CaptureSet& input, Each each) {
  const Stopwatch watch;
  PacketBatch packets;
  SegmentBatch segments;
  Work work;
  while (input.next(packets)) {
    segments.clear();
    for (const Packet& packet : packets.packets) decoder.decode(packet, segments);
    work.packets += packets.packets.size();
    if (!packets.packets.empty()) each(segments, packets.packets.back().at);
  }
  work.seconds = watch.seconds();
  if (work.packets == 0) throw std::runtime_error(capture + " has no packets");
  return work;
}

template <class Each>
Work decode_all(const std::string& capture, Each each) {
  CaptureSet input({capture}, {});
  Decoder decoder({});
  return decode_all(capture, decoder, input, each);
}

// As decode_all, through reassembly into `sink`; `after_segment()` may swap batches.
template <class Sink, class After>
Work reassemble_all(const std::string& capture, Decoder& decoder, CaptureSet& input, Sink& sink, After after_segment) {
  const Stopwatch watch;
  ConnectionTable<Sink> table(sink, {});
  Work work = decode_all(capture, decoder, input, [&](const SegmentBatch& segments, const Stamp& at) {
    for (const Segment& segment : segments.segments) {
      table.add(segment);
      after_segment();
    }
    table.expire(at.number);
  });
  table.finish();
  work.seconds = watch.seconds();
  return work;
}

}  // namespace

Work libpcap_loop(const std::string& capture) {
  const Stopwatch watch;
  char error[PCAP_ERRBUF_SIZE];
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> file(pcap_open_offline(capture.c_str(), error), &pcap_close);
  if (!file) throw std::runtime_error(error);
  Work work;
  unsigned sum = 0;
  pcap_pkthdr* header = nullptr;
  const unsigned char* bytes = nullptr;
  while (pcap_next_ex(file.get(), &header, &bytes) == 1) {
    for (const unsigned char byte : Bytes(bytes, header->caplen)) sum += byte;
    ++work.packets;
  }
  [[maybe_unused]] static volatile unsigned looked_at;
  looked_at = sum;
  work.seconds = watch.seconds();
  return work;
}

Work read(const std::string& capture) {
  const Stopwatch watch;
  CaptureSet input({capture}, {});
  PacketBatch packets;
  Work work;
  while (input.next(packets)) work.packets += packets.packets.size();
  work.seconds = watch.seconds();
  return work;
}

Work decode(const std::string& capture) {
  return decode_all(capture, [](const SegmentBatch&, const Stamp&) {});
}

Work reassemble(const std::string& capture) {
  CaptureSet input({capture}, {});
  Decoder decoder({});
  NullSink sink;
  return reassemble_all(capture, decoder, input, sink, [] {});
}

Work dissect(const std::string& capture) {
  CaptureSet input({capture}, {});
  Decoder decoder({});
  const Secrets secrets = Secrets::random();
  DissectOptions options;
  options.secrets = &secrets;
  SessionSink sink(options);
  RowBatch rows;
  sink.into(rows);
  std::uint64_t made = 0;
  const auto empty_when_full = [&] {
    if (!rows.full()) return;
    made += rows.size();
    rows.clear();
  };
  Work work = reassemble_all(capture, decoder, input, sink, empty_when_full);
  work.rows = made + rows.size();
  return work;
}

Work store_rows(const std::string& capture, const std::string& database) {
  const Secrets secrets = Secrets::random();
  DissectOptions options;
  options.secrets = &secrets;
  std::vector<std::unique_ptr<RowBatch>> batches;
  Work work;
  {
    CaptureSet input({capture}, {});
    Decoder decoder({});
    SessionSink sink(options);
    const auto next_when_full = [&] {
      if (!batches.empty() && !batches.back()->full()) return;
      sink.into(*batches.emplace_back(std::make_unique<RowBatch>()));
    };
    next_when_full();
    work = reassemble_all(capture, decoder, input, sink, next_when_full);
    const CaptureRows captures("", 1);
    captures.kinds(0, decoder.take_kinds(), *batches.back());
    captures.captures(input.captures(), *batches.back());
  }
  for (const auto& batch : batches) work.rows += batch->size();
  std::filesystem::remove(database);  // of the run before
  const Stopwatch watch;
  Store store(database, {});
  for (const auto& batch : batches) store.write(*batch);
  store.finish();
  work.seconds = watch.seconds();
  return work;
}

Work analyze(const std::string& capture, const std::string& database, unsigned threads) {
  std::filesystem::remove(database);  // of the run before
  const Stopwatch watch;
  const Secrets secrets = Secrets::random();
  Work work;
  PipelineOptions options;
  options.threads = threads;
  options.dissect.secrets = &secrets;
  options.progress = [&](std::uint64_t packets) {
    work.packets = packets;
    return true;
  };
  Store store(database, {});
  CaptureSet input({capture}, {});
  run_pipeline(input, store, options);
  finish_import(store, threads);
  work.seconds = watch.seconds();
  return work;
}

}  // namespace longwire::bench
