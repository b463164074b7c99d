// HPACK header blocks in tests: written as hexadecimal digits, read as lines.
#pragma once

#include <string>
#include <string_view>

#include "dissectors/hpack.h"

namespace longwire::test {

// "82 8684" -> three bytes; blanks are left out.
std::string from_hex(std::string_view digits);

// The representations of a block, a line each: "name: value", with ? for what is not known; "! never" behind a
// never-indexed field; "size" for a size update; "! code" for what is wrong; "..." where the block breaks off.
std::string decoded(HpackDecoder& decoder, std::string_view block);

}  // namespace longwire::test
