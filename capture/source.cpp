#include "capture/source.h"

#include <algorithm>

#include "capture/bpf_filter.h"
#include "capture/capture_file.h"

namespace longwire {

class CaptureSet::State {
 public:
  State(const std::vector<std::string>& paths, SourceOptions options) : options_(std::move(options)) {
    if (!options_.filter.empty()) filter_ = std::make_unique<BpfFilter>(options_.filter);
    for (const std::string& path : paths) entries_.push_back(open(path, paths.size() > 1));
    // Files without packets come last: they have no time, and nothing to put in order.
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      if (a.first_time && b.first_time) return *a.first_time < *b.first_time;
      return a.first_time.has_value() && !b.first_time.has_value();
    });
    infos_.resize(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      infos_[i].path = entries_[i].path;
      infos_[i].format = entries_[i].format;
      infos_[i].first_number = options_.first_number;  // until its turn comes
    }
  }

  bool next(PacketBatch& batch) {
    for (; current_ < entries_.size(); finish_current()) {
      start_current();
      batch.capture = static_cast<std::uint32_t>(current_);
      if (entries_[current_].file->next(batch, options_.batch_packets, *log_)) return true;
    }
    batch.packets.clear();
    batch.memory.reset();
    return false;
  }

  const std::vector<CaptureInfo>& infos() const { return infos_; }
  const std::vector<DecryptionSecrets>& secrets() const { return secrets_; }

  std::vector<BpfFilter::Refusal> refusals() const { return filter_ ? filter_->refusals() : std::vector<BpfFilter::Refusal>{}; }

  std::uint64_t bytes_read() const {
    const bool open = current_ < entries_.size() && entries_[current_].file != nullptr;
    return bytes_finished_ + (open ? entries_[current_].file->bytes_read() : 0);
  }
  std::optional<std::uint64_t> bytes_total() const {
    std::uint64_t total = 0;
    for (const Entry& entry : entries_) {
      if (!entry.size) return std::nullopt;
      total += *entry.size;
    }
    return total;
  }

 private:
  struct Entry {
    std::string path, format;
    std::unique_ptr<CaptureFile> file;  // nothing where it is to be opened when its turn comes
    std::optional<std::uint64_t> size;
    std::optional<Time> first_time;
  };

  // One of many is opened a second time when its turn comes: a set may have more files than a process descriptors.
  Entry open(const std::string& path, bool of_many) const {
    Entry entry;
    entry.path = path;
    entry.file = std::make_unique<CaptureFile>(path, options_.access);
    entry.format = entry.file->format();
    entry.size = entry.file->size();
    if (of_many) entry.first_time = entry.file->first_time();
    if (of_many && entry.file->reopenable()) entry.file.reset();
    return entry;
  }

  void start_current() {
    Entry& entry = entries_[current_];
    if (log_) return;
    if (!entry.file) entry.file = std::make_unique<CaptureFile>(entry.path, options_.access);
    infos_[current_].first_number = options_.first_number + frames_;
    log_ = std::make_unique<CaptureLog>(infos_[current_], secrets_, static_cast<std::uint32_t>(current_), filter_.get());
  }

  void finish_current() {
    frames_ += log_->frames();
    log_.reset();
    bytes_finished_ += entries_[current_].file->bytes_read();
    entries_[current_].file.reset();
    ++current_;
  }

  SourceOptions options_;
  std::unique_ptr<BpfFilter> filter_;
  std::vector<Entry> entries_;  // in reading order
  std::vector<CaptureInfo> infos_;
  std::vector<DecryptionSecrets> secrets_;
  std::size_t current_ = 0;
  std::unique_ptr<CaptureLog> log_;  // of the current file, once it is begun
  std::uint64_t frames_ = 0;         // of the files before it
  std::uint64_t bytes_finished_ = 0;
};

CaptureSet::CaptureSet(const std::vector<std::string>& paths, SourceOptions options)
    : state_(std::make_unique<State>(paths, std::move(options))) {}
CaptureSet::~CaptureSet() = default;

bool CaptureSet::next(PacketBatch& batch) {
  return state_->next(batch);
}
const std::vector<CaptureInfo>& CaptureSet::captures() const {
  return state_->infos();
}
const std::vector<DecryptionSecrets>& CaptureSet::secrets() const {
  return state_->secrets();
}
std::uint64_t CaptureSet::unfiltered_packets() const {
  std::uint64_t packets = 0;
  for (const BpfFilter::Refusal& refusal : state_->refusals()) packets += refusal.packets;
  return packets;
}
std::vector<std::string> CaptureSet::unfiltered() const {
  std::vector<std::string> lines;
  for (const BpfFilter::Refusal& refusal : state_->refusals()) lines.push_back(refusal.why);
  return lines;
}
std::uint64_t CaptureSet::bytes_read() const {
  return state_->bytes_read();
}
std::optional<std::uint64_t> CaptureSet::bytes_total() const {
  return state_->bytes_total();
}

}  // namespace longwire
