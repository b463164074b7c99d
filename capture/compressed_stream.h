// Decompression of capture files: gzip (RFC 1952), Zstandard (RFC 8878), LZ4 frames; several members or frames may
// stand one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "capture/byte_stream.h"
#include "capture/bytes.h"

namespace longwire {

enum class Compression : std::uint8_t { gzip, zstd, lz4 };

// How a file that begins so is compressed; nothing where it is not.
inline constexpr std::size_t compression_magic_bytes = 4;
std::optional<Compression> compression_of(Bytes head);

// ".gz", ".zst", ".lz4"
std::string_view suffix(Compression compression);

// The stream of what `packed` holds.
std::unique_ptr<ByteStream> decompress(Compression compression, std::unique_ptr<ByteStream> packed);

}  // namespace longwire
