#include "cli/confinement.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/landlock.h"
#include "cli/system_calls.h"
#include "storage/temporary_file.h"
#ifdef LONGWIRE_TESTS
#include "cli/confinement_trial.h"
#endif

namespace longwire {
namespace {

// SQLite's, for random numbers; the C library's: how many processors there are, whether memory is promised freely, where we are.
constexpr const char* always_readable[] = {"/dev/urandom", "/sys/devices/system/cpu/online", "/proc/sys/vm/overcommit_memory",
                                           "/etc/localtime"};

// Sanitizers and what measures coverage open files of their own.
#ifdef LONGWIRE_UNCONFINED
constexpr bool is_possible = false;
#else
constexpr bool is_possible = true;
#endif

// As SQLite sees it: else it would take a place that is not to be written in.
bool is_place_for_temporary_files(const char* place) {
  std::error_code none;
  return place != nullptr && std::filesystem::is_directory(place, none) && ::access(place, W_OK | X_OK) == 0;
}

}  // namespace

std::string Confined::line() const {
  if (files && calls) return "confined: files by Landlock, system calls by seccomp";
  if (files) return fmt::format("confined: files by Landlock; not confined: system calls ({})", missing);
  if (calls) return fmt::format("confined: system calls by seccomp; not confined: files ({})", missing);
  return fmt::format("not confined: {}", missing);
}

Confined confine(const Confinement& allowed) {
  if (!is_possible) return {false, false, "this is a build with sanitizers or for measuring coverage"};
  Confinement all = allowed;
  all.readable.insert(all.readable.end(), std::begin(always_readable), std::end(always_readable));
  const std::string no_files = restrict_files(all);
  const std::string no_calls = restrict_system_calls();
#ifdef LONGWIRE_TESTS
  try_confinement();
#endif
  const char* both = no_files.empty() || no_calls.empty() ? "" : ", ";
  return {no_files.empty(), no_calls.empty(), no_files + both + no_calls};
}

Confinement for_reading(const std::string& database) {
  Confinement allowed{{TemporaryFile::folder_for(database)}, {}};
  const std::array<const char*, 5> places{std::getenv("SQLITE_TMPDIR"), std::getenv("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp"};
  const auto chosen = std::find_if(places.begin(), places.end(), is_place_for_temporary_files);  // sqlite.org/tempfiles.html section 5
  if (chosen != places.end()) allowed.writable.emplace_back(*chosen);
  return allowed;
}

std::string keep_temporary_files_in(const std::string& folder) {
  for (const char* told : {std::getenv("SQLITE_TMPDIR"), std::getenv("TMPDIR")})
    if (is_place_for_temporary_files(told)) return told;
  ::setenv("SQLITE_TMPDIR", std::filesystem::absolute(folder).c_str(), 1);
  return folder;
}

}  // namespace longwire
