// Rights that a capture needs to begin, and gives up before the first packet: root, or the capabilities of the program's file.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace longwire {

// Whom the program becomes.
struct Account {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
};

// `user`, a name or a number; where that is empty: who called sudo, else nobody. Nothing where the program does not run as root
// and so cannot become anybody. Throws UsageError where there is no such user, or where one is asked for without root.
std::optional<Account> account_to_become(const std::string& user);

// Becomes that user, with that user's groups, and loses all capabilities, for good: that neither root nor a capability can be
// had again is tried. Without an account, capabilities alone are lost. To be called before there are threads, when what needs
// the rights is open; files that others should be able to remove are made later. Throws CaptureError where it cannot be done.
void give_up_privileges(const std::optional<Account>& account);

// Throws OutputError, which says what to do, where the user that the program is now cannot make files in `folder`.
void require_writable(const std::string& folder);

}  // namespace longwire
