// The wish that a live pipeline ends in good order.
#pragma once

#include <atomic>

namespace longwire {

class PipelineStop {
 public:
  // Any thread, and a signal handler.
  void request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);  // signal-safety(7)
};

}  // namespace longwire
