#include "capture/live_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <utility>

#include "capture/error.h"
#include "capture/loss_times.h"

namespace longwire {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int wait_ms = 100;                                     // for packets; also how long the kernel keeps them together
constexpr std::size_t batch_packets = 1024;                      // at most, as of files
constexpr std::size_t batch_bytes = 1 << 20;                     // about, of one batch: it is decoded while in the processor's cache
constexpr std::size_t chunk_bytes = 256 << 10;                   // of packet memory
constexpr Clock::duration last_words = std::chrono::seconds(2);  // at most, for reading what is there when it stops
constexpr unsigned quiet_calls = 2;  // without a packet: what the kernel kept together when it stopped is out by then
constexpr Clock::duration between_looks = std::chrono::milliseconds(100);  // at whether interfaces are up

// The packet clock is the system's.
Time wall_time() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Time steady_time() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

// Memory of one batch's packets, used again when nobody reads them any more.
class PacketMemory {
 public:
  void clear() { chunk_ = used_ = bytes_ = 0; }
  std::size_t bytes() const { return bytes_; }
  Bytes copy(Bytes packet) {
    while (chunk_ < chunks_.size() && chunks_[chunk_].size() - used_ < packet.size()) {
      ++chunk_;
      used_ = 0;
    }
    if (chunk_ == chunks_.size()) chunks_.emplace_back(std::max(chunk_bytes, packet.size()));
    const std::span<std::uint8_t> place = std::span(chunks_[chunk_]).subspan(used_, packet.size());
    std::copy(packet.begin(), packet.end(), place.begin());
    used_ += packet.size();
    bytes_ += packet.size();
    return place;
  }

 private:
  std::deque<std::vector<std::uint8_t>> chunks_;
  std::size_t chunk_ = 0, used_ = 0, bytes_ = 0;
};

}  // namespace

class LiveSource::State {
 public:
  State(const std::vector<std::string>& names, const LiveOptions& options) : options_(options), names_(names), counters_(names.size()) {
    for (const std::string& name : names) {
      if (std::count(names.begin(), names.end(), name) > 1) throw UsageError(fmt::format("interface {} is named twice", name));
      interfaces_.push_back({std::make_unique<LiveInterface>(name, options, wait_ms)});
    }
    begin_capture();
  }

  bool next(PacketBatch& batch, bool stopping) {
    if (stopping && !stop_time_) {
      stop_time_ = wall_time();
      stop_by_ = Clock::now() + last_words;
      quiet_ = 0;
    }
    if (stop_time_ && (quiet_ >= quiet_calls || Clock::now() > stop_by_)) return false;
    begin(batch);
    if (!read_all(batch)) {
      wait();
      read_all(batch);
    }
    look_at_interfaces();
    finish(batch);
    quiet_ = batch.packets.empty() ? quiet_ + 1 : 0;
    return true;
  }

  void set_first_number(std::uint64_t number) { infos_.back().first_number = next_number_ = number; }

  void begin_capture() {
    CaptureInfo info;
    info.path = fmt::format("{}", fmt::join(names_, ", "));
    info.format = "live";
    info.first_number = next_number_;
    for (const Listened& each : interfaces_) {
      InterfaceInfo interface;
      interface.name = each.handle->name();
      interface.filter = options_.filter;
      interface.link = each.handle->link();
      interface.snaplen = options_.snaplen;
      interface.dropped = 0;
      info.interfaces.push_back(std::move(interface));
    }
    info.started = info.ended = wall_time();
    infos_.push_back(std::move(info));
    dropped_before_ = counters_;
    frames_ = 0;
  }

  const std::vector<CaptureInfo>& infos() const { return infos_; }
  const std::vector<DecryptionSecrets>& secrets() const { return no_secrets_; }
  const std::vector<Counters>& counters() const { return counters_; }
  bool all_failed() const {
    return std::all_of(interfaces_.begin(), interfaces_.end(), [](const Listened& each) { return each.failed; });
  }
  std::vector<std::string> take_remarks() { return std::exchange(remarks_, {}); }

 private:
  struct Listened {
    std::unique_ptr<LiveInterface> handle;
    bool failed = false, down = false;
  };

  // Where packets are taken to.
  struct Taking {
    State& state;
    PacketBatch& batch;
    PacketMemory& memory;
    std::uint32_t interface;
    LinkType link;
  };

  void begin(PacketBatch& batch) {
    batch.packets.clear();
    batch.capture = static_cast<std::uint32_t>(infos_.size() - 1);
    // Whoever else holds the memory still reads it.
    if (batch.memory == nullptr || batch.memory.use_count() > 1) batch.memory = std::make_shared<PacketMemory>();
    memory_ = static_cast<PacketMemory*>(batch.memory.get());
    memory_->clear();
  }

  bool read_all(PacketBatch& batch) {
    for (std::uint32_t i = 0; i < interfaces_.size(); ++i) read(i, batch);
    return !batch.packets.empty();
  }

  void read(std::uint32_t i, PacketBatch& batch) {
    Listened& each = interfaces_[i];
    Taking taking{*this, batch, *memory_, i, each.handle->link()};
    const std::size_t share = std::max<std::size_t>(1, batch_packets / interfaces_.size());
    const int count = each.handle->read(static_cast<int>(share), &State::take, &taking);
    if (count < 0) fails(each);
    if (count > 0 && std::exchange(each.failed, false)) remarks_.push_back(fmt::format("{}: packets come again", each.handle->name()));
  }

