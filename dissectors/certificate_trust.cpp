#include "dissectors/certificate_trust.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include "capture/error.h"
#include "capture/limits.h"
#include "dissectors/certificate_openssl.h"
#include "dissectors/idna.h"

namespace longwire {
namespace {

using OwnStore = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using OwnVerification = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

// Certificates that belong to the stack as long as it lives.
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using OwnStack = std::unique_ptr<STACK_OF(X509), FreeStack>;

// Times at which the verdict on a chain may change: when a certificate that may be used for it begins or ceases to be valid.
class Boundaries {
 public:
  explicit Boundaries(Time at) : at_(at) {}

  void add(const X509* certificate) {
    add(X509_get0_notBefore(certificate), 0);
    add(X509_get0_notAfter(certificate), 0);
    add(X509_get0_notAfter(certificate), one_second);  // whether that second still counts differs between versions of OpenSSL
  }
  Time from() const { return from_; }
  Time until() const { return until_; }

 private:
  void add(const ASN1_TIME* time, Time later) {
    const Integer stated = nanoseconds(time);
    if (stated.is_null() || stated.value > std::numeric_limits<Time>::max() - later) return;
    const Time boundary = stated.value + later;
    if (boundary <= at_) from_ = std::max(from_, boundary);
    if (boundary > at_) until_ = std::min(until_, boundary);
  }

  const Time at_;
  Time from_ = std::numeric_limits<Time>::min(), until_ = std::numeric_limits<Time>::max();
};

bool contains(const STACK_OF(X509) * stack, const X509* certificate) {
  for (int i = 0; i < sk_X509_num(stack); ++i)
    if (X509_cmp(sk_X509_value(stack, i), certificate) == 0) return true;
  return false;
}

// Of the certificates in `used`, and of all roots that might have issued one of them, or of those.
Boundaries boundaries_of(X509_STORE_CTX* verification, OwnStack used, Time at) {
  Boundaries boundaries(at);
  for (int i = 0; i < sk_X509_num(used.get()); ++i) {
    const X509* each = sk_X509_value(used.get(), i);
    boundaries.add(each);
    if (sk_X509_num(used.get()) >= static_cast<int>(limits::certificates_in_chain) * 2) continue;
    const OwnStack issuers(X509_STORE_CTX_get1_certs(verification, X509_get_issuer_name(each)));
    for (int n = 0; n < sk_X509_num(issuers.get()); ++n) {
      X509* issuer = sk_X509_value(issuers.get(), n);
      if (!contains(used.get(), issuer)) X509_add_cert(used.get(), issuer, X509_ADD_FLAG_UP_REF);
    }
  }
  return boundaries;
}

// Files by the names that OpenSSL looks for: eight hexadecimal digits of the subject's hash, a dot, a number.
bool holds_certificates_by_hash(const std::string& folder) {
  constexpr std::size_t digits = 8;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    const std::size_t dot = name.find_first_not_of("0123456789abcdef");
    const bool numbered = name.size() > digits + 1 && name.find_first_not_of("0123456789", digits + 1) == std::string::npos;
    if (dot == digits && name[dot] == '.' && numbered) return true;
  }
  return false;
}

// RFC 6125 section 6.4: as OpenSSL compares, the common name counts where there is no DNS name. A name may end with the dot
// of the root. Clients send A-labels (RFC 6066 section 3); one that does not means them.
bool is_for(X509* leaf, std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return false;
  const std::string host = as_a_labels(name);
  if (X509_check_host(leaf, host.data(), host.size(), 0, nullptr) == 1) return true;
  return X509_check_ip_asc(leaf, host.c_str(), 0) == 1;
}

// Where the links lead that distributions have in the folder of certificates: Debian's, Fedora's, Arch's, SUSE's.
constexpr const char* behind_links[] = {"/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
                                        "/etc/pki/ca-trust",          "/etc/pki/tls/certs",
                                        "/etc/ca-certificates",       "/var/lib/ca-certificates"};

std::vector<std::string> system_places() {
  const auto told = [](const char* variable, const char* otherwise) -> std::string {
    const char* value = std::getenv(variable);
    return value != nullptr ? value : otherwise;
  };
  std::vector<std::string> places(std::begin(behind_links), std::end(behind_links));
  places.push_back(told(X509_get_default_cert_file_env(), X509_get_default_cert_file()));
  std::istringstream folders(told(X509_get_default_cert_dir_env(), X509_get_default_cert_dir()));
  for (std::string folder; std::getline(folders, folder, ':');) places.push_back(folder);
  return places;
}

// Folders, and the links in them that lead to files elsewhere.
std::vector<std::string> with_links(std::vector<std::string> places) {
  std::vector<std::string> links;
  std::error_code none;
  for (const std::string& folder : places)
    for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder, none))
      if (entry.is_symlink(none)) links.push_back(entry.path().string());
  places.insert(places.end(), links.begin(), links.end());
  return places;
}

}  // namespace

