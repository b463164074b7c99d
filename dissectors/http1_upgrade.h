// Who reads on where a response ends HTTP/1 on its connection: 101 (Switching Protocols, RFC 9110 section 15.2.2), or 2xx
// to CONNECT (section 9.3.6).
#pragma once

#include <memory>
#include <string_view>

#include "dissectors/dissector.h"
#include "dissectors/http1_exchange.h"

namespace longwire {

// What the two messages said; valid during the hand-over.
struct Http1Upgrade {
  const Http1Exchange& exchange;     // unless it goes on, its row is made right before the next reader takes over
  Integer previous_end;              // of the exchange before it; NULL = there was none
  bool tunnel;                       // 2xx to CONNECT
  std::string_view protocol;         // the first that the 101 names, as sent; empty = none
  std::string_view request_fields;   // the request's field lines as sent; empty = it was not seen, or asked for no protocol
  std::string_view response_fields;  // likewise, of the response
};

// Who reads on, and whether the exchange goes on with it: its row is the new reader's then.
struct Http1Successor {
  std::unique_ptr<Dissector> reader;
  bool takes_exchange = false;
};
Http1Successor reader_behind(const Http1Upgrade& upgrade, Context& context);

}  // namespace longwire
