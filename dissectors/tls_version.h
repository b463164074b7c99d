// The versions of TLS, as its hellos and records give them (RFC 8446 section 4.1.2 and appendix D).
#pragma once

#include <cstdint>

namespace longwire::tls_version {

constexpr std::uint16_t ssl2 = 0x0002;
constexpr std::uint16_t ssl3 = 0x0300;
constexpr std::uint16_t tls10 = 0x0301;
constexpr std::uint16_t tls11 = 0x0302;
constexpr std::uint16_t tls12 = 0x0303;
constexpr std::uint16_t tls13 = 0x0304;

}  // namespace longwire::tls_version
