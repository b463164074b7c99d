#include "dissectors/tls_hello.h"

#include <algorithm>
#include <array>

#include "dissectors/tls_names.h"

namespace longwire {
namespace {

constexpr std::size_t random_bytes = 32;
constexpr std::uint16_t draft_22 = 0x7f16;  // from here on a ServerHello looks like that of TLS 1.2
constexpr std::uint16_t draft_19 = 0x7f13;

// RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest".
constexpr std::array<std::uint8_t, random_bytes> retry_random{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                                              0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                                              0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

// RFC 6066 section 3: server_name_list<16> of name_type(1) name<16>; host_name is type 0.
Bytes first_host_name(Bytes data) {
  Cursor extension(data);
  for (Cursor names(extension.vec16()); names.left() > 0;) {
    const std::uint8_t type = names.u8();
    const Bytes name = names.vec16();
    if (names.ok() && type == 0) return name;
  }
  return {};
}

void read_extension(ClientHello& hello, std::uint16_t type, Bytes data) {
  Cursor extension(data);
  switch (type) {
    case tls_extension::server_name:
      hello.server_name = first_host_name(data);
      break;
    case tls_extension::alpn:
      hello.alpn = extension.vec16();
      break;
    case tls_extension::supported_versions:
      hello.versions = extension.vec8();
      break;
    case tls_extension::supported_groups:
      hello.groups = extension.vec16();
      break;
    case tls_extension::ec_point_formats:
      hello.point_formats = extension.vec8();
      break;
    case tls_extension::signature_algorithms:
      hello.signature_algorithms = extension.vec16();
      break;
    case tls_extension::session_ticket:
      hello.ticket = data;
      break;
    case tls_extension::pre_shared_key:
      hello.psk = true;
      break;
    case tls_extension::early_data:
      hello.early_data = true;
      break;
    case tls_extension::next_protocol_negotiation:
      hello.npn = true;
      break;
    case tls_extension::encrypted_client_hello:
    case tls_extension::encrypted_server_name:
      hello.encrypted_client_hello = true;
      break;
    case tls_extension::encrypt_then_mac:
      hello.encrypt_then_mac = true;
      break;
    case tls_extension::extended_master_secret:
      hello.extended_master_secret = true;
      break;
    default:
      break;
  }
}

// ProtocolNameList of one name (RFC 7301 section 3.1).
Bytes chosen_protocol(Bytes data) {
  Cursor extension(data);
  return Cursor(extension.vec16()).vec8();
}

void read_certificate_type(TlsCertificateTypes& types, std::uint16_t type, Bytes data) {
  const bool both = type == tls_extension::certificate_type;
  const std::uint8_t chosen = Cursor(data).u8();
  if (both || type == tls_extension::client_certificate_type) types.of_client = chosen;
  if (both || type == tls_extension::server_certificate_type) types.of_server = chosen;
}

void read_extension(ServerHello& hello, std::uint16_t type, Bytes data) {
  Cursor extension(data);
  switch (type) {
    case tls_extension::alpn:
      hello.protocol = chosen_protocol(data);
      break;
    case tls_extension::supported_versions:
      if (const std::uint16_t version = extension.u16(); extension.ok()) hello.version = version;
      break;
    case tls_extension::draft_key_share:
    case tls_extension::key_share:
      hello.group = extension.u16();
      hello.group_told = extension.ok();
      break;
    case tls_extension::session_ticket:
      hello.ticket = true;
      break;
    case tls_extension::pre_shared_key:
      hello.psk = true;
      break;
    case tls_extension::next_protocol_negotiation:
      hello.npn = data;
      break;
    case tls_extension::truncated_hmac:
      hello.truncated_hmac = true;
      break;
    case tls_extension::encrypt_then_mac:
      hello.encrypt_then_mac = true;
      break;
    case tls_extension::extended_master_secret:
      hello.extended_master_secret = true;
      break;
    case tls_extension::certificate_type:
    case tls_extension::client_certificate_type:
    case tls_extension::server_certificate_type:
      read_certificate_type(hello.certificate_types, type, data);
      break;
    default:
      break;
  }
}

// The rest of a hello: nothing, or its extensions.
template <class Hello>
void read_extensions(Hello& hello, Cursor& body) {
  hello.whole = body.ok();
  if (!body.ok() || body.left() == 0) return;
  hello.extensions = body.vec16();
  hello.whole = body.ok() && body.left() == 0;
  TlsExtensions list(hello.extensions);
  while (list.next()) read_extension(hello, list.type, list.data);
  hello.whole = hello.whole && list.ok();
}

}  // namespace

std::uint16_t ClientHello::highest_version() const {
  std::uint16_t highest = 0;
  each_number(versions, [&](std::uint16_t each) {
    if (!is_grease(each)) highest = std::max(highest, each);
  });
  return highest == 0 ? version : highest;
}

ClientHello read_client_hello(Bytes message) {
  Cursor body(message);
  ClientHello hello;
  hello.version = body.u16();
  hello.random = body.take(random_bytes);
  hello.session_id = body.vec8();
  hello.suites = body.vec16();
  hello.compressions = body.vec8();
  read_extensions(hello, body);
  return hello;
}

ClientHello read_ssl2_hello(Bytes message) {
  Cursor body(message);
  ClientHello hello;
  hello.ssl2 = true;
  body.skip(3);
  hello.version = body.u16();
  const std::uint16_t specs = body.u16(), session_id = body.u16(), challenge = body.u16();
  hello.suites = body.take(specs);
  hello.session_id = body.take(session_id);
  hello.random = body.take(challenge);
  hello.whole = body.ok() && body.left() == 0;
  return hello;
}

Ssl2ServerHello read_ssl2_server_hello(Bytes message) {
  Cursor body(message);
  Ssl2ServerHello hello;
  body.skip(3);
  hello.session_id_hit = body.u8() != 0;
  body.skip(1);
  hello.version = body.u16();
  const std::uint16_t certificate = body.u16();
  body.skip(4);
  hello.certificate = body.take(certificate);
  hello.whole = body.ok();
  return hello;
}

ServerHello read_server_hello(Bytes message) {
  Cursor body(message);
  ServerHello hello;
  hello.legacy_version = hello.version = body.u16();
  const bool old_draft = hello.version >> 8 == 0x7f && hello.version < draft_22;
  hello.random = body.take(random_bytes);
  if (!old_draft) hello.session_id = body.vec8();
  hello.suite = body.u16();
  hello.suite_told = body.ok();
  if (!old_draft) hello.compression = body.u8();
  read_extensions(hello, body);
  hello.retry = std::equal(hello.random.begin(), hello.random.end(), retry_random.begin(), retry_random.end());
  return hello;
}

EncryptedExtensions read_encrypted_extensions(Bytes message) {
  Cursor body(message);
  EncryptedExtensions result;
  result.extensions = body.vec16();
  TlsExtensions list(result.extensions);
  while (list.next()) {
    if (list.type == tls_extension::alpn) result.protocol = chosen_protocol(list.data);
    if (list.type == tls_extension::early_data) result.early_data = true;
    if (list.type == tls_extension::application_settings || list.type == tls_extension::draft_application_settings) {
      result.application_settings = true;
    }
    read_certificate_type(result.certificate_types, list.type, list.data);
  }
  result.whole = body.ok() && body.left() == 0 && list.ok();
  return result;
}

ServerHello read_draft_retry(Bytes message) {
  Cursor body(message);
  ServerHello hello;
  hello.retry = true;
  hello.legacy_version = hello.version = body.u16();
  if (hello.version >= draft_19) {
    hello.suite = body.u16();
    hello.suite_told = body.ok();
  }
  read_extensions(hello, body);
  return hello;
}

}  // namespace longwire
