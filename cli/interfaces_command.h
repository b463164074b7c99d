// `longwire interfaces`: what `longwire capture` can listen on.
#pragma once

#include <string>
#include <vector>

namespace longwire {

// Returns the exit code.
int run_interfaces(const std::vector<std::string>& arguments);

}  // namespace longwire
