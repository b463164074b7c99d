#include "dissectors/http1_upgrade.h"

#include "dissectors/detector.h"
#include "dissectors/http1_message.h"
#include "dissectors/opaque.h"

namespace longwire {

std::unique_ptr<Dissector> reader_behind(const Http1Upgrade& upgrade) {
  if (upgrade.tunnel) return make_detector();
  if (equal_ignoring_case(upgrade.protocol, "websocket")) return make_opaque("websocket");
  if (equal_ignoring_case(upgrade.protocol, "h2c")) return make_opaque("http2");
  return make_opaque("upgraded");
}

}  // namespace longwire
