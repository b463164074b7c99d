// What SPDY's header blocks are compressed with: the text that zlib is told beforehand (SPDY draft 2 section "Name/Value header
// block format", draft 3 section 2.6.10.1). Published with the drafts.
#pragma once

#include <string_view>

namespace longwire {

// Of SPDY/2, or of SPDY/3 and 3.1; lives for ever.
std::string_view spdy_dictionary(unsigned version);

}  // namespace longwire
