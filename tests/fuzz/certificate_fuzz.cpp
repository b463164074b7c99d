// Bodies of Certificate messages, of both forms and compressed, and OCSP responses: each certificate is told, each chain
// verified, and a verdict remembered must be that of verifying anew.
#include <cstdlib>
#include <vector>

#include "dissectors/certificate_list.h"
#include "dissectors/certificate_memory.h"
#include "dissectors/certificate_name.h"
#include "dissectors/certificate_status.h"

namespace {

using namespace longwire;

constexpr Time at = 1'700'000'000'000'000'000;

void read_chain(Bytes body, bool tls13) {
  static const CertificateTrust trust;
  CertificateMemory memory;
  RowBatch rows;
  std::vector<Bytes> chain;
  std::vector<Sha256> digests;
  CertificateList list(body, tls13);
  while (list.next() && chain.size() < 16) {
    const auto& known = memory.tell(list.certificate, rows);
    read_ocsp_response(list.extensions, known.facts.serial);
    chain.push_back(list.certificate);
    digests.push_back(known.digest);
  }
  if (chain.empty()) return;
  const ChainVerdict anew = memory.verify(trust, chain, digests, "a.test", at);
  const ChainVerdict remembered = memory.verify(trust, chain, digests, "a.test", at);
  if (anew.status != remembered.status || anew.error_depth != remembered.error_depth) std::abort();
  if (!anew.status.empty() && (at < anew.from || at >= anew.until)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  for (const bool tls13 : {false, true}) read_chain(input, tls13);
  if (const auto message = decompress_certificate(input)) read_chain(*message, true);
  for (CertificateStatusList list(input); list.next();) read_ocsp_response(list.response, "01");
  distinguished_name(input);
  return 0;
}
