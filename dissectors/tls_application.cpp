#include "dissectors/tls_application.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"
#include "dissectors/http1.h"
#include "dissectors/http2.h"
#include "dissectors/opaque.h"
#include "dissectors/spdy.h"

namespace longwire {
namespace {

struct AgreedProtocol {
  std::string_view name;
  TlsApplication::MakeReader make;
};

// IANA, TLS ALPN Protocol IDs.
constexpr AgreedProtocol agreed_protocols[] = {
    {"h2", make_http2},
    {"http/1.1", make_http1},
    {"http/1.0", make_http1},
    {"http/0.9", make_http1},
    {"spdy/3.1", [] { return make_spdy("spdy/3.1"); }},
    {"spdy/3", [] { return make_spdy("spdy/3"); }},
    {"spdy/2", [] { return make_spdy("spdy/2"); }},
};

}  // namespace

TlsApplication::TlsApplication(AtRest rest) : make_(rest.make) {
  if (rest.channel) channel_.emplace(std::move(*rest.channel));
}

std::optional<TlsApplication::AtRest> TlsApplication::sleep() {
  if (!channel_) return AtRest{make_, std::nullopt};
  auto channel = channel_->sleep();
  if (!channel) return std::nullopt;
  return AtRest{make_, std::move(channel)};
}

void TlsApplication::agree(std::string_view protocol) {
  for (const AgreedProtocol& each : agreed_protocols) {
    if (each.name == protocol) make_ = each.make;
  }
}

Channel& TlsApplication::channel(const Context& context) {
  if (channel_) return *channel_;
  const std::string_view outer = context.layers();
  const auto depth = static_cast<std::uint64_t>(std::count(outer.begin(), outer.end(), '/')) + 1;
  if (depth >= limits::channel_layers) return channel_.emplace(make_opaque("unknown"), outer);
  return channel_.emplace(make_(), outer);
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
