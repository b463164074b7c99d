// `longwire analyze FILE... [-o DB]`: capture files in, one database out.
#pragma once

#include <string>
#include <vector>

namespace longwire {

// Returns the exit code: 0, or 3 where a file was damaged (the database is complete for what was read).
int run_analyze(const std::vector<std::string>& arguments);

}  // namespace longwire
