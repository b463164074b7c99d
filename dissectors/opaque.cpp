#include "dissectors/opaque.h"

namespace longwire {
namespace {

class Opaque final : public Dissector {
 public:
  using AtRest = std::string_view;  // its name
  explicit Opaque(AtRest name) : name_(name) {}

  std::string_view name() const override { return name_; }
  Progress data(Side, Bytes in, Context&) override {
    Progress progress;
    progress.used = in.size();
    progress.skip = Progress::for_good;
    return progress;
  }
  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::resumed; }
  void end(Side, Bytes, End, Context&) override {}
  std::uint64_t memory() const override { return sizeof *this; }
  std::optional<SleepingReader> sleep() override { return SleepingReader::of<Opaque>(name_); }
  Match restart(Side, Bytes) const override { return Match::no; }

 private:
  std::string_view name_;
};

}  // namespace

std::unique_ptr<Dissector> make_opaque(std::string_view name) {
  return std::make_unique<Opaque>(name);
}

}  // namespace longwire
