// SOCKS, versions 4, 4a and 5: what a client tells a proxy before it speaks through it to somebody else.
//
//   version 4    client  4 command:u8 port:u16 address:4 user_id*octet 0                 command: 1 connect, 2 bind
//   version 4a           ... address 0.0.0.1 to 0.0.0.255: name*octet 0 behind the user id
//                server  0 code:u8 port:u16 address:4                                    code: 90 granted, 91 to 93 not
//   version 5    client  5 count:u8 method*count
//   (RFC 1928)   server  5 method:u8                                                     0xff: none of them
//                method 2 (RFC 1929):  client  1 user:vec8 password:vec8    server  1 status:u8, 0 = welcome
//                client  5 command:u8 0 address port:u16                                 command: 1, 2, 3 UDP associate
//                server  5 code:u8 0 address port:u16                                    code: 0 granted
//                address  1 octet*4 | 3 name:vec8 | 4 octet*16
//
// A bind that is granted is answered a second time, when somebody has come. Behind the last reply both sides are detected
// as if nothing had stood before. Sources: ftp.icm.edu.pl SOCKS4.protocol and SOCKS4A.protocol; RFC 1928; RFC 1929.
//
// So few fixed bytes are no evidence: it is taken for SOCKS only where a connection begins, and both sides say so.
#pragma once

#include <memory>

#include "dissectors/dissector.h"

namespace longwire {

Match probe_socks4(Side side, Bytes first);
Match probe_socks5(Side side, Bytes first);
std::unique_ptr<Dissector> make_socks();

}  // namespace longwire
