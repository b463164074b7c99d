#include "dissectors/detector.h"

#include <algorithm>
#include <array>

#include "capture/limits.h"
#include "dissectors/opaque.h"
#include "dissectors/registry.h"
#include "dissectors/websocket_midstream.h"

namespace longwire {
namespace {

class Detector final : public Dissector {
 public:
  // Leaves no trace in `layers`.
  std::string_view name() const override { return {}; }

  Progress data(Side side, Bytes in, Context& context) override {
    Trial& trial = trials_[index(side)];
    if (trial.passed_packet != 0 && trial.passed_packet == context.first_stamp(in).number) return pass_over(context);
    Progress progress;
    const bool mid_message = trial.behind_hole || context.connection.midstream;
    const Match known = ask(side, in, mid_message, progress.next);
    if (known == Match::maybe && context.before_hole()) progress.next = known_before_hole(in);
    if (known != Match::no) return progress;
    if (mid_message && is_websocket(side, in, context, progress) != Match::no) return progress;
    if (mid_message && ++trial.packets < limits::detect_segments) {
      trial.passed_packet = context.first_stamp(in).number;
      return pass_over(context);
    }
    trial.failed = true;
    if (trials_[index(other(side))].failed || context.must_proceed() || in.size() >= limits::detect_bytes) {
      progress.next = make_opaque("unknown");
    } else {
      progress.need = Progress::hold;
    }
    return progress;
  }

  AfterGap gap(Side side, Bytes, std::uint64_t, Context&) override {
    trials_[index(side)].behind_hole = true;
    return AfterGap::resumed;
  }
  void end(Side, Bytes, End, Context&) override {}
  std::uint64_t memory() const override { return sizeof *this; }
  Match restart(Side, Bytes) const override { return Match::no; }

 private:
  // One side's tries: at its first byte; behind a hole or midstream at the first byte of each packet.
  struct Trial {
    std::uint64_t passed_packet = 0;  // number of the packet whose bytes are passed over
    std::uint32_t packets = 0;
    bool behind_hole = false, failed = false;
    const KnownProtocol* half_known = nullptr;  // a protocol to which the other side must say yes, too
  };

  static Progress pass_over(const Context& context) {
    Progress progress;
    progress.used = context.first_packet().size();
    return progress;
  }

  Match ask(Side side, Bytes in, bool mid_message, std::unique_ptr<Dissector>& reader) {
    const Bytes first = in.first(std::min<std::size_t>(in.size(), limits::detect_bytes));
    bool open = false;
    for (const KnownProtocol& protocol : protocols()) {
      if (protocol.by_both_sides && mid_message) continue;
      const Match match = protocol.probe(side, first);
      if (match == Match::yes && protocol.by_both_sides) {
        trials_[index(side)].half_known = &protocol;
        if (trials_[index(other(side))].half_known != &protocol) continue;
      }
      if (match == Match::yes) {
        reader = protocol.make();
        return match;
      }
      open = open || match == Match::maybe;
    }
    return open && in.size() < limits::detect_bytes ? Match::maybe : Match::no;
  }

  static std::unique_ptr<Dissector> known_before_hole(Bytes all) {
    for (const KnownProtocol& protocol : protocols())
      if (protocol.begins_before_hole != nullptr && protocol.begins_before_hole(all)) return protocol.make();
    return nullptr;
  }

  // What begins with a handshake, and is known without one.
  Match is_websocket(Side side, Bytes in, Context& context, Progress& progress) {
    const Match match = websocket_.look(side, in, context);
    if (match == Match::yes) progress.next = websocket_.reader(context);
    if (match == Match::maybe && websocket_.waits(side)) {
      if (context.must_proceed()) return Match::no;
      progress.need = Progress::hold;
    }
    return match;
  }

  std::array<Trial, 2> trials_;
  WebSocketEvidence websocket_;
};

}  // namespace

std::unique_ptr<Dissector> make_detector() {
  return std::make_unique<Detector>();
}

}  // namespace longwire
