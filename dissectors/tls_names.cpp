#include "dissectors/tls_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace longwire {
namespace {

// TLS Supported Groups. 0x6399 and 0xfe30: draft-tls-westerbaan-xyber768d00.
constexpr TlsName groups[] = {
    {1, "sect163k1"},
    {2, "sect163r1"},
    {3, "sect163r2"},
    {4, "sect193r1"},
    {5, "sect193r2"},
    {6, "sect233k1"},
    {7, "sect233r1"},
    {8, "sect239k1"},
    {9, "sect283k1"},
    {10, "sect283r1"},
    {11, "sect409k1"},
    {12, "sect409r1"},
    {13, "sect571k1"},
    {14, "sect571r1"},
    {15, "secp160k1"},
    {16, "secp160r1"},
    {17, "secp160r2"},
    {18, "secp192k1"},
    {19, "secp192r1"},
    {20, "secp224k1"},
    {21, "secp224r1"},
    {22, "secp256k1"},
    {23, "secp256r1"},
    {24, "secp384r1"},
    {25, "secp521r1"},
    {26, "brainpoolP256r1"},
    {27, "brainpoolP384r1"},
    {28, "brainpoolP512r1"},
    {29, "x25519"},
    {30, "x448"},
    {31, "brainpoolP256r1tls13"},
    {32, "brainpoolP384r1tls13"},
    {33, "brainpoolP512r1tls13"},
    {34, "GC256A"},
    {35, "GC256B"},
    {36, "GC256C"},
    {37, "GC256D"},
    {38, "GC512A"},
    {39, "GC512B"},
    {40, "GC512C"},
    {41, "curveSM2"},
    {256, "ffdhe2048"},
    {257, "ffdhe3072"},
    {258, "ffdhe4096"},
    {259, "ffdhe6144"},
    {260, "ffdhe8192"},
    {512, "MLKEM512"},
    {513, "MLKEM768"},
    {514, "MLKEM1024"},
    {0x11eb, "SecP256r1MLKEM768"},
    {0x11ec, "X25519MLKEM768"},
    {0x11ed, "SecP384r1MLKEM1024"},
    {0x6399, "X25519Kyber768Draft00"},
    {0xfe30, "X25519Kyber512Draft00"},
    {0xff01, "arbitrary_explicit_prime_curves"},
    {0xff02, "arbitrary_explicit_char2_curves"},
};

// TLS ExtensionType Values. 13172: draft-agl-tls-nextprotoneg; 17513 and 17613: draft-vvv-tls-alps; 30031 and 30032:
// draft-balfanz-tls-channelid; 65037: RFC 9849; 65486: draft-ietf-tls-esni-02.
constexpr TlsName extensions[] = {
    {0, "server_name"},
    {1, "max_fragment_length"},
    {2, "client_certificate_url"},
    {3, "trusted_ca_keys"},
    {4, "truncated_hmac"},
    {5, "status_request"},
    {6, "user_mapping"},
    {7, "client_authz"},
    {8, "server_authz"},
    {9, "cert_type"},
    {10, "supported_groups"},
    {11, "ec_point_formats"},
    {12, "srp"},
    {13, "signature_algorithms"},
    {14, "use_srtp"},
    {15, "heartbeat"},
    {16, "application_layer_protocol_negotiation"},
    {17, "status_request_v2"},
    {18, "signed_certificate_timestamp"},
    {19, "client_certificate_type"},
    {20, "server_certificate_type"},
    {21, "padding"},
    {22, "encrypt_then_mac"},
    {23, "extended_master_secret"},
    {24, "token_binding"},
    {25, "cached_info"},
    {26, "tls_lts"},
    {27, "compress_certificate"},
    {28, "record_size_limit"},
    {29, "pwd_protect"},
    {30, "pwd_clear"},
    {31, "password_salt"},
    {32, "ticket_pinning"},
    {33, "tls_cert_with_extern_psk"},
    {34, "delegated_credential"},
    {35, "session_ticket"},
    {36, "TLMSP"},
    {37, "TLMSP_proxying"},
    {38, "TLMSP_delegate"},
    {39, "supported_ekt_ciphers"},
    {41, "pre_shared_key"},
    {42, "early_data"},
    {43, "supported_versions"},
    {44, "cookie"},
    {45, "psk_key_exchange_modes"},
    {47, "certificate_authorities"},
    {48, "oid_filters"},
    {49, "post_handshake_auth"},
    {50, "signature_algorithms_cert"},
    {51, "key_share"},
    {52, "transparency_info"},
    {54, "connection_id"},
    {55, "external_id_hash"},
    {56, "external_session_id"},
    {57, "quic_transport_parameters"},
    {58, "ticket_request"},
    {59, "dnssec_chain"},
    {60, "sequence_number_encryption_algorithms"},
    {61, "rrc"},
    {13172, "next_protocol_negotiation"},
    {17513, "application_settings_old"},
    {17613, "application_settings"},
    {30031, "channel_id_old"},
    {30032, "channel_id"},
    {64768, "ech_outer_extensions"},
    {65037, "encrypted_client_hello"},
    {65281, "renegotiation_info"},
    {65486, "encrypted_server_name"},
};

// TLS Alerts, and those that older versions reserved.
constexpr TlsName alerts[] = {
    {0, "close_notify"},
    {1, "end_of_early_data"},
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {21, "decryption_failed"},
    {22, "record_overflow"},
    {30, "decompression_failure"},
    {40, "handshake_failure"},
    {41, "no_certificate"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {52, "too_many_cids_requested"},
    {60, "export_restriction"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {80, "internal_error"},
    {86, "inappropriate_fallback"},
    {90, "user_canceled"},
    {100, "no_renegotiation"},
    {109, "missing_extension"},
    {110, "unsupported_extension"},
    {111, "certificate_unobtainable"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {114, "bad_certificate_hash_value"},
    {115, "unknown_psk_identity"},
    {116, "certificate_required"},
    {117, "general_error"},
    {120, "no_application_protocol"},
    {121, "ech_required"},
};

constexpr TlsName versions[] = {
    {tls_version::ssl2, "SSL 2.0"},  {tls_version::ssl3, "SSL 3.0"},  {tls_version::tls10, "TLS 1.0"},
    {tls_version::tls11, "TLS 1.1"}, {tls_version::tls12, "TLS 1.2"}, {tls_version::tls13, "TLS 1.3"},
};

std::string_view find(std::span<const TlsName> names, std::uint16_t code) {
  const auto found =
      std::lower_bound(names.begin(), names.end(), code, [](const TlsName& name, std::uint16_t wanted) { return name.code < wanted; });
  return found != names.end() && found->code == code ? found->name : std::string_view{};
}

std::string name_or_number(std::span<const TlsName> names, std::uint16_t code) {
  if (is_grease(code)) return "GREASE";
  const std::string_view name = find(names, code);
  return name.empty() ? fmt::format("0x{:04x}", code) : std::string(name);
}

}  // namespace

std::string suite_name(std::uint16_t code) {
  return name_or_number(tls_suites(), code);
}

std::string group_name(std::uint16_t code) {
  return name_or_number(groups, code);
}

std::string extension_name(std::uint16_t code) {
  return name_or_number(extensions, code);
}

std::string version_name(std::uint16_t code) {
  if (code >> 8 == 0x7f) return fmt::format("TLS 1.3 (draft {})", code & 0xff);
  return name_or_number(versions, code);
}

std::string alert_name(std::uint8_t code) {
  const std::string_view name = find(alerts, code);
  return name.empty() ? std::to_string(code) : std::string(name);
}

std::string_view key_exchange_of(std::string_view suite) {
  const std::size_t with = suite.find("_WITH_");
  if (with == std::string_view::npos || !suite.starts_with("TLS_")) return {};
  std::string_view method = suite.substr(4, with - 4);
  if (method.ends_with("_EXPORT")) method.remove_suffix(7);
  // What only says who signs.
  for (const std::string_view ephemeral : {"ECDHE", "DHE"})
    for (const std::string_view signer : {"_RSA", "_DSS", "_ECDSA"})
      if (method.starts_with(ephemeral) && method.substr(ephemeral.size()) == signer) return ephemeral;
  return method == "NULL" ? std::string_view{} : method;
}

std::string_view key_exchange_of_group(std::uint16_t group) {
  if (group >= 256 && group <= 511) return "DHE";
  if (group >= 512 && group <= 514) return "KEM";
  return "ECDHE";
}

}  // namespace longwire
