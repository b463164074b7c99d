// Conversations of HTTP/1.x, read whole and in pieces: the rows must be the same. The input is the text of the
// conversation with control bytes between (names of ASCII in brackets):
//
//   01 [SOH]  the client speaks        04 [EOT]       the speaker ends; it says no more
//   02 [STX]  the server speaks        05 [ENQ]       a cut: one packet, but two calls
//   03 [ETX]  a hole; its length is    06 [ACK]       a new packet of the speaker
//             the next byte            07 [BEL]       first byte only: the capture began midstream
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "dissectors/http1.h"
#include "tests/conversation.h"

namespace {

using namespace longwire;
using namespace longwire::test;

struct Script {
  Conversation talk;
  Cuts cuts;         // where the input says
  std::size_t size;  // of all data
};

Script read_script(std::string_view input) {
  Script script{{}, {}, 0};
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

// As sorted lines: a cut may let one side's anomaly come before the other side's.
std::string rows(const Script& script, const Cuts& cuts, const MakeReader& make) {
  RowBatch batch;
  std::string all = read(script.talk, cuts, batch, make) + "\n";
  std::istringstream text(rows_as_text(batch));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

void compare(const Script& script, const MakeReader& make) {
  const std::string whole = rows(script, {}, make);
  Cuts everywhere;
  for (std::size_t i = 1; i < script.size; ++i) everywhere.push_back(i);
  for (const Cuts& cuts : {script.cuts, everywhere}) {
    const std::string cut = rows(script, cuts, make);
    if (cut == whole) continue;
    std::cerr << "whole:\n" << whole << "\ncut:\n" << cut << "\n";
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Script script = read_script(as_text({data, size}));
  compare(script, nullptr);     // as a connection, through the detector
  compare(script, make_http1);  // at once, so that no first byte hides what follows
  return 0;
}
