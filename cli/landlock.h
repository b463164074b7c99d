// Landlock (landlock(7)): which files a process may still touch. By the kernel's own calls, for there is no library.
#pragma once

#include <cstdint>
#include <string>

#include "cli/confinement.h"

namespace longwire {

// What a version of the kernel's interface (ABI) can forbid, as its bits; 0 = nothing.
struct LandlockRights {
  std::uint64_t files = 0, network = 0, scopes = 0;
};
LandlockRights landlock_rights(int abi);

// Returns why that was not possible; empty = it is in force. Throws OutputError where a folder to write in is not there.
std::string restrict_files(const Confinement& allowed);

}  // namespace longwire
