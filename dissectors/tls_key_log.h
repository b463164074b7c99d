// The lines of an NSS key log, as browsers, curl and OpenSSL's programs write them (SSLKEYLOGFILE) and as Decryption
// Secrets Blocks hold them (draft-ietf-tls-keylogfile; the older forms are NSS's own).
//
//   line     LABEL client_random secret                                   both hexadecimal
//            CLIENT_RANDOM client_random master_secret                    SSL 3.0 to TLS 1.2
//            PMS_CLIENT_RANDOM client_random pre_master_secret
//            RSA first_8_bytes_of_the_encrypted_pre_master_secret pre_master_secret
//            RSA Session-ID:session_id Master-Key:master_secret
//   comment  # ...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace longwire {

// What a secret is, and what it is found by: the client random unless said otherwise.
enum class TlsSecretKind : std::uint8_t {
  master,
  pre_master,
  pre_master_by_ciphertext,  // the first 8 bytes of the encrypted one
  master_by_session_id,
  client_early,
  client_handshake,
  server_handshake,
  client_application,  // the first one; KeyUpdates make the others from it
  server_application,
};

struct TlsKeyLogLine {
  enum class Form : std::uint8_t {
    secret,
    other,   // blank, a comment, or a secret that decrypts no record (exporters, QUIC, ECH)
    broken,  // neither
  };
  Form form = Form::other;
  TlsSecretKind kind = TlsSecretKind::master;
  std::string name, secret;  // as bytes; name: what it is found by
};

// `line` without its end of line.
TlsKeyLogLine read_key_log_line(std::string_view line);

}  // namespace longwire
