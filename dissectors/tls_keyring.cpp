#include "dissectors/tls_keyring.h"

namespace longwire {

void TlsKeys::add_key_log(const std::string& path) {
  key_logs_.emplace_back(path).read_on(secrets_);
}

void TlsKeys::add_block(std::string_view text, std::uint64_t number) {
  ++blocks_;
  broken_ += secrets_.add_text(text, TlsKeySource::secrets_block, number);
}

std::optional<TlsFoundSecret> TlsKeys::find(TlsSecretKind kind, Bytes name, std::uint64_t number) {
  auto found = secrets_.find(kind, name, number);
  if (found || key_logs_.empty()) return found;
  for (TlsKeyLogFile& file : key_logs_) file.read_on(secrets_);
  return secrets_.find(kind, name, number);
}

}  // namespace longwire
