// A list of texts as a JSON array: ["h2","http/1.1"].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/header_json.h"

namespace longwire {

class JsonArray {
 public:
  // Sets `limited` where more than `most` are added; those are left out.
  JsonArray(std::uint64_t most, bool& limited) : most_(most), limited_(limited) {}

  // What is not UTF-8 is taken as ISO-8859-1.
  void add(std::string_view text) {
    if (++count_ > most_) {
      limited_ = true;
      return;
    }
    text_ += text_.empty() ? "[\"" : ",\"";
    append_json(text_, text);
    text_ += '"';
  }
  std::string finish() { return text_.empty() ? "[]" : text_ + "]"; }

 private:
  std::string text_;
  std::uint64_t count_ = 0;
  const std::uint64_t most_;
  bool& limited_;
};

}  // namespace longwire
