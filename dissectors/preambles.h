// How HTTP/2 begins: enough to name it in `layers`.
//
//   connection preface (RFC 9113 section 3.4): "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#pragma once

#include "dissectors/dissector.h"

namespace longwire {

Match probe_http2(Side side, Bytes first);

}  // namespace longwire
