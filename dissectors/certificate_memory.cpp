#include "dissectors/certificate_memory.h"

#include "capture/limits.h"

namespace longwire {
namespace {

// Of what decides over a verdict, but for the time.
Sha256 digest_of(std::span<const Sha256> digests, std::string_view name) {
  std::vector<std::uint8_t> all;
  for (const Sha256& digest : digests) all.insert(all.end(), digest.begin(), digest.end());
  const Bytes text = as_bytes(name);
  all.insert(all.end(), text.begin(), text.end());
  return sha256(all);
}

// Room for one more: beyond the limit everything is forgotten, which costs less than to know what was used last.
template <class Map>
Map& with_room(Map& map) {
  if (map.size() >= limits::certificates_remembered) map.clear();
  return map;
}

}  // namespace

const CertificateMemory::Known& CertificateMemory::tell(Bytes der, RowBatch& rows) {
  const Sha256 digest = sha256(der);
  if (const auto found = known_.find(digest); found != known_.end()) return found->second;
  return with_room(known_).emplace(digest, Known{digest, tell_certificate(der, digest, rows)}).first->second;
}

ChainVerdict CertificateMemory::verify(const CertificateTrust& trust, std::span<const Bytes> chain, std::span<const Sha256> digests,
                                       std::string_view name, Time at) {
  const Time time = trust.time_of(at);
  const Sha256 key = digest_of(digests, name);
  const auto found = verdicts_.find(key);
  if (found != verdicts_.end() && time >= found->second.from && time < found->second.until) return found->second;
  const ChainVerdict verdict = trust.verify(chain, name, time);
  if (found != verdicts_.end()) return found->second = verdict;
  return with_room(verdicts_).emplace(key, verdict).first->second;
}

}  // namespace longwire
