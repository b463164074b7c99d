// The PROXY protocol, versions 1 and 2: a header that load balancers (HAProxy, AWS ELB) put before a client's first byte.
//
//   version 1   "PROXY" SP ("TCP4" | "TCP6") SP source SP destination SP port SP port CRLF
//             | "PROXY" SP "UNKNOWN" *octet CRLF                                              107 bytes at most, CRLF too
//   version 2   CR LF CR LF 00 CR LF "QUIT" LF version:4 command:4 family:u8 length:u16 length*octet
//
// Source: haproxy.org, doc/proxy-protocol.txt. Only its end is of interest: what follows is detected as if it were not there.
#pragma once

#include <memory>

#include "dissectors/dissector.h"

namespace longwire {

Match probe_proxy_protocol(Side side, Bytes first);
std::unique_ptr<Dissector> make_proxy_protocol();

}  // namespace longwire
