// Reads nothing: the reader of what is not understood, or not yet. Its name stands in `layers`.
#pragma once

#include <memory>
#include <string_view>

#include "dissectors/dissector.h"

namespace longwire {

// `name` is a literal: "unknown", "tls" ...
std::unique_ptr<Dissector> make_opaque(std::string_view name);

}  // namespace longwire
