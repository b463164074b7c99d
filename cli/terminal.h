// What standard output is connected to, and text that is safe and well measured there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace longwire {

struct Terminal {
  bool interactive = false;  // a person looks at it
  bool colours = false;      // interactive, and neither NO_COLOR nor TERM=dumb is set (no-color.org)
  std::size_t width = 0;     // columns; 0 = no bound
};
Terminal terminal_of_standard_output();

// `text`, which may come from an attacker, as one line that shows what it holds and does nothing: control characters,
// marks that turn the direction of writing, and bytes that are not UTF-8 become escapes like \n, \x1b and \u{202e}.
std::string printable(std::string_view text);

// Characters of UTF-8 text: its columns on a terminal, but for wide and combining characters.
std::size_t character_count(std::string_view text);

// At most `most` (>= 1) characters, the last one an ellipsis where something was left out.
std::string cut_to(std::string_view text, std::size_t most);

// `text` in lines of at most `width` (>= 1) characters, of which the first one begins behind `begun`: broken at spaces, and
// within a word only where that is longer than a line. Width 0: one line.
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t begun);

}  // namespace longwire
