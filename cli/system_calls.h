// seccomp (seccomp(2)): which system calls a process may still make.
#pragma once

#include <string>

namespace longwire {

// Those that reading packets, dissecting, SQLite and threads take are allowed to all threads, for good. What starts a
// program, opens a socket or looks into another process is refused with EPERM. Any other call is answered with ENOSYS, as by
// a kernel that does not know it: so a C library that is newer than this list takes its older way, and a call that was
// forgotten here is an error with a message, not the end of a capture of weeks, as killing the process would be.
//
// Returns why that was not possible; empty = it is in force.
std::string restrict_system_calls();

}  // namespace longwire
