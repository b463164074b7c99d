#include "dissectors/registry.h"

#include "dissectors/http1.h"
#include "dissectors/http2.h"
#include "dissectors/proxy_protocol.h"
#include "dissectors/socks.h"
#include "dissectors/spdy.h"
#include "dissectors/tls.h"

namespace longwire {

std::span<const KnownProtocol> protocols() {
  static constexpr KnownProtocol all[] = {
      {"proxy", probe_proxy_protocol, make_proxy_protocol},
      {"http1", Http1::probe, make_http1, false, Http1::begins_before_hole},
      {"tls", probe_tls, make_tls},
      {"http2", probe_http2, make_http2},
      {"spdy", probe_spdy, [] { return make_spdy(); }},
      {"socks", probe_socks4, make_socks, true},
      {"socks", probe_socks5, make_socks, true},
  };
  return all;
}

}  // namespace longwire
