// OCSP responses (RFC 6960) that a server sends with its certificate, so that nobody has to ask for them.
//
//   CertificateStatus (RFC 6066 section 8)   status_type(1) response<24>
//     ocsp_multi (RFC 6961 section 2.2)      status_type(1) list<24> of response<24>: one a certificate of the chain, or empty
#pragma once

#include <optional>
#include <string_view>

#include "capture/bytes.h"
#include "dissectors/row.h"

namespace longwire {

struct OcspStatus {
  Text status;  // a literal; see TlsCertificateRow::ocsp_status
  Integer this_update_ns, next_update_ns;
};

// What the response says of the certificate with this serial number, hexadecimal. Nothing where it is none.
std::optional<OcspStatus> read_ocsp_response(Bytes der, std::string_view serial);

// Walks the responses of a CertificateStatus: in order of the chain.
class CertificateStatusList {
 public:
  explicit CertificateStatusList(Bytes body);
  bool next();
  bool ok() const { return framed_ && list_.ok(); }

  Bytes response;  // empty = none for this certificate

 private:
  Cursor list_;
  bool framed_ = false;
};

}  // namespace longwire
