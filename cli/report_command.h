// `longwire report DB`: what a person wants to know first.
#pragma once

#include <string>
#include <vector>

namespace longwire {

// Returns the exit code. Throws UsageError, InputError, OutputError.
int run_report(const std::vector<std::string>& arguments);

}  // namespace longwire
