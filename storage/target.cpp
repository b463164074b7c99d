#include "storage/target.h"

#include <fmt/format.h>

#include <filesystem>

#include "capture/error.h"
#include "storage/schema.h"

namespace longwire {

namespace fs = std::filesystem;

void check_target(const std::string& target, StoreOptions options) {
  std::error_code none;
  const fs::file_status status = fs::status(target, none);
  if (fs::is_directory(status)) throw OutputError(fmt::format("{} is a directory; name a file", target));
  if (fs::exists(status) && !fs::is_regular_file(status)) throw OutputError(fmt::format("{} is not a regular file", target));
  if (fs::exists(status) && !options.force && !options.append)
    throw OutputError(fmt::format("{} exists; use --force to replace it or --append to add to it", target));
  if (options.force && fs::exists(status) && fs::file_size(target, none) > 0 && !is_longwire_database(target))
    throw OutputError(fmt::format("{} is not a Longwire database, and --force replaces nothing else; name another file", target));
}

void refuse_to_append(sqlite3* database, const std::string& target) {
  const Marks marks = read_marks(database);
  if (marks.origin != Origin::longwire) throw OutputError(fmt::format("cannot append to {}: not a Longwire database", target));
  if (marks.version != schema_version)
    throw OutputError(fmt::format("cannot append to {}: its schema is version {}, this program writes version {}; name a new file", target,
                                  marks.version, schema_version));
}

}  // namespace longwire
