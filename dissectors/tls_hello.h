// The hellos of SSL 3.0 to TLS 1.3, and the SSL 2.0 form of a ClientHello: their fields, as views into the message.
//
//   ClientHello (RFC 8446 section 4.1.2)   version(2) random(32) session_id<8> cipher_suites<16> compressions<8>
//                                          [extensions<16>]
//   ServerHello (section 4.1.3)            version(2) random(32) session_id<8> cipher_suite(2) compression(1)
//                                          [extensions<16>]
//     of drafts before 22                  0x7f draft(1) random(32) cipher_suite(2) extensions<16>
//   HelloRetryRequest                      a ServerHello with a certain random; of drafts before 22 a message of its own:
//                                          0x7f draft(1) [cipher_suite(2), since draft 19] extensions<16>
//   EncryptedExtensions (section 4.3.1)    extensions<16>
//   SSL 2.0 SERVER-HELLO                   0x80|length(2) 0x04 session_id_hit(1) certificate_type(1) version(2)
//     (draft-hickman-netscape-ssl-00)      certificate_length(2) cipher_specs_length(2) connection_id_length(2) certificate ...
//   extension (section 4.2)                type(2) data<16>
// where <8> and <16> are children with a length prefix of so many bits.
#pragma once

#include <cstdint>

#include "capture/bytes.h"

namespace longwire {

// Extension types that are read. IANA, TLS ExtensionType Values.
namespace tls_extension {
constexpr std::uint16_t server_name = 0, truncated_hmac = 4, status_request = 5, certificate_type = 9, supported_groups = 10,
                        ec_point_formats = 11, signature_algorithms = 13, alpn = 16, client_certificate_type = 19,
                        server_certificate_type = 20, encrypt_then_mac = 22, extended_master_secret = 23, session_ticket = 35,
                        draft_key_share = 40, pre_shared_key = 41, early_data = 42, supported_versions = 43, certificate_authorities = 47,
                        key_share = 51, next_protocol_negotiation = 13172, draft_application_settings = 17513, application_settings = 17613,
                        encrypted_client_hello = 65037, encrypted_server_name = 65486;
}  // namespace tls_extension

// Walks a list of extensions.
class TlsExtensions {
 public:
  explicit TlsExtensions(Bytes list) : list_(list) {}
  bool next() {
    if (list_.left() == 0) return false;
    type = list_.u16();
    data = list_.vec16();
    return list_.ok();
  }
  bool ok() const { return list_.ok(); }

  std::uint16_t type = 0;
  Bytes data;

 private:
  Cursor list_;
};

// Calls `take` with each 16-bit number of a list; an odd byte at its end is left out.
template <class Take>
void each_number(Bytes list, Take take) {
  for (Cursor numbers(list); numbers.left() >= 2;) take(numbers.u16());
}

// Fields of which data() is null were not there.
struct ClientHello {
  bool ssl2 = false;
  bool whole = false;  // all of it was there, and nothing behind it
  std::uint16_t version = 0;
  Bytes random, session_id, suites, compressions;
  Bytes extensions;            // as sent
  Bytes server_name;           // its first host_name
  Bytes alpn;                  // ProtocolNameList
  Bytes versions, groups;      // lists of numbers
  Bytes point_formats;         // list of bytes
  Bytes signature_algorithms;  // list of numbers
  Bytes ticket;                // empty where it merely asks for one
  bool psk = false, early_data = false, npn = false, encrypted_client_hello = false;
  bool encrypt_then_mac = false, extended_master_secret = false;

  // Calls `take` with each suite. In the SSL 2.0 form those of SSL 2.0 itself are 24-bit numbers, and left out.
  template <class Take>
  void each_suite(Take take) const {
    if (!ssl2) return each_number(suites, take);
    for (Cursor specs(suites); specs.left() >= 3;) {
      const std::uint32_t spec = specs.u24();
      if (spec <= 0xffff) take(static_cast<std::uint16_t>(spec));
    }
  }
  // supported_versions, or else the one it names; without GREASE the highest.
  std::uint16_t highest_version() const;
};

// What a server chose that Certificate messages hold (RFC 7250 section 3; RFC 6091 section 3.1, for both sides).
struct TlsCertificateTypes {
  static constexpr std::uint8_t x509 = 0;  // IANA, TLS Certificate Types; what has no extension

  std::uint8_t of_client = x509, of_server = x509;
};

struct ServerHello {
  bool whole = false;
  bool retry = false;                // a HelloRetryRequest
  std::uint16_t legacy_version = 0;  // as its field says
  std::uint16_t version = 0;         // as agreed: supported_versions, or else its field
  std::uint16_t suite = 0;
  bool suite_told = false;
  std::uint8_t compression = 0;
  Bytes random, session_id, extensions;
  Bytes protocol;  // chosen by ALPN
  Bytes npn;       // list of names<8>
  std::uint16_t group = 0;
  bool group_told = false, psk = false, ticket = false;
  bool truncated_hmac = false, encrypt_then_mac = false, extended_master_secret = false;
  TlsCertificateTypes certificate_types;
};

struct EncryptedExtensions {
  bool whole = false;
  Bytes extensions;
  Bytes protocol;  // chosen by ALPN
  bool early_data = false;
  bool application_settings = false;  // draft-vvv-tls-alps
  TlsCertificateTypes certificate_types;
};

struct Ssl2ServerHello {
  bool whole = false, session_id_hit = false;
  std::uint16_t version = 0;
  Bytes certificate;
};

ClientHello read_client_hello(Bytes body);
// `message`: from its first byte, the 2 bytes of length; see tls_record.h.
ClientHello read_ssl2_hello(Bytes message);
Ssl2ServerHello read_ssl2_server_hello(Bytes message);
ServerHello read_server_hello(Bytes body);
EncryptedExtensions read_encrypted_extensions(Bytes body);
// The message of that type, of TLS 1.3 drafts 14 to 21.
ServerHello read_draft_retry(Bytes body);

}  // namespace longwire
