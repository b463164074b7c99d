#include "dissectors/proxy_protocol.h"

#include <algorithm>
#include <optional>

#include "dissectors/detector.h"
#include "dissectors/opaque.h"

namespace longwire {
namespace {

constexpr std::string_view text_starts[] = {"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"};
constexpr std::size_t most_text_bytes = 107;  // section 2.1
constexpr std::string_view binary_start("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t binary_head_bytes = 16;  // with the length

bool begins_alike(Bytes first, std::string_view start) {
  const std::size_t count = std::min(first.size(), start.size());
  return as_text(first.first(count)) == start.substr(0, count);
}

// Length of the header that `in` begins with. 0 = more bytes are needed; nothing = it is none.
std::optional<std::size_t> header_length(Bytes in) {
  if (begins_alike(in, binary_start)) {
    if (in.size() < binary_head_bytes) return 0;
    Cursor head(in);
    head.skip(binary_head_bytes - 2);
    const std::size_t length = binary_head_bytes + head.u16();
    return in.size() < length ? 0 : length;
  }
  const std::string_view line = as_text(in.first(std::min(in.size(), most_text_bytes)));
  const std::size_t end = line.find("\r\n");
  if (end != std::string_view::npos) return end + 2;
  return in.size() < most_text_bytes ? std::optional<std::size_t>(0) : std::nullopt;
}

class ProxyProtocol final : public Dissector {
 public:
  std::string_view name() const override { return "proxy"; }

  // The server may speak first, of what only detection knows behind the client's header.
  Progress data(Side side, Bytes in, Context& context) override {
    Progress progress;
    if (side == Side::server) {
      progress.need = Progress::hold;
      if (context.must_proceed()) progress.next = make_opaque("unknown");
      return progress;
    }
    const auto length = header_length(in);
    if (!length) {
      context.anomaly("proxy.header.malformed", in.first(1), as_text(in.first(std::min(in.size(), most_text_bytes))));
      progress.next = make_opaque("unknown");
    } else if (*length == 0) {
      progress.need = in.size() + 1;
    } else {
      progress.used = *length;
      progress.next = make_detector();
    }
    return progress;
  }

  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::lost; }
  void end(Side, Bytes, End, Context&) override {}
  std::uint64_t memory() const override { return sizeof *this; }
  Match restart(Side, Bytes) const override { return Match::no; }
};

}  // namespace

Match probe_proxy_protocol(Side side, Bytes first) {
  if (side == Side::server) return Match::no;
  Match best = Match::no;
  for (const std::string_view start : {text_starts[0], text_starts[1], text_starts[2], binary_start}) {
    if (!begins_alike(first, start)) continue;
    if (first.size() >= start.size()) return Match::yes;
    best = Match::maybe;
  }
  return best;
}

std::unique_ptr<Dissector> make_proxy_protocol() {
  return std::make_unique<ProxyProtocol>();
}

}  // namespace longwire
