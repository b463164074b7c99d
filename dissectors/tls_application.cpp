#include "dissectors/tls_application.h"

#include <algorithm>

#include "capture/limits.h"
#include "dissectors/detector.h"
#include "dissectors/opaque.h"
#include "dissectors/registry.h"

namespace longwire {
namespace {

// IANA, TLS ALPN Protocol IDs, by the names of our readers.
struct AgreedProtocol {
  std::string_view alpn, reader;
};
constexpr AgreedProtocol agreed_protocols[] = {{"h2", "http2"}, {"http/1.1", "http1"}, {"http/1.0", "http1"}, {"http/0.9", "http1"}};

}  // namespace

void TlsApplication::agree(std::string_view protocol) {
  for (const auto& [alpn, reader] : agreed_protocols) {
    if (alpn != protocol) continue;
    const auto all = protocols();
    const auto found = std::find_if(all.begin(), all.end(), [&](const KnownProtocol& known) { return known.name == reader; });
    if (found != all.end()) agreed_ = &*found;
  }
}

Channel& TlsApplication::channel(const Context& context) {
  if (channel_) return *channel_;
  const std::string_view outer = context.layers();
  const auto depth = static_cast<std::uint64_t>(std::count(outer.begin(), outer.end(), '/')) + 1;
  if (depth >= limits::channel_layers) return channel_.emplace(make_opaque("unknown"), outer);
  return channel_.emplace(agreed_ != nullptr ? agreed_->make() : make_detector(), outer);
}

void TlsApplication::data(Side side, const TlsFragment& fragment, const Context& context) {
  Channel& inside = channel(context);
  const Stamp last = context.last_stamp(fragment.record);
  for (Bytes rest = fragment.bytes; !rest.empty();) {
    Bytes piece = rest;
    Stamp at = last;
    if (rest.size() > 1) {
      const Bytes carrier = fragment.carrier(rest.first(rest.size() - 1));
      at = context.first_stamp(carrier);
      piece = rest.first(context.first_packet(carrier).size());
      if (piece.size() + 1 == rest.size() && at.number == last.number) piece = rest;
    }
    inside.data(side, piece, at, context.within_tls());
    rest = rest.subspan(piece.size());
  }
}

void TlsApplication::gap(Side side, std::uint64_t missing, const Context& context) {
  channel(context).gap(side, missing, context.now(), context.within_tls());
}

void TlsApplication::end(Side side, End how, const Context& context) {
  if (channel_) channel_->end(side, how, context.now(), context.within_tls());
}

}  // namespace longwire
