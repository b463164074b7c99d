#include "dissectors/tls_fingerprint.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "dissectors/tls_names.h"
#include "dissectors/tls_version.h"
#include "dissectors/wire_text.h"

namespace longwire {
namespace {

// Hexadecimal digest; empty where the system's OpenSSL refuses the algorithm.
std::string digest(const EVP_MD* algorithm, std::string_view text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, algorithm, nullptr) != 1) return {};
  return hexadecimal(Bytes(bytes).first(size));
}

class Numbers {
 public:
  void add(std::uint16_t number) {
    if (!is_grease(number)) numbers_.push_back(number);
  }
  std::size_t count() const { return numbers_.size(); }
  void sort() { std::sort(numbers_.begin(), numbers_.end()); }
  void leave_out(std::uint16_t number) { std::erase(numbers_, number); }
  std::string decimal() const { return fmt::format("{}", fmt::join(numbers_, "-")); }
  std::string hexadecimal() const { return fmt::format("{:04x}", fmt::join(numbers_, ",")); }

 private:
  std::vector<std::uint16_t> numbers_;
};

Numbers numbers_of(Bytes list) {
  Numbers numbers;
  each_number(list, [&](std::uint16_t number) { numbers.add(number); });
  return numbers;
}

Numbers types_of(Bytes extensions) {
  Numbers types;
  for (TlsExtensions list(extensions); list.next();) types.add(list.type);
  return types;
}

std::string_view ja4_version(std::uint16_t version) {
  switch (version) {
    case tls_version::ssl2:
      return "s2";
    case tls_version::ssl3:
      return "s3";
    case tls_version::tls10:
      return "10";
    case tls_version::tls11:
      return "11";
    case tls_version::tls12:
      return "12";
    case tls_version::tls13:
      return "13";
    default:
      return "00";
  }
}

// First and last character of the first ALPN name; of one that does not begin and end with letters or digits, of its
// hexadecimal form.
std::string ja4_alpn(Bytes names) {
  Cursor list(names);
  const Bytes name = list.vec8();
  if (!list.ok() || name.empty()) return "00";
  const auto plain = [](std::uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const std::string text = plain(name.front()) && plain(name.back()) ? std::string(as_text(name)) : hexadecimal(name);
  return {text.front(), text.back()};
}

std::string ja4_digest(std::string_view text) {
  return text.empty() ? std::string(12, '0') : digest(EVP_sha256(), text).substr(0, 12);
}

}  // namespace

std::string ja3(const ClientHello& hello) {
  std::vector<unsigned> formats(hello.point_formats.begin(), hello.point_formats.end());
  return digest(EVP_md5(), fmt::format("{},{},{},{},{}", hello.version, numbers_of(hello.suites).decimal(),
                                       types_of(hello.extensions).decimal(), numbers_of(hello.groups).decimal(), fmt::join(formats, "-")));
}

std::string ja3s(const ServerHello& hello) {
  return digest(EVP_md5(), fmt::format("{},{},{}", hello.legacy_version, hello.suite, types_of(hello.extensions).decimal()));
}

std::string ja4(const ClientHello& hello) {
  constexpr std::size_t most = 99;
  Numbers suites = numbers_of(hello.suites), extensions = types_of(hello.extensions);
  const std::string start =
      fmt::format("t{}{}{:02}{:02}{}", ja4_version(hello.highest_version()), hello.server_name.data() == nullptr ? 'i' : 'd',
                  std::min(suites.count(), most), std::min(extensions.count(), most), ja4_alpn(hello.alpn));
  suites.sort();
  extensions.sort();
  extensions.leave_out(tls_extension::server_name);
  extensions.leave_out(tls_extension::alpn);
  std::string rest = extensions.hexadecimal();
  const std::string signatures = numbers_of(hello.signature_algorithms).hexadecimal();
  if (!signatures.empty()) rest += "_" + signatures;
  return fmt::format("{}_{}_{}", start, ja4_digest(suites.hexadecimal()), ja4_digest(rest));
}

}  // namespace longwire
