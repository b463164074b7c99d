#include "storage/live_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "capture/error.h"

namespace longwire {
namespace {

constexpr std::uint64_t commits_between_looks = 10;  // at the bytes of all files; a commit is a second

}  // namespace

LiveTarget::LiveTarget(LiveTargetOptions options, std::time_t now) : options_(std::move(options)), series_(options_.path) {
  paths_.push_back(options_.rotates ? series_.next(now) : options_.path);
  Open& first = open_.emplace_back();
  first.path = paths_[0];
  first.store = std::make_unique<LiveStore>(first.path, options_.file);
  first_number_ = first.store->first_number();
  first_capture_id_ = first.store->first_capture_id();
}

LiveTarget::~LiveTarget() = default;

std::string LiveTarget::begin_next(std::time_t now) {
  const std::lock_guard lock(mutex_);
  std::string path = series_.next(now);
  while (path == paths_.back()) path = series_.next(++now);  // not made yet
  paths_.push_back(path);
  return path;
}

std::string LiveTarget::path() const {
  const std::lock_guard lock(mutex_);
  return paths_.back();
}

LiveTarget::Open& LiveTarget::at(std::uint32_t database) {
  while (first_open_ + open_.size() <= database) {
    Open& next = open_.emplace_back();
    const std::lock_guard lock(mutex_);
    next.path = paths_[first_open_ + open_.size() - 1];
  }
  Open& open = open_[database - first_open_];
  make(open);
  return open;
}

// A database that cannot be made is tried again with each second's commit; until then its rows are lost.
void LiveTarget::make(Open& open) {
  if (open.store != nullptr || open.failed) return;
  try {
    open.store = std::make_unique<LiveStore>(open.path, StoreOptions{});
  } catch (const OutputError& error) {
    open.failed = true;
    pauses(error.what());
  }
}

void LiveTarget::write(const RowBatch& batch, std::uint32_t database) {
  Open& open = at(database);
  if (open.store == nullptr) {
    open.lost_rows += batch.size();
    return;
  }
  open.store->write(batch);
}

// Storing pauses for this reason, which is told once; or goes on, where it is empty.
void LiveTarget::pauses(const std::string& why) {
  if (options_.tell && why.empty() != pause_.empty()) {
    options_.tell(why.empty() ? fmt::format("rows are stored again; {} were lost", lost_rows())
                              : fmt::format("{}; rows are not stored until that is over", why));
  }
  pause_ = why;
}

void LiveTarget::look_for_pauses() {
  std::string why;
  for (const Open& open : open_) {
    if (open.store == nullptr) return;  // told when it could not be made
    if (!open.store->pause().empty()) why = fmt::format("cannot write {}: {}", open.path, open.store->pause());
  }
  pauses(why);
}

void LiveTarget::count() {
  std::uint64_t lost = lost_in_ended_;
  for (const Open& open : open_) lost += open.lost_rows + (open.store == nullptr ? 0 : open.store->lost_rows());
  lost_rows_.store(lost, std::memory_order_relaxed);
  if (open_.back().store != nullptr) bytes_.store(open_.back().store->bytes(), std::memory_order_relaxed);
}

void LiveTarget::commit() {
  count();
  look_for_pauses();
  for (Open& open : open_) {
    open.failed = false;
    make(open);
    if (open.store != nullptr) open.store->commit();
  }
  if (options_.rotates && options_.keep.bytes != 0 && ++commits_ % commits_between_looks == 0) {
    remove_files();
  }
}

void LiveTarget::end(std::uint32_t database) {
  Open& open = at(database);
  if (open.store != nullptr) {
    open.store->pass_on();
    open.store->finish();
    lost_in_ended_ += open.store->lost_rows();
  }
  lost_in_ended_ += open.lost_rows;
  open_.pop_front();
  ++first_open_;
  if (options_.keep.bounded()) {
    remove_files();
  }
}

void LiveTarget::remove_files() const {
  std::vector<RotatedFiles> all = options_.beside;
  all.push_back(series_);
  remove_oldest(all, options_.keep);
}

void LiveTarget::finish() {
  count();
  for (Open& open : open_)
    if (open.store != nullptr) open.store->finish();
  count();
  look_for_pauses();
}

}  // namespace longwire
