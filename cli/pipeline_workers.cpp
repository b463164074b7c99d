#include "cli/pipeline_workers.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <thread>
#include <utility>

#include "cli/pipeline_queue.h"
#include "dissectors/session.h"
#include "reassembly/connection_table.h"

namespace longwire {
namespace {

// Batches on their way to a worker at once: enough to smooth the stages, little memory.
constexpr std::size_t spare_batches = 4;
// Connections without news that are told again in one second, about: a hundredth of what a second allows.
constexpr std::size_t told_again = 5000;

}  // namespace

// Connections of one share of the hashes, and the rows they make.
class Workers::Worker {
 public:
  Worker(const PipelineOptions& options, PipelineWriter& writer, TlsKeyring* keyring)
      : writer_(writer), rows_(std::make_unique<RowBatch>()), sink_(with(options.dissect, keyring)), table_(sink_, options.reassembly) {
    sink_.into(*rows_);
  }

  // False once rows can no longer be written.
  bool add(const Segment& segment) {
    table_.add(segment);
    return make_room();
  }
  void expire(std::uint64_t number) { table_.expire(number); }
  bool tick(const PipelineTick& tick) {
    table_.expire_closed_by(tick.forget_closed_by);
    if (tick.tell_all) next_part_ = 0;
    for (std::size_t told = 0; next_part_ < limits::memory_parts && told < told_again; ++next_part_) told += table_.mark_all(next_part_);
    open_.store(table_.open(), std::memory_order_relaxed);
    if (!table_.report([this] { return make_room(); }) || !flush({database_, true, tick.next_capture.has_value()})) return false;
    if (tick.next_capture) {
      database_ = {database_.number + 1, tick.next_path};
      next_part_ = 0;
      sink_.begin_database(*tick.next_capture);
    }
    return true;
  }
  bool finish() {
    table_.finish([this] { return make_room(); });
    return rows_ && flush({database_});
  }
  std::uint64_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  static DissectOptions with(DissectOptions options, TlsKeyring* keyring) {
    options.keyring = keyring;
    return options;
  }
  bool make_room() { return !rows_->full() || flush({database_}); }
  bool flush(const RowMark& mark) {
    rows_ = writer_.exchange(std::move(rows_), mark);
    if (!rows_) return false;
    sink_.into(*rows_);
    return true;
  }

  PipelineWriter& writer_;
  std::unique_ptr<RowBatch> rows_;
  SessionSink sink_;
  ConnectionTable<SessionSink> table_;
  TargetDatabase database_;
  std::size_t next_part_ = limits::memory_parts;  // of the connections that are told again
  std::atomic<std::uint64_t> open_ = 0;
};

// Runs one Worker on the segments that fall to it.
class Workers::Thread {
 public:
  Thread(std::size_t share, const PipelineOptions& options, PipelineWriter& writer, PipelineKeys* keys)
      : share_(share), worker_(options, writer, keys == nullptr ? nullptr : &keys->of(share)), keys_(keys), queue_(spare_batches) {
    thread_ = std::thread([this] { work(); });
  }
  ~Thread() {
    queue_.close(true);
    if (thread_.joinable()) thread_.join();
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

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
  const Worker& worker() const { return worker_; }
  std::uint64_t waits() const { return queue_.waits(); }

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
        if ((*batch)->tick && !worker_.tick(*(*batch)->tick)) return give_up();
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

Workers::Workers(const PipelineOptions& options, PipelineWriter& writer) {
  const unsigned own = options.threads > 2 ? options.threads - 2 : 0;
  if (options.keys != nullptr) keys_ = std::make_unique<PipelineKeys>(*options.keys, std::max(own, 1u));
  if (own == 0) inline_ = std::make_unique<Worker>(options, writer, keys_ == nullptr ? nullptr : &keys_->of(0));
  for (unsigned i = 0; i < own; ++i) threads_.push_back(std::make_unique<Thread>(i, options, writer, keys_.get()));
}

Workers::~Workers() = default;

void Workers::add(const DecryptionSecrets& block) {
  constexpr std::uint32_t tls_key_log = 0x544c534b;  // draft-ietf-opsawg-pcapng
  if (keys_ != nullptr && block.type == tls_key_log) keys_->add_block(block.data, block.before_number);
}

ReadBatch& Workers::next_batch() {
  for (auto& batch : pool_) {
    if (batch->readers.load(std::memory_order_acquire) == 0) return *batch;
  }
  return *pool_.emplace_back(std::make_unique<ReadBatch>());
}

bool Workers::add(ReadBatch& batch) {
  if (inline_) {
    for (const Segment& segment : batch.segments.segments) {
      if (!inline_->add(segment)) return false;
    }
    if (!batch.packets.packets.empty()) inline_->expire(batch.packets.packets.back().at.number);
    return !batch.tick || inline_->tick(*batch.tick);
  }
  share_out(batch);
  batch.readers.store(threads_.size(), std::memory_order_relaxed);  // published by the queues' locks
  for (auto& thread : threads_) {
    if (!thread->push(&batch)) return false;
  }
  return true;
}

void Workers::finish() {
  if (inline_) inline_->finish();
  for (auto& thread : threads_) thread->finish();
  for (auto& thread : threads_) thread->join();
}

void Workers::stop() {
  if (keys_ != nullptr) keys_->stop();
  for (auto& thread : threads_) thread->stop();
  for (auto& thread : threads_) thread->join();
}

void Workers::share_out(ReadBatch& batch) const {
  batch.shares.resize(threads_.size());
  for (auto& share : batch.shares) share.clear();
  const auto& segments = batch.segments.segments;
  for (std::uint32_t i = 0; i < segments.size(); ++i) {
    batch.shares[memory_part(segments[i].hash) * threads_.size() / limits::memory_parts].push_back(i);
  }
}

std::uint64_t Workers::connections() const {
  std::uint64_t sum = inline_ ? inline_->open() : 0;
  for (const auto& thread : threads_) sum += thread->worker().open();
  return sum;
}

std::uint64_t Workers::waits() const {
  std::uint64_t sum = 0;
  for (const auto& thread : threads_) sum += thread->waits();
  return sum;
}

}  // namespace longwire
