// The Huffman code of HPACK's string literals (RFC 7541 section 5.2 and Appendix B).
#pragma once

#include <string>

#include "capture/bytes.h"

namespace longwire {

// Appends what `coded` stands for. False where it is no such code: it holds EOS, or its end is not padded with up to 7
// bits 1; `out` then holds what stands before.
bool append_huffman_decoded(std::string& out, Bytes coded);

}  // namespace longwire
