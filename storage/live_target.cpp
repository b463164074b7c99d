#include "storage/live_target.h"

#include <fmt/format.h>

#include <utility>

#include "capture/error.h"

namespace longwire {
namespace {

constexpr std::uint64_t commits_between_looks = 10;  // at what there is of files; a commit is a second
constexpr unsigned calm_commits = 3;                 // after which a pause is over: a disk that is nearly full has room now and then

}  // namespace

LiveTarget::LiveTarget(LiveTargetOptions options) : options_(std::move(options)) {
  Open& first = open_.emplace_back();
  first.path = options_.path;
  first.store = std::make_unique<LiveStore>(first.path, options_.file);
  first_number_ = first.store->first_number();
  first_capture_id_ = first.store->first_capture_id();
}

LiveTarget::~LiveTarget() = default;

LiveTarget::Open& LiveTarget::at(const TargetDatabase& database) {
  if (first_open_ + open_.size() <= database.number) open_.emplace_back().path = database.path;
  Open& open = open_[database.number - first_open_];
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

void LiveTarget::write(const RowBatch& batch, const TargetDatabase& database) {
  Open& open = at(database);
  if (open.store == nullptr) {
    open.lost_rows += batch.size();
    return;
  }
  open.store->write(batch);
}

// Storing pauses for this reason, which is told once; or goes on, where it is empty.
void LiveTarget::pauses(const std::string& why) {
  calm_ = why.empty() ? calm_ + 1 : 0;
  if (why.empty() && !pause_.empty() && calm_ < calm_commits) return;
  if (why.empty() != pause_.empty()) {
    remarks_.push_back(why.empty() ? fmt::format("rows are stored again; {} were lost", lost_rows())
                                   : fmt::format("{}; rows are not stored until that is over", why));
  }
  pause_ = why;
}

// Of a database that could not be made it was told then.
std::string LiveTarget::pause_now() const {
  std::string why;
  for (const Open& open : open_) {
    if (open.store == nullptr) return pause_;
    if (!open.store->pause().empty()) why = fmt::format("cannot write {}: {}", open.path, open.store->pause());
  }
  return why;
}

std::uint64_t LiveTarget::lost_rows() const {
  std::uint64_t lost = lost_in_ended_;
  for (const Open& open : open_) lost += open.lost_rows + (open.store == nullptr ? 0 : open.store->lost_rows());
  return lost;
}

TargetState LiveTarget::take_state() {
  const LiveStore* newest = open_.back().store.get();
  return {newest == nullptr ? 0 : newest->bytes(), lost_rows(), std::exchange(remarks_, {})};
}

void LiveTarget::commit() {
  pauses(pause_now());
  for (Open& open : open_) {
    open.failed = false;
    make(open);
    if (open.store != nullptr) open.store->commit();
  }
  if (options_.keep.bounded() && ++commits_ % commits_between_looks == 0) remove_oldest(options_.series, options_.keep);
}

void LiveTarget::end(const TargetDatabase& database) {
  Open& open = at(database);
  if (open.store != nullptr) {
    open.store->pass_on();
    open.store->finish();
    lost_in_ended_ += open.store->lost_rows();
  }
  lost_in_ended_ += open.lost_rows;
  open_.pop_front();
  ++first_open_;
  if (options_.keep.bounded()) remove_oldest(options_.series, options_.keep);
}

std::string LiveTarget::finish() {
  for (Open& open : open_)
    if (open.store != nullptr) open.store->finish();
  if (options_.keep.bounded()) remove_oldest(options_.series, options_.keep);
  return pause_now();
}

}  // namespace longwire
