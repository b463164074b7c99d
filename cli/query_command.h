// `longwire query DB [SQL | NAME]`: a question to a database, its answer on standard output.
#pragma once

#include <string>
#include <vector>

namespace longwire {

// Returns the exit code. Throws UsageError, InputError, OutputError.
int run_query(const std::vector<std::string>& arguments);

}  // namespace longwire
