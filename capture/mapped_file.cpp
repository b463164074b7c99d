#include "capture/mapped_file.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

namespace longwire {
namespace {

constexpr std::size_t step_bytes = 2 << 20;    // given back at once; whole pages, of the large kind too
constexpr std::size_t window_bytes = 1 << 20;  // a batch points into one window, so this bounds what a batch holds
constexpr int exit_code_input = 3;

// Where maps lie, for the signal handler: plain atomics, because a handler can take no lock.
struct MapEntry {
  std::atomic<std::uintptr_t> begin{0}, end{0};
  std::array<char, 512> path{};
};
std::array<MapEntry, 64> map_entries;  // more maps at once are read all the same, but end less clearly

MapEntry* enter(const void* begin, std::size_t size, const std::string& path) {
  for (MapEntry& entry : map_entries) {
    std::uintptr_t none = 0;
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    if (!entry.begin.compare_exchange_strong(none, address)) continue;
    entry.path.fill('\0');
    path.copy(entry.path.data(), entry.path.size() - 1);
    entry.end.store(address + size);
    return &entry;
  }
  return nullptr;
}

void leave(MapEntry* entry) {
  if (entry == nullptr) return;
  entry->end.store(0);
  entry->begin.store(0);
}

void write_text(const char* text) {
  const ssize_t ignored = ::write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(ignored);
}

extern "C" void on_bus_error(int signal_number, siginfo_t* info, void*) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (const MapEntry& entry : map_entries) {
    if (address < entry.begin.load() || address >= entry.end.load()) continue;
    write_text("longwire: ");
    write_text(entry.path.data());
    write_text(": became shorter while it was read; read it again when nobody writes it\n");
    ::_exit(exit_code_input);
  }
  ::signal(signal_number, SIG_DFL);  // not ours: the instruction runs again, and ends the program as ever
}

}  // namespace

void end_clearly_on_truncated_map() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

// The map itself, and who still needs which step of it: each batch that points into the step, and the position that
// has not passed it yet. Whoever leaves a step last gives its pages back.
class MappedFile::Mapping {
 public:
  Mapping(void* address, std::size_t size, const std::string& path)
      : address_(static_cast<std::uint8_t*>(address)), size_(size), users_((size + step_bytes - 1) / step_bytes) {
    for (auto& users : users_) users.store(1, std::memory_order_relaxed);  // the position
    entry_ = enter(address, size, path);
  }
  ~Mapping() {
    leave(entry_);
    ::munmap(address_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  Bytes bytes() const { return {address_, size_}; }
  std::span<std::uint8_t> range(std::size_t begin, std::size_t end) const { return std::span(address_, size_).subspan(begin, end - begin); }

  void acquire(std::size_t step) { users_[step].fetch_add(1, std::memory_order_relaxed); }
  void release(std::size_t step) {
    if (users_[step].fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const auto pages = range(step * step_bytes, std::min(size_, (step + 1) * step_bytes));
    ::madvise(pages.data(), pages.size(), MADV_DONTNEED);
  }

 private:
  std::uint8_t* address_;
  std::size_t size_;
  std::vector<std::atomic<std::uint32_t>> users_;  // one a step
  MapEntry* entry_ = nullptr;
};

class MappedFile::Kept {
 public:
  Kept(std::shared_ptr<Mapping> mapping, std::size_t first, std::size_t last) : mapping_(std::move(mapping)), first_(first), last_(last) {
    for (std::size_t step = first_; step <= last_; ++step) mapping_->acquire(step);
  }
  ~Kept() {
    for (std::size_t step = first_; step <= last_; ++step) mapping_->release(step);
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

 private:
  std::shared_ptr<Mapping> mapping_;
  std::size_t first_, last_;
};

std::unique_ptr<MappedFile> MappedFile::map(FileDescriptor file, const std::string& path) {
  const std::uint64_t size = file.size();
  if (size == 0) return nullptr;
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (address == MAP_FAILED) return nullptr;
  ::madvise(address, size, MADV_SEQUENTIAL);
  return std::unique_ptr<MappedFile>(new MappedFile(std::move(file), std::make_shared<Mapping>(address, size, path)));
}

MappedFile::MappedFile(FileDescriptor file, std::shared_ptr<Mapping> mapping)
    : file_(std::move(file)), mapping_(std::move(mapping)), end_(mapping_->bytes().size()) {}

MappedFile::~MappedFile() = default;

Bytes MappedFile::window(std::size_t need) {
  const std::size_t wanted = std::max(need, window_bytes);
  std::size_t n = std::min(wanted, end_ - position_);
  if (!prepare(position_ + n)) n = std::min(n, end_ - position_);
  return mapping_->bytes().subspan(position_, n);
}

// Has the pages up to `end` mapped in large pieces, which costs less than a fault for every few of them, and the disk
// read ahead. False where the file has become shorter: end_ says where it ends now.
bool MappedFile::prepare(std::size_t end) {
  while (prepared_ < end) {
    const std::size_t size = file_.size();
    if (size < end_) {
      damage_ = "became shorter while it was read";
      end_ = std::max(size, position_);
      return false;
    }
    const std::size_t next = std::min(end_, prepared_ + step_bytes);
    const std::size_t ahead = std::min(end_, next + 2 * step_bytes);
#ifdef MADV_POPULATE_READ
    const auto now = mapping_->range(prepared_, next);
    ::madvise(now.data(), now.size(), MADV_POPULATE_READ);  // since Linux 5.14; without it pages come as they are touched
#endif
    if (const auto soon = mapping_->range(next, ahead); !soon.empty()) ::madvise(soon.data(), soon.size(), MADV_WILLNEED);
    prepared_ = next;
  }
  return true;
}

void MappedFile::advance(std::size_t n) {
  const std::size_t before = position_ / step_bytes;
  position_ += n;
  for (std::size_t step = before; step < position_ / step_bytes; ++step) mapping_->release(step);
}

std::shared_ptr<void> MappedFile::keep(std::size_t n) {
  if (n == 0) return nullptr;
  return std::make_shared<Kept>(mapping_, position_ / step_bytes, (position_ + n - 1) / step_bytes);
}

}  // namespace longwire
