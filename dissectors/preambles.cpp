#include "dissectors/preambles.h"

#include <algorithm>

namespace longwire {
namespace {

Match all(bool fields_right, bool complete) {
  if (!fields_right) return Match::no;
  return complete ? Match::yes : Match::maybe;
}

}  // namespace

Match probe_http2(Side side, Bytes first) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (side == Side::server) return Match::no;
  const std::size_t length = std::min(first.size(), preface.size());
  return all(as_text(first.first(length)) == preface.substr(0, length), length == preface.size());
}

}  // namespace longwire
