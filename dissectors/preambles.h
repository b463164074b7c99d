// How TLS and HTTP/2 begin: enough to name them in `layers`.
//
//   TLS record (RFC 8446 section 5.1):   type(1) 0x03 minor(1) length(2) fragment
//   handshake in it (section 4):         msg_type(1) length(3) body
//   SSLv2 CLIENT-HELLO (RFC 5246, E.2):  0x80|length(2) 0x01 version(2) cipher_specs_length(2) session_id_length(2)
//                                        challenge_length(2) ...
//   HTTP/2 connection preface (RFC 9113 section 3.4): "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#pragma once

#include "dissectors/dissector.h"

namespace longwire {

Match probe_tls(Side side, Bytes first);
Match probe_http2(Side side, Bytes first);

}  // namespace longwire
