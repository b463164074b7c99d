// Interfaces as one stream of packet batches, while it happens.
//
// Packets are copied out of the kernel's rings, which so are free again soon; where nobody reads in time, the kernel drops
// packets there, counts them, and packets of that time say so (Packet::near_loss). Of several interfaces, packets of one batch
// are in the order of their times.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/live_interface.h"
#include "capture/packet_source.h"

namespace longwire {

class LiveSource final : public PacketSource {
 public:
  // Throws CaptureError and UsageError, as LiveInterface does.
  LiveSource(const std::vector<std::string>& interfaces, const LiveOptions& options);
  ~LiveSource() override;

  // Set-wide number of the first packet, where that is not 1. Before the first next().
  void set_first_number(std::uint64_t number);

  // Waits for packets, 100 ms at most. False once it was asked to stop and what the kernel had until then is read.
  bool next(PacketBatch& batch) override;
  const std::vector<CaptureInfo>& captures() const override;
  const std::vector<DecryptionSecrets>& secrets() const override;

  // next() ends once what the kernel has by now is read.
  void stop() { stopping_ = true; }

  // What comes next is another capture: its frames are numbered from 1 again.
  void begin_capture();

  // An interface's, since the beginning.
  struct Counters {
    std::uint64_t packets = 0, bytes = 0, dropped_by_kernel = 0, dropped_by_interface = 0;
  };
  const std::vector<Counters>& counters() const;

  // No interface can be read from any more.
  bool all_failed() const;

  // What a person should know since the last call: an interface that went down, or came back.
  std::vector<std::string> take_remarks();

 private:
  class State;
  std::unique_ptr<State> state_;
  bool stopping_ = false;
};

}  // namespace longwire
