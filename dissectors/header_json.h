// A list of header fields as JSON: [["Host","example.org"],["Accept","*/*"]]; order, case and repetition as sent.
//
//   HeaderJson json(text, secrets);
//   json.add("Host", "example.org");
//   json.finish();
#pragma once

#include <string>
#include <string_view>

#include "dissectors/secrets.h"
#include "dissectors/wire_text.h"

namespace longwire {

class HeaderJson {
 public:
  // Appends to `out` until finish(). Null `secrets` keep everything as it is.
  HeaderJson(std::string& out, const Secrets* secrets) : out_(out), secrets_(secrets) { out_ += '['; }

  // Values of secret fields become tokens, and so do those of fields whose name is not known. Bytes that are not UTF-8 are
  // taken as ISO-8859-1. What is null, because it cannot be known, stands as null.
  void add(std::string_view name, std::string_view value);
  void finish() { out_ += ']'; }

 private:
  void add_unknown(std::string_view name, std::string_view value);

  std::string& out_;
  const Secrets* secrets_;
  bool first_ = true;
};

// Reads a list back, field by field. `list` is what HeaderJson made, and outlives this.
//
//   for (HeaderJsonFields fields(list); fields.next();) use(fields.name(), fields.value());
class HeaderJsonFields {
 public:
  explicit HeaderJsonFields(std::string_view list) : rest_(list) {}
  bool next();
  // Valid until the next call.
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

 private:
  bool read_string(std::string& out);

  std::string_view rest_;
  std::string name_, value_;
};

// Appends `text` as the inside of a JSON string (RFC 8259 section 7).
void append_json(std::string& out, std::string_view text);

}  // namespace longwire
