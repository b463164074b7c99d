#include "dissectors/tls_key_log.h"

#include <algorithm>
#include <optional>

#include "dissectors/tls_key_schedule.h"

namespace longwire {
namespace {

using Form = TlsKeyLogLine::Form;

struct KnownLabel {
  std::string_view label;
  TlsSecretKind kind;
  std::size_t name_bytes;                   // 0 = any number, at least 1
  std::size_t least_bytes, most_bytes;      // of the secret: one of the two; of a pre-master secret any in between
  std::string_view name_mark, secret_mark;  // what stands before the hexadecimal digits
};

constexpr std::size_t random = 32, sha256 = 32, sha384 = 48, dh_secret = 2048;  // bytes; the last of a prime of 16,384 bits
constexpr KnownLabel labels[] = {
    {"CLIENT_RANDOM", TlsSecretKind::master, random, master_secret_bytes, master_secret_bytes, "", ""},
    {"CLIENT_EARLY_TRAFFIC_SECRET", TlsSecretKind::client_early, random, sha256, sha384, "", ""},
    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", TlsSecretKind::client_handshake, random, sha256, sha384, "", ""},
    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", TlsSecretKind::server_handshake, random, sha256, sha384, "", ""},
    {"CLIENT_TRAFFIC_SECRET_0", TlsSecretKind::client_application, random, sha256, sha384, "", ""},
    {"SERVER_TRAFFIC_SECRET_0", TlsSecretKind::server_application, random, sha256, sha384, "", ""},
    {"PMS_CLIENT_RANDOM", TlsSecretKind::pre_master, random, 1, dh_secret, "", ""},
    {"RSA", TlsSecretKind::master_by_session_id, 0, master_secret_bytes, master_secret_bytes, "Session-ID:", "Master-Key:"},
    {"RSA", TlsSecretKind::pre_master_by_ciphertext, 8, master_secret_bytes, master_secret_bytes, "", ""},
};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = std::min(line.find_first_not_of(blank), line.size());
  const std::size_t end = std::min(line.find_first_of(blank, begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

// Labels of secrets that protect no TLS record, and those not known yet: letters, digits and underscores.
bool is_label(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

TlsKeyLogLine read_key_log_line(std::string_view line) {
  TlsKeyLogLine result;
  std::string_view rest = line;
  const std::string_view label = next_word(rest);
  if (label.empty() || label.front() == '#') return result;
  const std::string_view name = next_word(rest), secret = next_word(rest);
  result.form = Form::broken;
  if (!next_word(rest).empty()) return result;
  bool known_label = false;
  for (const KnownLabel& known : labels) {
    known_label = known_label || label == known.label;
    if (label != known.label || !name.starts_with(known.name_mark) || !secret.starts_with(known.secret_mark)) continue;
    const auto name_bytes = bytes_of(name.substr(known.name_mark.size()));
    const auto secret_bytes = bytes_of(secret.substr(known.secret_mark.size()));
    if (!name_bytes || !secret_bytes) continue;
    if (known.name_bytes != 0 && name_bytes->size() != known.name_bytes) continue;
    const std::size_t size = secret_bytes->size();
    const bool any_size = known.kind == TlsSecretKind::pre_master && size < known.most_bytes;
    if (size != known.least_bytes && size != known.most_bytes && !any_size) continue;
    result.form = Form::secret;
    result.kind = known.kind;
    result.name = *name_bytes;
    result.secret = *secret_bytes;
    return result;
  }
  if (!known_label && is_label(label) && bytes_of(name) && bytes_of(secret)) result.form = Form::other;
  return result;
}

}  // namespace longwire
