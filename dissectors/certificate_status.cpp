#include "dissectors/certificate_status.h"

#include <fmt/format.h>

#include "dissectors/certificate_openssl.h"

namespace longwire {
namespace {

using OwnResponse = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using OwnBasic = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;

constexpr std::uint8_t ocsp = 1, ocsp_multi = 2;  // IANA, TLS CertificateStatusType
constexpr int most_answers = 100;                 // of one response that are looked at; honest ones have one

// RFC 6960 section 4.2.1: why the responder gives no answer.
Text refusal(int status) {
  switch (status) {
    case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
      return "malformed_request";
    case OCSP_RESPONSE_STATUS_INTERNALERROR:
      return "internal_error";
    case OCSP_RESPONSE_STATUS_TRYLATER:
      return "try_later";
    case OCSP_RESPONSE_STATUS_SIGREQUIRED:
      return "sig_required";
    default:
      return "unauthorized";
  }
}

Text answer_text(int status) {
  if (status == V_OCSP_CERTSTATUS_GOOD) return "good";
  return status == V_OCSP_CERTSTATUS_REVOKED ? "revoked" : "unknown";
}

std::string serial_of(OCSP_SINGLERESP* answer) {
  ASN1_INTEGER* serial = nullptr;
  OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(answer)));
  if (serial == nullptr) return {};
  return spell_serial(serial);
}

}  // namespace

std::optional<OcspStatus> read_ocsp_response(Bytes der, std::string_view serial) {
  const QuietErrors quiet;
  const unsigned char* place = der.data();
  const OwnResponse response(d2i_OCSP_RESPONSE(nullptr, &place, static_cast<long>(der.size())));
  if (response == nullptr || place != der.data() + der.size()) return std::nullopt;
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return OcspStatus{refusal(status), {}, {}};
  const OwnBasic basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr) return std::nullopt;
  for (int i = 0; i < std::min(OCSP_resp_count(basic.get()), most_answers); ++i) {
    OCSP_SINGLERESP* answer = OCSP_resp_get0(basic.get(), i);
    if (serial_of(answer) != serial) continue;
    ASN1_GENERALIZEDTIME *this_update = nullptr, *next_update = nullptr;
    const int status = OCSP_single_get0_status(answer, nullptr, nullptr, &this_update, &next_update);
    return OcspStatus{answer_text(status), nanoseconds(this_update), nanoseconds(next_update)};
  }
  return OcspStatus{"other", {}, {}};
}

CertificateStatusList::CertificateStatusList(Bytes body) : list_(Bytes{}) {
  Cursor message(body);
  const std::uint8_t type = message.u8();
  // A single response is a list of one, as it stands.
  list_ = Cursor(type == ocsp_multi ? message.vec24() : message.rest());
  framed_ = (type == ocsp || type == ocsp_multi) && message.ok() && message.left() == 0;
  if (!framed_) list_ = Cursor(Bytes{});
}

bool CertificateStatusList::next() {
  if (list_.left() == 0) return false;
  response = list_.vec24();
  return list_.ok();
}

}  // namespace longwire
