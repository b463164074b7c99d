// In builds with tests: tries from inside whether the program is confined, where and when it really is.
#pragma once

namespace longwire {

// Where the environment variable LONGWIRE_TRY_CONFINEMENT is set, does what must be refused and tells on standard error what
// became of it, one line each, as "trial: open: Permission denied"; "trial: open: done" where it was not refused. The
// variable's value is the file that is opened, and in whose folder others are made.
void try_confinement();

}  // namespace longwire
