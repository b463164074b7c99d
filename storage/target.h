// What may become of the file that a user names for the database.
#pragma once

#include <string>

#include "storage/store.h"

struct sqlite3;

namespace longwire {

// Throws OutputError where `target` must not be written at all.
void check_target(const std::string& target, StoreOptions options);
// Throws OutputError where no rows can be added to the open database, `target` to the user.
void refuse_to_append(sqlite3* database, const std::string& target);

}  // namespace longwire
