// Decompression of capture files: gzip (RFC 1952), Zstandard (RFC 8878), LZ4 frames and those of LZ4's first program;
// several members or frames may stand one after the other, and skippable frames anywhere.
//
//   skippable frame (RFC 8878 section 3.1.2)   184d2a5?:u32le length:u32le length*octet
//   legacy LZ4 (LZ4 frame format 1.6)          184c2102:u32le *(length:u32le length*octet), a block holds 8 MiB at most
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "capture/byte_stream.h"
#include "capture/bytes.h"

namespace longwire {

enum class Compression : std::uint8_t { gzip, zstd, lz4, lz4_legacy };

// How a file is compressed; nothing where it is not. `head` gives the first n bytes of it, or all where there are fewer:
// no more are asked for than it takes to tell, since they may come from a pipe.
std::optional<Compression> compression_of(const std::function<Bytes(std::size_t)>& head);

// ".gz", ".zst", ".lz4"
std::string_view suffix(Compression compression);

// The stream of what `packed` holds.
std::unique_ptr<ByteStream> decompress(Compression compression, std::unique_ptr<ByteStream> packed);

}  // namespace longwire
