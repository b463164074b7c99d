// Distinguished names (RFC 5280 section 4.1.2.4) as text.
#pragma once

#include <string>

#include "capture/bytes.h"

namespace longwire {

// The most specific part first: CN=www.example.org, O="Example, Inc.", C=US. In hexadecimal what is none.
std::string distinguished_name(Bytes der);

}  // namespace longwire
