#include "cli/pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "cli/capture_rows.h"
#include "cli/pipeline_workers.h"
#include "cli/pipeline_writer.h"

namespace longwire {

unsigned machine_threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

std::uint64_t half_of_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes) / 2
                                     : MemoryBudget::unlimited;
}

bool run_pipeline(PacketSource& input, RowTarget& target, const PipelineOptions& options) {
  PipelineWriter writer(target, Workers::count(options.threads) + 1, options.threads > 1);
  CaptureRows captures(options.options_text, options.dissect.first_capture_id);
  auto rows = std::make_unique<RowBatch>();
  Decoder decoder(options.decode);
  bool running = true;
  bool complete = true;
  {
    Workers workers(options, writer);
    std::uint32_t capture = 0;
    std::uint64_t packets = 0;
    std::size_t blocks = 0;  // of secrets, given to the workers
    while (running) {
      ReadBatch& batch = workers.next_batch();
      batch.segments.clear();
      if (!input.next(batch.packets)) break;
      for (; blocks < input.secrets().size(); ++blocks) workers.add(input.secrets()[blocks]);
      while (capture < batch.packets.capture) captures.kinds(capture++, decoder.take_kinds(), *rows);
      for (const Packet& packet : batch.packets.packets) decoder.decode(packet, batch.segments);
      packets += batch.packets.packets.size();
      captures.anomalies(batch.segments.anomalies, *rows);
      if (rows->full()) running = (rows = writer.exchange(std::move(rows))) != nullptr;
      running = running && workers.add(batch);
      if (running && options.progress && !options.progress(packets)) running = complete = false;
    }
    if (running) {
      captures.kinds(capture, decoder.take_kinds(), *rows);
      workers.finish();
    } else {
      workers.stop();
    }
  }
  if (running) {
    captures.captures(input.captures(), *rows);
    rows = writer.exchange(std::move(rows));
  }
  writer.finish();
  return complete;
}

void finish_import(Store& store, unsigned threads) {
  {
    std::jthread settling;
    if (threads > 1) settling = std::jthread([&store] { store.settle(); });
    store.complete();
  }
  store.publish();
}

}  // namespace longwire
