#include "cli/pipeline_writer.h"

#include <utility>

namespace longwire {
namespace {

// Batches on their way at once, beside one a maker: enough to smooth the stages, little memory.
constexpr std::size_t spare_batches = 4;

}  // namespace

RowWriter::RowWriter(RowTarget& target, std::size_t makers, bool own_thread)
    : target_(target), makers_(makers), full_(makers + spare_batches), empty_(2 * makers + 2 * spare_batches) {
  if (own_thread) thread_ = std::thread([this] { write_all(); });
}

RowWriter::~RowWriter() {
  full_.close(true);
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<RowBatch> RowWriter::exchange(std::unique_ptr<RowBatch> batch, RowMark mark) {
  Delivery delivery{std::move(batch), mark};
  if (!thread_.joinable()) {
    write(delivery);
    return std::move(delivery.rows);
  }
  if (!full_.push(std::move(delivery))) return nullptr;
  auto used = empty_.try_pop();
  return used ? std::move(*used) : std::make_unique<RowBatch>();
}

void RowWriter::finish() {
  full_.close();
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

void RowWriter::write_all() {
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

void RowWriter::write(Delivery& delivery) {
  const RowMark& mark = delivery.mark;
  target_.write(*delivery.rows, mark.database);
  delivery.rows->clear();
  if (mark.tick && ++ticks_ == makers_) {
    ticks_ = 0;
    target_.commit();
  }
  if (mark.ends_database && ++ended_[mark.database] == makers_) {
    ended_.erase(mark.database);
    target_.end(mark.database);
  }
}

}  // namespace longwire
