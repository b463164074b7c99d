#include "dissectors/registry.h"

#include "dissectors/opaque.h"
#include "dissectors/preambles.h"

namespace longwire {

std::span<const Protocol> protocols() {
  static constexpr Protocol all[] = {
      {"tls", probe_tls, [] { return make_opaque("tls"); }},
      {"http2", probe_http2, [] { return make_opaque("http2"); }},
  };
  return all;
}

}  // namespace longwire
