#include "dissectors/tls_certificates.h"

#include "capture/limits.h"
#include "dissectors/certificate_list.h"
#include "dissectors/tls_hello.h"

namespace longwire {

std::string_view TlsCertificates::take(Bytes body, const Reading& reading, Context& context) {
  sent_by(reading.from).clear();
  Chain chain;
  std::string_view wrong;
  CertificateList list(body, reading.tls13);
  while (list.next()) {
    if (chain.certificates.size() == limits::certificates_in_chain) {
      limited_ = true;
      wrong = "tls.limit";
      break;
    }
    if (!add(list.certificate, reading, chain, context)) wrong = "tls.certificate.unreadable";
    for (TlsExtensions extensions(list.extensions); extensions.next();) {
      if (extensions.type != tls_extension::status_request) continue;
      const std::string_view bad = take_responses(std::span(sent_by(reading.from)).last(1), extensions.data);
      if (!bad.empty()) wrong = bad;
    }
  }
  verify(chain, reading, context);
  return list.ok() ? wrong : "tls.certificate.malformed";
}

std::string_view TlsCertificates::take_compressed(Bytes body, Reading reading, Context& context) {
  const auto message = decompress_certificate(body);
  if (!message) return "tls.compressed_certificate.malformed";
  reading.tls13 = true;
  return take(*message, reading, context);
}

std::string_view TlsCertificates::take_ssl2(Bytes certificate, const Reading& reading, Context& context) {
  Chain chain;
  const bool readable = add(certificate, reading, chain, context);
  verify(chain, reading, context);
  return readable ? std::string_view{} : "tls.certificate.unreadable";
}

std::string_view TlsCertificates::take_status(Bytes body, Side from) {
  return take_responses(sent_by(from), body);
}

bool TlsCertificates::add(Bytes certificate, const Reading& reading, Chain& chain, Context& context) {
  const CertificateMemory::Known& known = context.certificates().tell(certificate, context.rows());
  sent_by(reading.from).push_back({certificate_id(known.digest), known.facts.serial, {}});
  chain.certificates.push_back(certificate);
  chain.digests.push_back(known.digest);
  return known.facts.readable;
}

// One response each of the chain's certificates, as far as they go.
std::string_view TlsCertificates::take_responses(std::span<Sent> chain, Bytes status) {
  std::string_view wrong;
  CertificateStatusList list(status);
  for (std::size_t n = 0; list.next() && n < chain.size(); ++n) {
    if (list.response.empty()) continue;
    const auto ocsp = read_ocsp_response(list.response, chain[n].serial);
    if (ocsp) chain[n].ocsp = *ocsp;
    if (!ocsp) wrong = "tls.certificate_status.malformed";
  }
  return list.ok() ? wrong : "tls.certificate_status.malformed";
}

// Only the server's: whom it trusts for clients, a server alone knows.
void TlsCertificates::verify(const Chain& chain, const Reading& reading, Context& context) {
  if (reading.from == Side::client) return;
  verdict_.reset();
  named_ = reading.sni.data() != nullptr;
  if (context.options.trust == nullptr || chain.certificates.empty()) return;
  const ChainVerdict verdict =
      context.certificates().verify(*context.options.trust, chain.certificates, chain.digests, reading.sni, reading.at.time);
  if (!verdict.status.empty()) verdict_ = verdict;
}

void TlsCertificates::add_rows(Context& context, std::int64_t handshake_id) const {
  for (const Side side : {Side::client, Side::server}) {
    std::int64_t position = 0;
    for (const Sent& each : sent_[index(side)]) {
      TlsCertificateRow row;
      row.handshake_id = handshake_id;
      row.side = to_text(side);
      row.position = position++;
      row.certificate_id = each.id;
      row.ocsp_status = each.ocsp.status;
      row.ocsp_this_update_ns = each.ocsp.this_update_ns;
      row.ocsp_next_update_ns = each.ocsp.next_update_ns;
      context.rows().add(row);
    }
  }
}

std::uint64_t TlsCertificates::memory() const {
  std::uint64_t bytes = 0;
  for (const std::vector<Sent>& chain : sent_) {
    bytes += chain.capacity() * sizeof(Sent);
    for (const Sent& each : chain) bytes += each.serial.capacity();
  }
  return bytes;
}

}  // namespace longwire
