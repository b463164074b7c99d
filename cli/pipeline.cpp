#include "cli/pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "cli/capture_rows.h"
#include "cli/pipeline_keys.h"
#include "cli/pipeline_queue.h"
#include "dissectors/session.h"

namespace longwire {
namespace {

// Batches on their way at once, beside one a worker: enough to smooth the stages, little memory.
constexpr std::size_t spare_read_batches = 4;
constexpr std::size_t spare_row_batches = 4;

// Takes full row batches and gives empty ones: straight into the store, or to the thread that writes.
class RowWriter {
 public:
  RowWriter(Store& store, std::size_t producers, bool own_thread)
      : store_(store), full_(producers + spare_row_batches), empty_(2 * producers + 2 * spare_row_batches) {
    if (own_thread) thread_ = std::thread([this] { write_all(); });
  }
  ~RowWriter() {
    full_.close(true);
    if (thread_.joinable()) thread_.join();
  }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  // The batch is written, now or soon; what comes back is empty. Null once writing has failed.
  std::unique_ptr<RowBatch> exchange(std::unique_ptr<RowBatch> batch) {
    if (!thread_.joinable()) {
      store_.write(*batch);
      batch->clear();
      return batch;
    }
    if (!full_.push(std::move(batch))) return nullptr;
    auto used = empty_.try_pop();
    return used ? std::move(*used) : std::make_unique<RowBatch>();
  }

  // Waits until everything is written; rethrows what went wrong there.
  void finish() {
    full_.close();
    if (thread_.joinable()) thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void write_all() {
    try {
      while (auto batch = full_.pop()) {
        store_.write(**batch);
        (*batch)->clear();
        empty_.push(std::move(*batch));
      }
    } catch (...) {
      failure_ = std::current_exception();
      full_.close(true);
    }
  }

  Store& store_;
  PipelineQueue<std::unique_ptr<RowBatch>> full_, empty_;
  std::thread thread_;
  std::exception_ptr failure_;  // read after join
};

// Connections of one share of the hashes, and the rows they make.
class Worker {
 public:
  Worker(const PipelineOptions& options, RowWriter& writer, TlsKeyring* keyring)
      : writer_(writer), rows_(std::make_unique<RowBatch>()), sink_(with(options.dissect, keyring)), table_(sink_, options.reassembly) {
    sink_.into(*rows_);
  }

  // False once rows can no longer be written.
  bool add(const Segment& segment) {
    table_.add(segment);
    return make_room();
  }
  void expire(std::uint64_t number) { table_.expire(number); }
  bool finish() {
    table_.finish([this] { return make_room(); });
    return rows_ && flush();
  }

 private:
  static DissectOptions with(DissectOptions options, TlsKeyring* keyring) {
    options.keyring = keyring;
    return options;
  }
  bool make_room() { return !rows_->full() || flush(); }
  bool flush() {
    rows_ = writer_.exchange(std::move(rows_));
    if (!rows_) return false;
    sink_.into(*rows_);
    return true;
  }

