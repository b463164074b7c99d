// Whole capture files, from their bytes to rows: by one worker, by three that share the connections, with streams that
// sleep after every packet, and with every segment cut in two. All rows must be the same on any number of workers, and
// however streams sleep. Where nothing was lost, sent twice or out of
// order, a cut must not change what HTTP is read either.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <sstream>
#include <string>

#include "capture/decode.h"
#include "capture/error.h"
#include "capture/source.h"
#include "dissectors/secrets.h"
#include "dissectors/session.h"
#include "reassembly/connection_table.h"
#include "tests/capture_files.h"
#include "tests/conversation.h"

namespace longwire {
namespace {

constexpr std::size_t expire_every = 16;  // segments; the program does it once a batch

// All segments of a file, with memory of their own.
struct Segments {
  std::vector<Segment> all;
  std::deque<Octets> memory;

  Bytes keep(Bytes bytes) { return memory.emplace_back(bytes.begin(), bytes.end()); }
  void add(Segment segment) {
    segment.payload = keep(segment.payload);
    segment.options = keep(segment.options);
    all.push_back(segment);
  }
};

Segments segments_of(const Octets& file) {
  const FileInMemory in_memory(file);
  CaptureSet set({in_memory.path()}, {});
  Decoder decoder({});
  Segments segments;
  PacketBatch packets;
  SegmentBatch batch;
  while (set.next(packets)) {
    batch.clear();
    for (const Packet& packet : packets.packets) decoder.decode(packet, batch);
    for (const Segment& segment : batch.segments) segments.add(segment);
  }
  return segments;
}

// Each payload of two octets or more as two segments of the same packet, cut somewhere. A segment with a SYN stays whole:
// it is believed, or not, as a whole.
Segments cut_in_two(const Segments& whole) {
  Segments cut;
  for (const Segment& segment : whole.all) {
    const std::size_t size = segment.payload.size();
    if (size < 2 || segment.has(tcp_flag::syn)) {
      cut.add(segment);
      continue;
    }
    const std::size_t at = 1 + segment.seq % (size - 1);
    Segment first = segment, second = segment;
    first.payload = segment.payload.first(at);
    first.cut = 0;
    first.flags &= static_cast<std::uint8_t>(~tcp_flag::fin);
    second.payload = segment.payload.subspan(at);
    second.seq += static_cast<std::uint32_t>(at);
    cut.add(first);
    cut.add(second);
  }
  return cut;
}

// The rows of `segments` as lines, sorted: `workers` of them, each with the connections that fall to it.
std::vector<std::string> rows(const Segments& segments, std::size_t workers, const std::vector<std::string>& chosen = {},
                              ReassemblyOptions reassembly = {}) {
  static const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  DissectOptions options;
  options.secrets = &secrets;
  RowBatch batch;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    SessionSink sink(options);
    sink.into(batch);
    ConnectionTable<SessionSink> table(sink, reassembly);
    for (std::size_t i = 0; i < segments.all.size(); ++i) {
      if (segments.all[i].hash % workers == worker) table.add(segments.all[i]);
      if (i % expire_every == 0) table.expire(segments.all[i].at.number);
    }
    table.finish();
  }
  std::istringstream text(test::rows_as_text(batch, chosen));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

void require_same(const std::vector<std::string>& expected, const std::vector<std::string>& found, const char* what) {
  if (expected == found) return;
  std::cerr << what << "\n";
  std::vector<std::string> difference;
  std::set_symmetric_difference(expected.begin(), expected.end(), found.begin(), found.end(), std::back_inserter(difference));
  for (const std::string& line : difference) std::cerr << line << "\n";
  std::abort();
}

// Whether a cut may show: only where every byte came once and in order.
bool undisturbed(const Segments& segments) {
  for (const std::string& line : rows(segments, 1,
                                      {"connections client_retransmitted_bytes server_retransmitted_bytes "
                                       "client_out_of_order_packets server_out_of_order_packets client_missing_bytes "
                                       "server_missing_bytes limited midstream"})) {
    if (line !=
        "connections client_retransmitted_bytes=0 server_retransmitted_bytes=0 client_out_of_order_packets=0 "
        "server_out_of_order_packets=0 client_missing_bytes=0 server_missing_bytes=0 limited=0 midstream=0")
      return false;
  }
  const std::vector<std::string> layers = rows(segments, 1, {"anomalies layers"});
  return std::find(layers.begin(), layers.end(), "anomalies layers=tcp") == layers.end();
}

}  // namespace
}  // namespace longwire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwire;
  try {
    const Segments segments = segments_of(Octets(data, data + size));
    require_same(rows(segments, 1), rows(segments, 3), "other rows with three workers");
    require_same(rows(segments, 1), rows(segments, 1, {}, {.sleep_packets = 1}), "other rows where streams sleep");
    if (undisturbed(segments)) {
      const std::vector<std::string> http{"http_exchanges"};
      require_same(rows(segments, 1, http), rows(cut_in_two(segments), 1, http), "other exchanges where segments are cut");
    }
  } catch (const InputError&) {
    // No capture file at all.
  }
  return 0;
}
