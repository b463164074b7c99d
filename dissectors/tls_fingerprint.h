// Fingerprints of hellos: JA3 and JA3S (github.com/salesforce/ja3), and JA4 of the client (FoxIO; of its family the one
// that is free to use).
//
//   JA3   MD5 of "version,suites,extensions,groups,point formats": decimal numbers in the order sent, joined by '-'
//   JA3S  MD5 of "version,suite,extensions"
//   JA4   a_b_c   a: t, version(2), d or i (with or without server name), number of suites(2), of extensions(2), first and
//                    last character of the first ALPN name
//                 b: SHA-256 of the suites in hexadecimal, sorted, joined by ','; its first 12 digits
//                 c: likewise of the extensions without server_name and ALPN, '_', signature algorithms in the order sent
// GREASE never counts. A ClientHello in SSL 2.0's form has none.
#pragma once

#include <string>

#include "dissectors/tls_hello.h"

namespace longwire {

std::string ja3(const ClientHello& hello);
std::string ja3s(const ServerHello& hello);
std::string ja4(const ClientHello& hello);

}  // namespace longwire
