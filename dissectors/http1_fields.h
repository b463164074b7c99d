// What a header section says about its own message and about the connection: the fields that steer reading.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/content_coding.h"
#include "dissectors/http1_message.h"

namespace longwire {

// Views point into the field values that were given to read().
struct Http1Fields {
  enum class Length : std::uint8_t { absent, valid, invalid };

  // Content-Length (RFC 9110 section 8.6, RFC 9112 section 6.3).
  Length length = Length::absent;
  std::uint64_t content_length = 0;

  // Transfer-Encoding (RFC 9112 section 6.1); `identity`, of RFC 2616, is no coding.
  bool transfer_encoding = false;
  bool chunked_last = false;         // chunked is the final coding
  bool chunked_before_last = false;  // chunked stands where it may not
  CodingNames transfer_codings;      // before the final chunked

  // Connection (RFC 9110 section 7.6.1, RFC 9112 section 9.3); Proxy-Connection counts as a client's or proxy's wish.
  bool close = false, keep_alive = false, upgrade_option = false;

  CodingNames content_codings;                                  // Content-Encoding (RFC 9110 section 8.4)
  std::string_view host, upgrade;                               // data() is null where the field is absent
  bool expect_continue = false;                                 // RFC 9110 section 10.1.1
  std::int64_t keep_alive_timeout_s = -1, keep_alive_max = -1;  // Keep-Alive (RFC 2068 section 19.7.1); -1 = not said

  void read(const Field& field, Oddities& oddities);

 private:
  void read_content_length(std::string_view value, Oddities& oddities);
  void read_transfer_encoding(std::string_view value);
  void read_connection(std::string_view value);
  void read_keep_alive(std::string_view value);
  void read_host(std::string_view value, Oddities& oddities);
};

// A non-negative decimal number of digits only, at most 2^63 - 1; -1 = it is not one.
std::int64_t read_decimal(std::string_view digits);

}  // namespace longwire
