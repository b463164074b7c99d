// What a worker remembers of the certificates that came by: each is told once, and a chain that comes with every handshake is
// verified once. Forgetting changes no row: a certificate that is told again is the same row, and a verdict is a function of
// the chain and the time.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dissectors/certificate.h"
#include "dissectors/certificate_trust.h"

namespace longwire {

class CertificateMemory {
 public:
  struct Known {
    Sha256 digest{};
    CertificateFacts facts;
  };
  // The certificate in `der`; its row is made unless it was lately. Valid until the next call.
  const Known& tell(Bytes der, RowBatch& rows);

  // `at`: packet time. The chain was told before; leaf first.
  ChainVerdict verify(const CertificateTrust& trust, std::span<const Bytes> chain, std::span<const Sha256> digests, std::string_view name,
                      Time at);

 private:
  struct DigestHash {
    std::size_t operator()(const Sha256& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };

  std::unordered_map<Sha256, Known, DigestHash> known_;
  std::unordered_map<Sha256, ChainVerdict, DigestHash> verdicts_;  // by digest of the chain and the name
};

}  // namespace longwire
