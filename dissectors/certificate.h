// One X.509 certificate (RFC 5280) as its row tells it. OpenSSL reads it; the bytes are bounded by their TLS message.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "capture/bytes.h"
#include "dissectors/row_batch.h"
#include "dissectors/rows/certificate.h"

namespace longwire {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(Bytes bytes);

// certificates.id: depends on the certificate alone, so that any number of workers and runs may tell it.
std::int64_t certificate_id(const Sha256& digest);

struct CertificateFacts {
  bool readable = false;  // it is a certificate, and nothing stands behind it
  std::string serial;     // hexadecimal
};
// Makes the certificate's row, and says what is needed of it later on.
CertificateFacts tell_certificate(Bytes der, const Sha256& digest, RowBatch& rows);

}  // namespace longwire