  RowWriter& writer_;
  std::unique_ptr<RowBatch> rows_;
  SessionSink sink_;
  ConnectionTable<SessionSink> table_;
};

// What was read and decoded together. `shares` says which segments are whose; it is used again when nobody reads it.
struct ReadBatch {
  PacketBatch packets;
  SegmentBatch segments;
  std::vector<std::vector<std::uint32_t>> shares;
  std::atomic<std::size_t> readers{0};
};

// Runs one Worker on the segments that fall to it.
class WorkerThread {
 public:
  WorkerThread(std::size_t share, const PipelineOptions& options, RowWriter& writer, PipelineKeys* keys)
      : share_(share), worker_(options, writer, keys == nullptr ? nullptr : &keys->of(share)), keys_(keys), queue_(spare_read_batches) {
    thread_ = std::thread([this] { work(); });
  }
  ~WorkerThread() {
    queue_.close(true);
    if (thread_.joinable()) thread_.join();
  }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  bool push(ReadBatch* batch) { return queue_.push(batch); }
  void finish() {
    ended_ = true;
    queue_.close();
  }
  void stop() { queue_.close(true); }
  // After finish() or stop(); rethrows what went wrong there.
  void join() {
    if (thread_.joinable()) thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work() {
    try {
      while (auto batch = queue_.pop()) {
        const auto& segments = (*batch)->segments.segments;
        for (std::uint32_t i : (*batch)->shares[share_]) {
          if (!worker_.add(segments[i])) return give_up();
        }
        const auto& packets = (*batch)->packets.packets;
        if (!packets.empty()) worker_.expire(packets.back().at.number);
        if (!packets.empty() && keys_ != nullptr) keys_->passed(share_, packets.back().at.number);
        (*batch)->readers.fetch_sub(1, std::memory_order_release);
      }
      if (keys_ != nullptr) keys_->passed(share_, std::numeric_limits<std::uint64_t>::max() - 1);
      if (ended_) worker_.finish();
    } catch (...) {
      failure_ = std::current_exception();
      give_up();
    }
  }
  void give_up() {
    queue_.close(true);
    if (keys_ != nullptr) keys_->stop();
  }

  const std::size_t share_;
  Worker worker_;
  PipelineKeys* const keys_;  // null = none
  PipelineQueue<ReadBatch*> queue_;
  bool ended_ = false;  // the input has; written before the queue is closed, read after
  std::exception_ptr failure_;
  std::thread thread_;
};

// Where segments go: to a worker in this thread, or to workers of their own. Three verbs, both kinds.
class Workers {
 public:
  Workers(const PipelineOptions& options, RowWriter& writer) {
    const unsigned own = options.threads > 2 ? options.threads - 2 : 0;
    if (options.keys != nullptr) keys_ = std::make_unique<PipelineKeys>(*options.keys, std::max(own, 1u));
    if (own == 0) inline_ = std::make_unique<Worker>(options, writer, keys_ == nullptr ? nullptr : &keys_->of(0));
    for (unsigned i = 0; i < own; ++i) threads_.push_back(std::make_unique<WorkerThread>(i, options, writer, keys_.get()));
  }

  // Keys that stand in the capture, before the packets that are added next.
  void add(const DecryptionSecrets& block) {
    constexpr std::uint32_t tls_key_log = 0x544c534b;  // draft-ietf-opsawg-pcapng
    if (keys_ != nullptr && block.type == tls_key_log) keys_->add_block(block.data, block.before_number);
  }

  // The batch for the next read: one that nobody uses any more, or a new one.
  ReadBatch& next_batch() {
    for (auto& batch : pool_) {
      if (batch->readers.load(std::memory_order_acquire) == 0) return *batch;
    }
    return *pool_.emplace_back(std::make_unique<ReadBatch>());
  }

  bool add(ReadBatch& batch) {
    if (inline_) {
      for (const Segment& segment : batch.segments.segments) {
        if (!inline_->add(segment)) return false;
      }
      if (!batch.packets.packets.empty()) inline_->expire(batch.packets.packets.back().at.number);
      return true;
    }
    share_out(batch);
    batch.readers.store(threads_.size(), std::memory_order_relaxed);  // published by the queues' locks
    for (auto& thread : threads_) {
      if (!thread->push(&batch)) return false;
    }
    return true;
  }

  void finish() {
    if (inline_) inline_->finish();
    for (auto& thread : threads_) thread->finish();
    for (auto& thread : threads_) thread->join();
  }
  // What is under way is dropped. Rethrows what went wrong in a worker, if that is why.
  void stop() {
    if (keys_ != nullptr) keys_->stop();
    for (auto& thread : threads_) thread->stop();
    for (auto& thread : threads_) thread->join();
  }

 private:
  void share_out(ReadBatch& batch) const {
    batch.shares.resize(threads_.size());
    for (auto& share : batch.shares) share.clear();
    const auto& segments = batch.segments.segments;
    for (std::uint32_t i = 0; i < segments.size(); ++i) {
      batch.shares[memory_part(segments[i].hash) * threads_.size() / limits::memory_parts].push_back(i);
    }
  }

  std::vector<std::unique_ptr<ReadBatch>> pool_;  // outlives the threads that read it
  std::unique_ptr<PipelineKeys> keys_;            // as does this; null = none
  std::unique_ptr<Worker> inline_;
  std::vector<std::unique_ptr<WorkerThread>> threads_;
};

}  // namespace

unsigned machine_threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

std::uint64_t half_of_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes) / 2
                                     : MemoryBudget::unlimited;
}

bool run_pipeline(CaptureSet& input, Store& store, const PipelineOptions& options) {
  const std::size_t producers = options.threads > 2 ? options.threads - 1 : 1;
  RowWriter writer(store, producers, options.threads > 1);
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

}  // namespace longwire