struct CertificateTrust::Roots {
  OwnStore store{X509_STORE_new()};
};

CertificateTrust::CertificateTrust(const TrustOptions& options) : as_of_(options.as_of), folders_(options.folders) {
  // Without the machine's configuration of OpenSSL: it would change what rows say, and be read late, when nothing may be any more.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  if (options.files.empty() && options.folders.empty()) return;
  const QuietErrors quiet;
  named_ = std::make_unique<Roots>();
  for (const std::string& file : options.files)
    if (X509_STORE_load_file(named_->store.get(), file.c_str()) != 1)
      throw UsageError(fmt::format("cannot read --ca-file {}: no certificates in PEM there", file));
  for (const std::string& folder : options.folders) {
    if (!holds_certificates_by_hash(folder))
      throw UsageError(fmt::format("cannot read --ca-path {0}: no certificates by hash there; 'openssl rehash {0}' makes them", folder));
    if (X509_STORE_load_path(named_->store.get(), folder.c_str()) != 1) throw UsageError(fmt::format("cannot read --ca-path {}", folder));
  }
}

CertificateTrust::~CertificateTrust() = default;

std::vector<std::string> CertificateTrust::places() const {
  return named_ != nullptr ? with_links(folders_) : system_places();  // named files were read at once
}

const CertificateTrust::Roots& CertificateTrust::roots() const {
  if (named_ != nullptr) return *named_;
  static const Roots system = [] {
    Roots roots;
    X509_STORE_set_default_paths(roots.store.get());
    return roots;
  }();
  return system;
}

ChainVerdict CertificateTrust::verify(std::span<const Bytes> chain, std::string_view name, Time at) const {
  const QuietErrors quiet;
  const OwnStack sent(sk_X509_new_null());
  for (const Bytes der : chain) {
    bool whole = false;
    if (OwnX509 certificate = parse_certificate(der, whole); certificate != nullptr) sk_X509_push(sent.get(), certificate.release());
    if (sk_X509_num(sent.get()) == 0) break;  // the leaf cannot be read
  }
  ChainVerdict verdict;
  X509* leaf = sk_X509_num(sent.get()) > 0 ? sk_X509_value(sent.get(), 0) : nullptr;
  const OwnVerification verification(X509_STORE_CTX_new());
  if (leaf == nullptr || X509_STORE_CTX_init(verification.get(), roots().store.get(), leaf, sent.get()) != 1) return verdict;
  X509_STORE_CTX_set_default(verification.get(), "ssl_server");
  X509_STORE_CTX_set_time(verification.get(), 0, at / one_second);
  if (X509_verify_cert(verification.get()) != 1) verdict.error_depth = X509_STORE_CTX_get_error_depth(verification.get());
  verdict.status = verify_error_name(X509_STORE_CTX_get_error(verification.get()));
  verdict.name_matches = is_for(leaf, name);
  const Boundaries boundaries = boundaries_of(verification.get(), OwnStack(X509_chain_up_ref(sent.get())), at);
  verdict.from = boundaries.from();
  verdict.until = boundaries.until();
  return verdict;
}

}  // namespace longwire
