// The SQL that stands in files of its own, part of the program: each view, reference table and index is one file, named
// like it, whose first line is a comment that says what it is for.
#pragma once

#include <span>
#include <string_view>

namespace longwire {

struct SqlFile {
  std::string_view name;
  std::string_view text;
};

// storage/views/: one CREATE VIEW each; the first line is the question that it answers. Those of storage/findings/ stand among
// them as finding_NAME. In the order of their names.
std::span<const SqlFile> views_files();
// storage/reference/: one table each, created and filled, replacing an older one.
std::span<const SqlFile> reference_files();
// storage/indexes/: one CREATE INDEX each, made at the end of an import.
std::span<const SqlFile> indexes_files();

}  // namespace longwire
