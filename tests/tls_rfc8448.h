// The traces of RFC 8448, "Example Handshake Traces for TLS 1.3", as far as they are used: records and secrets, as bytes.
#pragma once

#include <string>

namespace longwire::test {

// Section 3, Simple 1-RTT Handshake: records, in order, and the application data that both sides send.
struct Rfc8448Simple {
  std::string client_hello, server_hello, server_flight, client_finished, new_session_ticket, client_data, server_data, client_close,
      server_close;
  std::string client_random, client_handshake, server_handshake, client_application, server_application;  // secrets
  std::string data;
};
const Rfc8448Simple& rfc8448_simple();
// Its secrets as a key log.
std::string rfc8448_key_log();

}  // namespace longwire::test
