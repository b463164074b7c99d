// What becomes of secret header field values (Authorization, Proxy-Authorization, Cookie, Set-Cookie, and the userinfo of URIs
// in any field): keyed hashes stand for them, so that equal values stay equal in a database and nothing more can be learnt. The
// shape stays:
//
//   Authorization: Basic dXNlcjpwYXNz      Basic token:9f2c...
//   Cookie: sid=1234; theme=dark           sid=token:41aa...; theme=token:07c1...
//   Set-Cookie: sid=1234; Path=/; Secure   sid=token:41aa...; Path=/; Secure
//   Location: http://me:pass@host/         http://token:77d0...@host/
//   Link: <http://me@host/>; rel=next      <http://token:c3e8...@host/>; rel=next
//
// The key is random for each run, or given; it is stored nowhere. Read-only after construction, shared by all threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace longwire {

class Secrets {
 public:
  static constexpr std::size_t key_bytes = 16;

  // What a field's value holds, by its name, and, of those that are not secret by their name, by whether there is an `@` in it.
  enum class Kind : std::uint8_t { none, credentials, cookies, set_cookie, reference, authority, text, attribute /* of Set-Cookie */ };
  static Kind kind_of(std::string_view field_name, std::string_view value);

  static Secrets random();
  // --token-key HEX: throws UsageError unless it is 32 hexadecimal digits.
  static Secrets with_key(std::string_view hex);
  // --keep-secrets: values stay as they are.
  static Secrets kept();

  bool keeps() const { return keeps_; }

  // Appends what is stored for `value`, a whole field value of this kind.
  void append(std::string& out, Kind kind, std::string_view value) const;
  // "token:" and 32 hexadecimal digits.
  static constexpr std::size_t hash_bytes = 16;
  static constexpr std::string_view token_prefix = "token:";
  using Token = std::array<char, token_prefix.size() + 2 * hash_bytes>;
  Token token(std::string_view secret) const;
  // Appends what is stored for one secret: its token. An empty secret stays empty.
  void append_token(std::string& out, std::string_view secret) const;

 private:
  Secrets() = default;
  void append_credentials(std::string& out, std::string_view value) const;
  void append_cookies(std::string& out, std::string_view value) const;
  void append_pair(std::string& out, std::string_view pair) const;
  void append_set_cookie(std::string& out, std::string_view value) const;
  void append_attribute(std::string& out, std::string_view text) const;
  void append_reference(std::string& out, std::string_view reference) const;
  void append_text(std::string& out, std::string_view text, bool behind_slashes_alone) const;

  std::array<std::uint8_t, key_bytes> key_{};
  bool keeps_ = false;
};

}  // namespace longwire
