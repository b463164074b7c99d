#include "tests/tls_bytes.h"

namespace longwire::test {

std::string u8(unsigned value) {
  return std::string(1, static_cast<char>(value));
}

std::string u16(unsigned value) {
  return u8(value >> 8 & 0xff) + u8(value & 0xff);
}

std::string u24(unsigned value) {
  return u8(value >> 16 & 0xff) + u16(value & 0xffff);
}

std::string vec8(const std::string& body) {
  return u8(static_cast<unsigned>(body.size())) + body;
}

std::string vec16(const std::string& body) {
  return u16(static_cast<unsigned>(body.size())) + body;
}

std::string vec24(const std::string& body) {
  return u24(static_cast<unsigned>(body.size())) + body;
}

std::string numbers(const std::vector<unsigned>& list) {
  std::string all;
  for (const unsigned number : list) all += u16(number);
  return all;
}

std::string tls_record(unsigned type, const std::string& fragment, unsigned version) {
  return u8(type) + u16(version) + vec16(fragment);
}

std::string tls_message(unsigned type, const std::string& body) {
  return u8(type) + vec24(body);
}

std::string handshake_record(unsigned type, const std::string& body, unsigned version) {
  return tls_record(handshake, tls_message(type, body), version);
}

std::string protected_record(unsigned type, std::size_t bytes) {
  return tls_record(type, std::string(bytes, '\xe5'));
}

std::string change_cipher_spec_record() {
  return tls_record(change_cipher_spec, u8(1));
}

std::string alert_record(unsigned level, unsigned description) {
  return tls_record(alert, u8(level) + u8(description));
}

std::string extension_list(const TlsExtensionList& extensions) {
  std::string list;
  for (const auto& [type, data] : extensions) list += u16(type) + vec16(data);
  return list;
}

std::string client_hello_body(const ClientHelloFields& fields) {
  std::string body = u16(fields.version) + fields.random + vec8(fields.session_id) + vec16(numbers(fields.suites)) + vec8(u8(0));
  if (!fields.extensions.empty()) body += vec16(extension_list(fields.extensions));
  return body;
}

std::string server_hello_body(const ServerHelloFields& fields) {
  std::string body = u16(fields.version) + fields.random + vec8(fields.session_id) + u16(fields.suite) + u8(fields.compression);
  if (!fields.extensions.empty()) body += vec16(extension_list(fields.extensions));
  return body;
}

std::string hello_retry_random() {
  return "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C";
}

std::pair<unsigned, std::string> server_name(const std::string& name) {
  return {0, vec16(u8(0) + vec16(name))};
}

std::pair<unsigned, std::string> alpn(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) list += vec8(protocol);
  return {16, vec16(list)};
}

std::pair<unsigned, std::string> supported_versions(const std::vector<unsigned>& versions) {
  return {43, vec8(numbers(versions))};
}

std::pair<unsigned, std::string> supported_groups(const std::vector<unsigned>& groups) {
  return {10, vec16(numbers(groups))};
}

}  // namespace longwire::test
