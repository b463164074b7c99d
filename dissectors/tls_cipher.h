// The record protection of one direction of a connection, from one change of keys to the next.
//
//   TLS 1.3 (RFC 8446 section 5.2)      AEAD{content type(1) zeros}, nonce = IV XOR sequence number
//   AEAD of TLS 1.2 (RFC 5246 6.2.3.3)  [explicit nonce(8)] AEAD{content}, with ChaCha20 as in TLS 1.3 (RFC 7905)
//   CBC (RFC 5246 section 6.2.3.2)      [IV, since TLS 1.1] CBC{content MAC padding padding_length(1)}
//     encrypt-then-MAC (RFC 7366)       [IV] CBC{content padding padding_length(1)} MAC
//   stream and NULL (section 6.2.3.1)   content MAC
//
// What is made once is kept: no record takes an allocation, but of SSL 3.0. That is much memory for a connection that is idle:
// of an AEAD, the usual one, its keys alone are enough to make it anew.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <openssl/types.h>

#include "capture/bytes.h"
#include "dissectors/tls_protection.h"
#include "dissectors/tls_record.h"

namespace longwire {

class TlsCipher {
 public:
  struct Keys {
    Bytes key, iv, mac_key;  // iv: as many bytes as the protection says; of CBC before TLS 1.1 the first record's
  };
  struct Plaintext {
    TlsContent type;
    Bytes bytes;             // a part of `out`
    std::size_t carried_at;  // where in the fragment its first byte lay, still encrypted
  };

  // `version` as agreed. Null where this OpenSSL has not what it takes.
  static std::unique_ptr<TlsCipher> make(const TlsProtection& protection, std::uint16_t version, const Keys& keys, bool encrypt_then_mac);
  ~TlsCipher();

  // The next record. `header` are its TlsRecord::header_bytes, `out` has room for the whole fragment. Nothing where it is
  // not what was sent with these keys at this place; the cipher is then where it was, but for a stream cipher, which is
  // of no use any more.
  std::optional<Plaintext> open(Bytes header, Bytes fragment, std::span<std::uint8_t> out);

  // What an AEAD was made of: its key, and behind it the IV. Nothing of others.
  std::optional<TlsSecret> aead_keys() const;
  const TlsProtection& protection() const { return protection_; }
  std::uint16_t version() const { return version_; }

  std::uint64_t sequence() const { return sequence_; }
  // Whether records may be passed over: that takes that none is deciphered with the help of the one before it.
  bool can_jump() const;
  // The next record has this number.
  void jump(std::uint64_t sequence) { sequence_ = sequence; }
  // What a record takes on the wire beside its content, header included: of CBC at least so much.
  std::size_t overhead() const;

  // Bytes that it takes, about: OpenSSL does not tell.
  static constexpr std::uint64_t memory() { return sizeof(TlsCipher) + 1536; }

 private:
  using Mode = TlsProtection::Mode;
  TlsCipher(const TlsProtection& protection, std::uint16_t version, bool encrypt_then_mac);

  bool set_up(const Keys& keys);
  bool tls13() const;
  std::size_t sent_iv_bytes() const;
  bool authentic(Bytes header, Bytes content, Bytes mac);
  bool authentic_ssl3(Bytes header, Bytes content, Bytes mac);
  std::optional<Bytes> open_aead(Bytes header, Bytes fragment, std::span<std::uint8_t> out);
  bool decrypt_aead(Bytes nonce, Bytes additional, Bytes ciphertext, Bytes tag, std::span<std::uint8_t> out);
  std::optional<Bytes> open_cbc(Bytes header, Bytes fragment, std::span<std::uint8_t> out);
  std::optional<std::size_t> unpadded(Bytes padded) const;
  std::optional<Bytes> open_stream(Bytes header, Bytes fragment, std::span<std::uint8_t> out);
  std::optional<Bytes> check_mac(Bytes header, Bytes content_and_mac);

  struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const;
  };
  struct FreeMac {
    void operator()(EVP_MAC_CTX* context) const;
  };

  TlsProtection protection_;
  std::uint16_t version_;
  bool encrypt_then_mac_;
  std::uint64_t sequence_ = 0;
  TlsSecret key_;           // of an AEAD
  TlsSecret iv_, mac_key_;  // the latter of SSL 3.0 alone; iv_ of CBC before TLS 1.1: the last block received
  std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> cipher_;
  std::unique_ptr<EVP_MAC_CTX, FreeMac> mac_;
};

}  // namespace longwire
