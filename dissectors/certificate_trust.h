// Whom to trust, and when: what a chain of certificates is verified against. Nothing is ever asked of the network.
//
// One for the whole run, shared by all workers and read-only; the roots are loaded when the first chain is verified, those
// that the user names at once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/bytes.h"
#include "capture/packet.h"

namespace longwire {

struct TrustOptions {
  std::vector<std::string> files;    // --ca-file: PEM. With neither files nor folders: the roots of the system
  std::vector<std::string> folders;  // --ca-path: as `openssl rehash` makes them
  std::optional<Time> as_of;         // verify for this time; nothing = the packet's
};

// What became of a chain: the same for all times in [from, until).
struct ChainVerdict {
  std::string_view status;  // "ok", or OpenSSL's name of the first error: see verify_error_name()
  int error_depth = 0;      // of the certificate at fault; 0 = the leaf
  bool name_matches = false;
  Time from = 0, until = 0;
};

class CertificateTrust {
 public:
  // Throws UsageError where a named file or folder cannot be read.
  explicit CertificateTrust(const TrustOptions& options = {});
  ~CertificateTrust();
  CertificateTrust(const CertificateTrust&) = delete;
  CertificateTrust& operator=(const CertificateTrust&) = delete;

  // Files and folders that verify() will read, for a program that confines itself to what it needs.
  std::vector<std::string> places() const;

  // The time for which a chain in a packet of that time is verified.
  Time time_of(Time packet) const { return as_of_.value_or(packet); }

  // Verifies a server's chain (RFC 5280 section 6, for TLS servers) as it was sent, leaf first, in DER; only what can be
  // read of it counts. `name`: whom the client asked for; a name as in DNS, or an address as text.
  ChainVerdict verify(std::span<const Bytes> chain, std::string_view name, Time at) const;

 private:
  struct Roots;
  const Roots& roots() const;

  std::optional<Time> as_of_;
  std::vector<std::string> folders_;  // as given
  std::unique_ptr<Roots> named_;      // null = the system's
};

// X509_V_ERR_... without the prefix, in lower case: "cert_has_expired".
std::string_view verify_error_name(int error);

}  // namespace longwire
