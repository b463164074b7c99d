// longwire capture: interfaces to a database, while it happens.
#pragma once

#include <string>
#include <vector>

namespace longwire {

// `arguments` without program and command. Returns the exit code; throws what main knows.
int run_capture(const std::vector<std::string>& arguments);

}  // namespace longwire
