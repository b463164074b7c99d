// The first reader of every channel: asks each registered protocol about the first bytes of either side, and hands the
// channel to the one that is certain; to an opaque reader where all are certain that they are not meant.
#pragma once

#include <memory>

#include "dissectors/dissector.h"

namespace longwire {

std::unique_ptr<Dissector> make_detector();

}  // namespace longwire
