// Reads the stories of the public HPACK test cases (hpack-test-case: JSON files with header blocks as hexadecimal digits, and
// the fields in them), and says how many were read right. Those that were made for drafts with another static table or
// Huffman code than RFC 7541 are left out: draft 9 is the first that is like it.
//
//   hpack_stories FOLDER      with IMPLEMENTATION/story_NN.json in it
#include <filesystem>
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

#include "dissectors/hpack.h"
#include "tests/header_blocks.h"

namespace {

using namespace longwire;

constexpr int first_like_the_rfc = 9;

// True where all blocks of the story say what they should.
bool read_story(const std::filesystem::path& path, const nlohmann::json& story, std::size_t& blocks) {
  HpackDecoder decoder;
  for (const auto& told : story.at("cases")) {
    if (!told.contains("wire")) continue;
    if (told.contains("header_table_size")) decoder.allow(told["header_table_size"]);
    std::string expected;
    for (const auto& field : told.at("headers"))
      for (const auto& [name, value] : field.items()) expected += name + ": " + value.get<std::string>() + "\n";
    std::string found, block = test::from_hex(told["wire"].get<std::string>());
    for (Bytes rest = as_bytes(block); !rest.empty();) {
      const HpackDecoder::Step step = decoder.next(rest);
      if (!step.wrong.empty()) found += step.wrong;
      if (step.kind == HpackDecoder::Kind::incomplete || step.kind == HpackDecoder::Kind::broken) break;
      if (step.kind == HpackDecoder::Kind::field) found.append(step.field.name).append(": ").append(step.field.value).append("\n");
    }
    ++blocks;
    if (found == expected) continue;
    std::cerr << path.string() << " block " << told.value("seqno", 0) << ":\n" << found << "instead of\n" << expected;
    return false;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: hpack_stories FOLDER\n";
    return 2;
  }
  std::size_t stories = 0, right = 0, blocks = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[1])) {
    if (!entry.path().filename().string().starts_with("story_") || entry.path().extension() != ".json") continue;
    const auto story = nlohmann::json::parse(std::ifstream(entry.path()));
    if (story.value("draft", 0) < first_like_the_rfc) continue;
    ++stories;
    right += read_story(entry.path(), story, blocks);
  }
  std::cout << right << " of " << stories << " stories, " << blocks << " header blocks\n";
  return stories > 0 && right == stories ? 0 : 1;
}
