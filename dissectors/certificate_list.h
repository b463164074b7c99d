// The certificates of a TLS message, as views into it.
//
//   Certificate (RFC 5246 section 7.4.2)         list<24> of certificate<24>
//     of TLS 1.3 (RFC 8446 section 4.4.2)        request_context<8> list<24> of entries: certificate<24> extensions<16>
//   CompressedCertificate (RFC 8879 section 4)   algorithm(2) uncompressed_length(3) message<24>, which is one of TLS 1.3
// where <8>, <16> and <24> are children with a length prefix of so many bits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "capture/bytes.h"

namespace longwire {

// Walks the certificates in the order in which they were sent.
class CertificateList {
 public:
  CertificateList(Bytes body, bool tls13);
  // True with the next one in `certificate`; false at the end, and where lengths do not add up: then ok() is false.
  bool next();
  bool ok() const { return framed_ && list_.ok(); }

  Bytes certificate;  // DER
  Bytes extensions;   // of the entry; empty before TLS 1.3

 private:
  Cursor list_;
  bool tls13_;
  bool framed_ = false;  // the list is all that the message holds
};

// The message in a CompressedCertificate; nothing where it cannot be decoded, is not as long as it says, or would be longer
// than limits::tls_message_bytes.
std::optional<std::vector<std::uint8_t>> decompress_certificate(Bytes body);

}  // namespace longwire
