// What a reader has found in one capture file: packets for the batch being filled, and the file's entry.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/bpf_filter.h"
#include "capture/limits.h"
#include "capture/source.h"

namespace longwire {

// Numbers and counts the frames of one file. Owned by whoever reads the file; the entry, the secrets and the filter
// (which may be null) live longer.
class CaptureLog {
 public:
  CaptureLog(CaptureInfo& info, std::vector<DecryptionSecrets>& secrets, std::uint32_t capture, BpfFilter* filter)
      : info_(info), secrets_(secrets), capture_(capture), filter_(filter) {}

  // Where packets go from now on, and how many `out` shall hold at most.
  void fill(std::vector<Packet>& out, std::size_t most) {
    packets_ = &out;
    most_ = most;
  }
  bool full() const { return packets_->size() >= most_; }

  const CaptureInfo& info() const { return info_; }

  // Interfaces in the order of their descriptions; `packet.interface` is the number that add_interface() gave.
  std::uint32_t add_interface(InterfaceInfo interface) {
    info_.interfaces.push_back(std::move(interface));
    return static_cast<std::uint32_t>(info_.interfaces.size() - 1);
  }
  InterfaceInfo& interface(std::uint32_t number) { return info_.interfaces[number]; }

  // The next frame, a packet: its stamp's time is set, its numbers are not. Its interface has been added.
  void add(Packet packet) {
    packet.capture = capture_;
    packet.at.number = info_.first_number + frames_;
    packet.at.frame = ++frames_;
    last_time_ = packet.at.time;
    info_.started = std::min(info_.started.value_or(last_time_), last_time_);
    info_.ended = std::max(info_.ended.value_or(last_time_), last_time_);
    if (filter_ != nullptr && !filter_->passes(packet)) {
      ++info_.filtered;
      return;
    }
    ++info_.packets;
    info_.bytes += packet.wire_length;
    ++info_.interfaces[packet.interface].packets;
    packets_->push_back(packet);
  }

  // The next frame, which other tools number too but which is no packet.
  void add_other_frame() {
    ++frames_;
    ++info_.packets;
  }

  // Time of the newest packet, for packets that bear none.
  Time last_time() const { return last_time_; }

  // Keeps a block of secrets, up to limits::secrets_bytes for the file.
  void add_secrets(std::uint32_t type, Bytes data) {
    if (data.size() > limits::secrets_bytes - secrets_bytes_) return;
    secrets_bytes_ += data.size();
    secrets_.push_back({type, std::string(as_text(data)), info_.first_number + frames_});
  }

  // Reading ends here, `what` is wrong: a clause, such as "a packet of 9 bytes with 12 captured".
  void damage(std::string what) {
    damaged_ = true;
    info_.read_on = false;
    info_.damage = std::move(what);
  }
  bool damaged() const { return damaged_; }

  // Something is wrong `offset` bytes into the window being read, but reading goes on. Only the first is kept.
  void lie(std::size_t offset, std::string what) {
    if (info_.damaged_at || lie_) return;
    lie_ = offset;
    info_.damage = std::move(what);
    info_.read_on = true;
  }
  // Where that was, once after each window.
  std::optional<std::size_t> take_lie() { return std::exchange(lie_, std::nullopt); }
  void set_damage_offset(std::uint64_t offset) { info_.damaged_at = offset; }

  std::uint64_t frames() const { return frames_; }

 private:
  CaptureInfo& info_;
  std::vector<DecryptionSecrets>& secrets_;
  std::uint32_t capture_;
  BpfFilter* filter_;
  std::vector<Packet>* packets_ = nullptr;
  std::size_t most_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t secrets_bytes_ = 0;
  Time last_time_ = 0;
  std::optional<std::size_t> lie_;
  bool damaged_ = false;
};

}  // namespace longwire
