// HPACK header blocks of one connection, beside libnghttp2: whatever its inflater reads, ours must read alike; and whatever
// it refuses must not harm ours. The input is a list of blocks, each behind its length in one byte; where that is 0, what
// was known is lost, and from there on only harm is looked for.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "tests/header_blocks.h"
#include "tests/peer_inflater.h"

namespace {

using namespace longwire;
using namespace longwire::test;

// Of the lines of decoded(): the fields.
std::string fields_of(const std::string& lines) {
  std::string fields;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at) + 1;
    if (lines.compare(at, end - at, "size\n") != 0) fields += lines.substr(at, end - at);
    at = end;
  }
  return fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HpackDecoder decoder;
  std::optional<PeerInflater> peer(std::in_place);
  for (Cursor in({data, size}); in.left() > 0;) {
    const std::size_t length = in.u8();
    const Bytes block = in.take(std::min<std::size_t>(length, in.left()));
    if (length == 0) {
      decoder.lose();
      peer.reset();
    }
    const std::string ours = decoded(decoder, as_text(block));
    const auto expected = peer ? peer->decoded(as_text(block)) : std::nullopt;
    if (!expected) {
      peer.reset();
    } else if (fields_of(ours) != fields_of(*expected)) {
      std::cerr << "ours:\n" << ours << "\nits:\n" << *expected << "\n";
      std::abort();
    }
  }
  return 0;
}
