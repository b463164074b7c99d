// The keys that decrypt TLS, shared by the workers: one lock, and the order that makes what is found the same for any
// number of them.
//
// A session that is resumed was agreed on in an earlier packet, which may lie with another worker that has not come so far.
// So who looks for one waits until all others have read everything before its own packet. The one that is farthest behind
// never waits, and every batch goes to all workers before the next is read: so they cannot wait for each other in a ring.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "dissectors/tls_keyring.h"

namespace longwire {

class PipelineKeys {
 public:
  PipelineKeys(TlsKeys& keys, std::size_t workers);
  ~PipelineKeys();

  // What worker `n` asks; lives as long as this.
  TlsKeyring& of(std::size_t n);
  // Worker `n` has read all packets up to this one.
  void passed(std::size_t n, std::uint64_t number);
  // Nobody waits any more: what is found from now on is of no use.
  void stop();
  void add_block(std::string_view text, std::uint64_t number);

 private:
  class OfWorker;

  TlsKeys& keys_;
  std::mutex mutex_;  // of all below, and of keys_
  std::condition_variable moved_;
  std::vector<std::uint64_t> passed_;
  bool stopped_ = false;
  std::vector<std::unique_ptr<OfWorker>> workers_;
};

}  // namespace longwire
