// Conversations of HTTP/1.x, read whole and in pieces: the rows must be the same. The input is the text of the
// conversation with control bytes between (names of ASCII in brackets):
//
//   01 [SOH]  the client speaks        04 [EOT]       the speaker ends; it says no more
//   02 [STX]  the server speaks        05 [ENQ]       a cut: one packet, but two calls
//   03 [ETX]  a hole; its length is    06 [ACK]       a new packet of the speaker
//             the next byte            07 [BEL]       first byte only: the capture began midstream
#include <string>
#include <utility>

#include "dissectors/http1.h"
#include "tests/same_rows.h"

namespace {

using namespace longwire;
using namespace longwire::test;

Script read_script(std::string_view input) {
  Script script;
  if (input.starts_with('\x07')) script.talk.midstream();
  Side speaker = Side::client;
  bool ended[2] = {};
  std::string words;
  const auto say = [&] {
    if (words.empty()) return;
    script.size += words.size();
    script.talk.say(speaker, words);
    words.clear();
  };
  for (std::size_t i = 0; i < input.size(); ++i) {
    const char c = input[i];
    if (c == '\x05') {
      script.cuts.push_back(script.size + words.size());
      continue;
    }
    if (c >= '\x01' && c <= '\x06') say();
    if (c == '\x01' || c == '\x02') {
      speaker = c == '\x01' ? Side::client : Side::server;
    } else if (c == '\x03') {
      if (++i == input.size() || ended[index(speaker)]) continue;
      script.talk.gap(speaker, 1 + static_cast<unsigned char>(input[i]));
    } else if (c == '\x04') {
      if (!std::exchange(ended[index(speaker)], true)) script.talk.end(speaker);
    } else if (c != '\x06' && !ended[index(speaker)]) {
      words += c;
    }
  }
  say();
  return script;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Script script = read_script(as_text({data, size}));
  same_rows_both_ways_or_abort(script, make_http1);
  return 0;
}
