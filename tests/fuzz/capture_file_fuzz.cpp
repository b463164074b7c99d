// Capture files of any octets: the same packets, damage and errors come from them mapped, streamed whole, and streamed
// in odd pieces through small buffers.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/capture_files.h"

namespace {

// How much of damaged compressed data still comes out is the library's affair, and depends on how much is asked for.
bool badly_compressed(const longwire::ReadFile& file) {
  return file.info.damage.find("compressed data") != std::string::npos || file.error.find("compressed data") != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwire;
  if (size == 0) return 0;
  // The first octet chooses how the rest is cut.
  const std::size_t cut = 1 + data[0] % 61;
  const Octets file(data + 1, data + size);
  const ReadFile whole = read_streamed(file);
  for (const ReadFile& other : {read_mapped(file, 1 + cut % 5), read_streamed(file, cut, 16 + cut, 3)}) {
    const std::string how = difference(whole, other);
    if (how.empty() || badly_compressed(whole) || badly_compressed(other)) continue;
    std::fprintf(stderr, "%s\n", how.c_str());
    std::abort();
  }
  return 0;
}
