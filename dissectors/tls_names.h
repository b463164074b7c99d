// Numbers of TLS by name, as IANA's registries (TLS Parameters, TLS ExtensionType Values) spell them; what was deployed
// without being registered stands as its specification spells it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dissectors/tls_version.h"

namespace longwire {

struct TlsName {
  std::uint16_t code;
  std::string_view name;
};

// Ascending by code. tls_suites.cpp, made by tls_suites.py.
std::span<const TlsName> tls_suites();

// RFC 8701: numbers that mean nothing, offered so that peers stay used to unknown ones.
constexpr bool is_grease(std::uint16_t code) {
  return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

// Numbers without a name stand as "0x1234", GREASE as "GREASE".
std::string suite_name(std::uint16_t code);
std::string group_name(std::uint16_t code);
std::string extension_name(std::uint16_t code);
std::string version_name(std::uint16_t code);  // "TLS 1.2"
// "handshake_failure"; numbers without a name in decimal.
std::string alert_name(std::uint8_t code);

// TLS 1.3, drafts included.
constexpr bool is_tls13(std::uint16_t version) {
  return version >= tls_version::tls13 && (version <= 0x03ff || version >> 8 == 0x7f || version >> 8 == 0xfb);
}

// How the suite agrees on keys, "ECDHE", by its name; empty where the suite does not tell, as in TLS 1.3.
std::string_view key_exchange_of(std::string_view suite);
// Likewise of a group: of an exchange in which the group alone tells (TLS 1.3).
std::string_view key_exchange_of_group(std::uint16_t group);

}  // namespace longwire
