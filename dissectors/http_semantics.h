// What the header fields of one exchange mean beside its framing, whatever the version of HTTP: cookies, where a response
// points, which condition a request sets, which credentials it brings.
//
//   HttpSemantics semantics;                            // one for each exchange
//   semantics.read(Side::client, "Cookie", "sid=1");    // each field of the request's and of the final response's header
//   semantics.add_rows(exchange, context);              // once, when the exchange's own row is whole
//
// HttpExchange has one; a version of HTTP only has to read() its fields, and to add the rows.
//
// Most exchanges have no such field, and cost a look at the length of each field's name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissectors/context.h"
#include "dissectors/rows/http.h"

namespace longwire {

class HttpSemantics {
 public:
  // A field as sent, of the header section alone: trailers and interim responses mean nothing here.
  void read(Side side, std::string_view name, std::string_view value);
  // What was read of a header section before it was known whose it is; it may be given to several.
  void take(const HttpSemantics& section);
  void clear();
  // What a response says of itself counts before any request's condition is known: as in a section for take().
  void keep_all() { keeps_all_ = true; }

  // Adds the rows of what was read. Of `exchange` everything is known; `limited` is set where not every cookie has a row.
  void add_rows(HttpExchangeRow& exchange, Context& context) const;

  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return notes_.capacity(); }

 private:
  void note(char which, std::string_view value);

  std::string notes_;         // what was read, one field behind another: which (1 byte), size (4, of this machine), value
  bool conditional_ = false;  // the request sets a condition
  bool keeps_all_ = false;
};

}  // namespace longwire
