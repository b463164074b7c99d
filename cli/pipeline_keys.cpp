#include "cli/pipeline_keys.h"

#include <algorithm>

namespace longwire {

class PipelineKeys::OfWorker final : public TlsKeyring {
 public:
  OfWorker(PipelineKeys& all, std::size_t n) : all_(all), n_(n) {}

  std::optional<TlsFoundSecret> find(TlsSecretKind kind, Bytes name, std::uint64_t number) override {
    const std::lock_guard lock(all_.mutex_);
    return all_.keys_.find(kind, name, number);
  }
  // Private keys do not change: many may decrypt at once.
  std::optional<TlsSecret> pre_master(Bytes encrypted) override { return all_.keys_.pre_master(encrypted); }
  std::optional<TlsSession> find_session(const std::string& name, std::uint64_t number) override {
    std::unique_lock lock(all_.mutex_);
    std::uint64_t& own = all_.passed_[n_];
    own = std::max(own, number - 1);
    all_.moved_.notify_all();
    const auto all_there = [&] {
      return std::all_of(all_.passed_.begin(), all_.passed_.end(), [&](std::uint64_t n) { return n + 1 >= number; });
    };
    all_.moved_.wait(lock, [&] { return all_.stopped_ || all_there(); });
    return all_.keys_.find_session(name, number);
  }
  void add_session(const std::string& name, const TlsSession& session, std::uint64_t number) override {
    const std::lock_guard lock(all_.mutex_);
    all_.keys_.add_session(name, session, number);
  }

 private:
  PipelineKeys& all_;
  std::size_t n_;
};

PipelineKeys::PipelineKeys(TlsKeys& keys, std::size_t workers) : keys_(keys), passed_(workers, 0) {
  for (std::size_t n = 0; n < workers; ++n) workers_.push_back(std::make_unique<OfWorker>(*this, n));
}

PipelineKeys::~PipelineKeys() = default;

TlsKeyring& PipelineKeys::of(std::size_t n) {
  return *workers_[n];
}

void PipelineKeys::passed(std::size_t n, std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    passed_[n] = std::max(passed_[n], number);
  }
  moved_.notify_all();
}

void PipelineKeys::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  moved_.notify_all();
}

void PipelineKeys::add_block(std::string_view text, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  keys_.add_block(text, number);
}

}  // namespace longwire
