#include "cli/pipeline_writer.h"

#include <utility>

namespace longwire {
namespace {

// Batches on their way at once, beside one a maker: enough to smooth the stages, little memory.
constexpr std::size_t spare_row_batches = 4;

}  // namespace

PipelineWriter::PipelineWriter(RowTarget& target, std::size_t makers, bool own_thread)
    : target_(target), makers_(makers), full_(makers + spare_row_batches), empty_(2 * makers + 2 * spare_row_batches) {
  if (own_thread) thread_ = std::thread([this] { write_all(); });
}

PipelineWriter::~PipelineWriter() {
  full_.close(true);
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<RowBatch> PipelineWriter::exchange(std::unique_ptr<RowBatch> batch, RowMark mark) {
  Delivery delivery{std::move(batch), std::move(mark)};
  if (!thread_.joinable()) {
    write(delivery);
    return std::move(delivery.rows);
  }
  if (!full_.push(std::move(delivery))) return nullptr;
  auto used = empty_.try_pop();
  return used ? std::move(*used) : std::make_unique<RowBatch>();
}

void PipelineWriter::finish() {
  full_.close();
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

void PipelineWriter::write_all() {
  try {
    while (auto delivery = full_.pop()) {
      write(*delivery);
      empty_.push(std::move(delivery->rows));
    }
  } catch (...) {
    failure_ = std::current_exception();
    full_.close(true);
  }
}

void PipelineWriter::write(Delivery& delivery) {
  const RowMark& mark = delivery.mark;
  target_.write(*delivery.rows, mark.database);
  delivery.rows->clear();
  if (mark.tick && ++ticks_ == makers_) {
    ticks_ = 0;
    target_.commit();
    keep_state();
  }
  if (mark.ends_database && ++ended_[mark.database.number] == makers_) {
    ended_.erase(mark.database.number);
    target_.end(mark.database);
  }
}

void PipelineWriter::keep_state() {
  TargetState now = target_.take_state();
  const std::lock_guard lock(mutex_);
  now.remarks.insert(now.remarks.begin(), state_.remarks.begin(), state_.remarks.end());
  state_ = std::move(now);
}

TargetState PipelineWriter::take_state() {
  const std::lock_guard lock(mutex_);
  TargetState state = state_;
  state_.remarks.clear();
  return state;
}

}  // namespace longwire
