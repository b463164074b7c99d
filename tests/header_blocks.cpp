#include "tests/header_blocks.h"

namespace longwire::test {
namespace {

std::string known(std::string_view text) {
  return text.data() == nullptr ? "?" : std::string(text);
}

}  // namespace

std::string from_hex(std::string_view digits) {
  std::string bytes;
  std::string pair;
  for (const char digit : digits) {
    if (digit == ' ') continue;
    pair += digit;
    if (pair.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
    pair.clear();
  }
  return bytes;
}

std::string decoded(HpackDecoder& decoder, std::string_view block) {
  std::string lines;
  for (Bytes rest = as_bytes(block); !rest.empty();) {
    const HpackDecoder::Step step = decoder.next(rest);
    if (step.kind == HpackDecoder::Kind::incomplete) return lines + "...\n";
    if (step.kind == HpackDecoder::Kind::field) lines += known(step.field.name) + ": " + known(step.field.value);
    if (step.kind == HpackDecoder::Kind::table_size) lines += "size";
    if (step.field.never_indexed) lines += " ! never";
    if (!step.wrong.empty()) lines += " ! " + std::string(step.wrong);
    lines += "\n";
    if (step.kind == HpackDecoder::Kind::broken) return lines;
  }
  return lines;
}

}  // namespace longwire::test