  static bool take(void* self, const LiveInterface::Arrived& arrived) {
    Taking& to = *static_cast<Taking*>(self);
    if (to.state.stop_time_ && arrived.time > *to.state.stop_time_) return false;
    Packet packet;
    packet.at.time = arrived.time;
    packet.interface = to.interface;
    packet.wire_length = arrived.wire_length;
    packet.link = to.link;
    packet.data = to.memory.copy(arrived.data);
    to.batch.packets.push_back(packet);
    return to.memory.bytes() < batch_bytes;
  }

  // An interface that goes down keeps its handle, and packets come again when it is up. One that is gone is gone: the right to
  // open it anew was given up.
  void fails(Listened& each) {
    if (std::exchange(each.failed, true)) return;
    remarks_.push_back(fmt::format("{}: {}", each.handle->name(), each.handle->error()));
  }

  void wait() {
    std::vector<pollfd>& polled = polled_;
    polled.clear();
    for (const Listened& each : interfaces_) polled.push_back({each.handle->descriptor(), POLLIN, 0});
    ::poll(polled.data(), polled.size(), wait_ms);  // a signal ends it early, which is right
  }

  void look_whether_up(Listened& each) {
    if (const bool down = each.handle->is_down(); down != each.down) {
      each.down = down;
      remarks_.push_back(fmt::format("{} is {}", each.handle->name(), down ? "down" : "up again"));
    }
  }

  // Drops between two looks happened at a time that is known no better. With every batch, so that packets which came at that
  // time are not handed on before it is known.
  void look_at_interfaces() {
    if (const auto now = Clock::now(); now >= next_look_) {
      next_look_ = now + between_looks;
      for (Listened& each : interfaces_) look_whether_up(each);
    }
    const Time looked = wall_time(), steady = steady_time();
    bool any = false;
    for (std::size_t i = 0; i < interfaces_.size(); ++i) {
      const LiveInterface::Drops drops = interfaces_[i].handle->drops();
      const Counters before = counters_[i];
      counters_[i].dropped_by_kernel = drops.by_kernel;
      counters_[i].dropped_by_interface = drops.by_interface;
      any |= counters_[i].dropped_by_kernel != before.dropped_by_kernel || counters_[i].dropped_by_interface != before.dropped_by_interface;
      infos_.back().interfaces[i].dropped = counters_[i].dropped_by_kernel - dropped_before_[i].dropped_by_kernel +
                                            counters_[i].dropped_by_interface - dropped_before_[i].dropped_by_interface;
    }
    if (const Time set = losses_.look(looked, steady, any); set != 0) {
      remarks_.push_back(
          fmt::format("the clock was set {} by {:.1f} s", set < 0 ? "back" : "on", static_cast<double>(std::abs(set)) / one_second));
    }
  }

  void finish(PacketBatch& batch) {
    std::vector<Packet>& packets = batch.packets;
    if (interfaces_.size() > 1)
      std::stable_sort(packets.begin(), packets.end(), [](const Packet& a, const Packet& b) { return a.at.time < b.at.time; });
    CaptureInfo& info = infos_.back();
    for (Packet& packet : packets) {
      packet.capture = batch.capture;
      packet.at.number = next_number_++;
      packet.at.frame = ++frames_;
      packet.near_loss = losses_.near(packet.at.time);
      info.bytes += packet.wire_length;
      ++info.interfaces[packet.interface].packets;
      Counters& counted = counters_[packet.interface];
      ++counted.packets;
      counted.bytes += packet.wire_length;
    }
    info.packets += packets.size();
    const Time now = wall_time();
    info.started = std::min(*info.started, now);
    info.ended = std::max(*info.ended, now);
  }

  const LiveOptions options_;
  std::uint64_t next_number_ = 1, frames_ = 0;
  std::vector<std::string> names_;
  std::vector<Listened> interfaces_;
  std::vector<CaptureInfo> infos_;
  std::vector<DecryptionSecrets> no_secrets_;
  std::vector<Counters> counters_, dropped_before_;  // since the beginning; when this capture began
  std::vector<std::string> remarks_;
  std::vector<pollfd> polled_;
  PacketMemory* memory_ = nullptr;  // of the batch being filled
  std::optional<Time> stop_time_;
  Clock::time_point stop_by_{}, next_look_{};
  unsigned quiet_ = 0;  // calls without a packet
  LossTimes losses_{wall_time(), steady_time()};
};

LiveSource::LiveSource(const std::vector<std::string>& interfaces, const LiveOptions& options)
    : state_(std::make_unique<State>(interfaces, options)) {}
LiveSource::~LiveSource() = default;

void LiveSource::set_first_number(std::uint64_t number) {
  state_->set_first_number(number);
}
bool LiveSource::next(PacketBatch& batch) {
  return state_->next(batch, stopping_);
}
const std::vector<CaptureInfo>& LiveSource::captures() const {
  return state_->infos();
}
const std::vector<DecryptionSecrets>& LiveSource::secrets() const {
  return state_->secrets();
}
void LiveSource::begin_capture() {
  state_->begin_capture();
}
const std::vector<LiveSource::Counters>& LiveSource::counters() const {
  return state_->counters();
}
bool LiveSource::all_failed() const {
  return state_->all_failed();
}
std::vector<std::string> LiveSource::take_remarks() {
  return state_->take_remarks();
}

}  // namespace longwire
