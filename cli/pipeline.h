// From packets to rows in the store, on as many threads as asked: with its neighbours pipeline_*, the
// only files of the project that know threads.
//
//   1 thread:   everything, one after the other.
//   2 threads:  reading, decoding, reassembly and dissection | writing rows.
//   N threads:  reading and decoding | N - 2 workers, each with the connections whose hash falls to it | writing rows.
//
// Rows are the same for any N: ids come from packet numbers, and a connection lives in one worker alone.
#pragma once

#include <cstdint>
#include <functional>

#include "capture/decode.h"
#include "capture/packet_source.h"
#include "dissectors/context.h"
#include "dissectors/tls_keyring.h"
#include "reassembly/connection_table.h"
#include "storage/row_target.h"
#include "storage/store.h"

namespace longwire {

// The machine's cores, at least 1: the default for `threads`.
unsigned machine_threads();
// Half of the machine's memory, bytes: the default for `reassembly.memory`.
std::uint64_t half_of_memory();

struct PipelineOptions {
  unsigned threads = 1;
  DecodeOptions decode;
  ReassemblyOptions reassembly;
  DissectOptions dissect;   // its keyring is each worker's own, and made here
  TlsKeys* keys = nullptr;  // what TLS is decrypted with, beside the blocks in the capture; null = not at all
  // What `captures.options` says: options that change what is seen.
  std::string options_text;
  // Called now and then by the reading thread; returns false to stop early, as if the input ended here.
  std::function<bool(std::uint64_t packets)> progress;
};

// Reads `input` to its end and hands all rows to `target`; the caller finishes that. Throws what the readers, the
// target or a lack of memory throw, after all threads have stopped. False where progress() asked to stop.
bool run_pipeline(PacketSource& input, RowTarget& target, const PipelineOptions& options);

// Finishes the import that a pipeline has filled; of several threads, one brings to the disk meanwhile what is written already.
void finish_import(Store& store, unsigned threads);

}  // namespace longwire
