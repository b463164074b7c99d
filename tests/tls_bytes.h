// TLS messages made by hand, field by field, from the grammars of RFC 5246 and RFC 8446.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace longwire::test {

std::string u8(unsigned value);
std::string u16(unsigned value);
std::string u24(unsigned value);
// With a length prefix of so many bits.
std::string vec8(const std::string& body);
std::string vec16(const std::string& body);
std::string vec24(const std::string& body);
std::string numbers(const std::vector<unsigned>& list);  // 16 bits each

enum : unsigned { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23 };

std::string tls_record(unsigned type, const std::string& fragment, unsigned version = 0x0303);
std::string tls_message(unsigned type, const std::string& body);
// A message in a record of its own.
std::string handshake_record(unsigned type, const std::string& body, unsigned version = 0x0303);
// A record that is encrypted: so many bytes of anything.
std::string protected_record(unsigned type, std::size_t bytes);
std::string change_cipher_spec_record();
std::string alert_record(unsigned level, unsigned description);

using TlsExtensionList = std::vector<std::pair<unsigned, std::string>>;
std::string extension_list(const TlsExtensionList& extensions);

struct ClientHelloFields {
  unsigned version = 0x0303;
  std::string random = std::string(32, 'c');
  std::string session_id;
  std::vector<unsigned> suites{0xc02f, 0x009c};
  TlsExtensionList extensions{};
};
// Bodies of the messages.
std::string client_hello_body(const ClientHelloFields& fields);

struct ServerHelloFields {
  unsigned version = 0x0303;
  std::string random = std::string(32, 's');
  std::string session_id;
  unsigned suite = 0xc02f;
  unsigned compression = 0;
  TlsExtensionList extensions{};
};
std::string server_hello_body(const ServerHelloFields& fields);

// RFC 8446 section 4.1.3, written down from the text of the RFC.
std::string hello_retry_random();

// Extensions.
std::pair<unsigned, std::string> server_name(const std::string& name);
std::pair<unsigned, std::string> alpn(const std::vector<std::string>& protocols);
std::pair<unsigned, std::string> supported_versions(const std::vector<unsigned>& versions);
std::pair<unsigned, std::string> supported_groups(const std::vector<unsigned>& groups);

}  // namespace longwire::test
