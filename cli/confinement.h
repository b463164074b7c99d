// The program locks itself in before it reads what may come from an attacker: from then on it can touch the files that it
// was told here, and ask the kernel only for what its work takes. What an attacker made of a fault in a dissector, or in a
// library below it, could read no other file, write none elsewhere, open no connection and start no program.
//
// Files are Landlock's (cli/landlock.h), system calls seccomp's (cli/system_calls.h). Each is used where the kernel has it;
// without either the program runs on, and can say so.
#pragma once

#include <string>
#include <vector>

namespace longwire {

struct Confinement {
  // Folders, in which files may be made, read, written, renamed and removed, also in folders below them.
  std::vector<std::string> writable;
  // Files, and folders with all that is below them; not what links in these lead to.
  std::vector<std::string> readable;
};

// For who answers from one database: SQLite's readers share memory, a file in its folder, with who writes it, and keep temporary
// files where SQLite chooses.
Confinement for_reading(const std::string& database);

// What is in force.
struct Confined {
  bool files = false, calls = false;
  std::string missing;  // why something is not, in one line; empty = all is

  // "confined: files by Landlock, system calls by seccomp", "not confined: ..."
  std::string line() const;
};

// For good, for this thread and those that it will start: call it before there are others, when interfaces, terminals and
// whatever else stays open are open. Files that are open already, also sockets, stay usable. Throws OutputError where a folder
// to write in is not there; what is to be read and is not there is left out.
Confined confine(const Confinement& allowed);

// SQLite's temporary files go to `folder`, so that it is the one place to be written in; or to where SQLITE_TMPDIR or TMPDIR
// say. Returns that place. To be called before any database is opened.
std::string keep_temporary_files_in(const std::string& folder);

}  // namespace longwire
