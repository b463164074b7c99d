#include "dissectors/tls_secrets.h"

#include <algorithm>
#include <utility>

namespace longwire {

std::string TlsSecrets::key_of(TlsSecretKind kind, std::string_view name) {
  std::string key(1, static_cast<char>(kind));
  return key.append(name);
}

void TlsSecrets::add(const TlsKeyLogLine& line, TlsKeySource source, std::uint64_t from_number) {
  std::string key = key_of(line.kind, line.name);
  if (secrets_.size() < most_) {
    secrets_.try_emplace(std::move(key), Entry{line.secret, source, from_number});
  } else if (!secrets_.contains(key)) {
    ++left_out_;
  }
}

std::uint64_t TlsSecrets::add_text(std::string_view text, TlsKeySource source, std::uint64_t from_number) {
  std::uint64_t broken = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const TlsKeyLogLine line = read_key_log_line(text.substr(0, end));
    if (line.form == TlsKeyLogLine::Form::secret) add(line, source, from_number);
    if (line.form == TlsKeyLogLine::Form::broken) ++broken;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return broken;
}

std::optional<TlsFoundSecret> TlsSecrets::find(TlsSecretKind kind, Bytes name, std::uint64_t number) const {
  const auto found = secrets_.find(key_of(kind, as_text(name)));
  if (found == secrets_.end() || found->second.from_number > number) return std::nullopt;
  return TlsFoundSecret{found->second.secret, found->second.source};
}

}  // namespace longwire
