#include "cli/privileges.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <system_error>

#include "capture/error.h"

namespace longwire {
namespace {

constexpr id_t overflow_id = 65534;  // nobody's and nogroup's, where no file names them (/proc/sys/kernel/overflowuid)

std::string reason(int number) {
  return std::generic_category().message(number);
}

// The largest number stands for "no change" in system calls.
std::optional<id_t> number_of(std::string_view text) {
  id_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number != std::numeric_limits<id_t>::max() ? std::optional(number) : std::nullopt;
}

Account account_of(const passwd& entry) {
  return {entry.pw_name, entry.pw_uid, entry.pw_gid};
}

Account account_of(id_t user, std::optional<id_t> group) {
  const passwd* entry = ::getpwuid(user);
  Account account = entry != nullptr ? account_of(*entry) : Account{std::to_string(user), user, overflow_id};
  if (group) account.group = *group;
  return account;
}

std::optional<id_t> number_in(const char* value) {
  return value != nullptr ? number_of(value) : std::nullopt;
}

using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

long capability_call(long call, Capabilities& capabilities) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};  // 0 = this thread
  return ::syscall(call, &header, capabilities.data());
}

void lose_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  Capabilities none{};
  if (capability_call(SYS_capset, none) != 0) throw CaptureError(fmt::format("cannot give up capabilities: {}", reason(errno)));
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);  // no program that is run gives them back
}

void become(const Account& account) {
  const bool known = ::getpwuid(account.user) != nullptr;
  if ((known ? ::initgroups(account.name.c_str(), account.group) : ::setgroups(0, nullptr)) != 0 ||
      ::setresgid(account.group, account.group, account.group) != 0 || ::setresuid(account.user, account.user, account.user) != 0)
    throw CaptureError(fmt::format("cannot become {}: {}; '--user root' stays root", account.name, reason(errno)));
}

bool is_root_again(const Account& account) {
  uid_t user[3];
  gid_t group[3];
  if (::getresuid(&user[0], &user[1], &user[2]) != 0 || ::getresgid(&group[0], &group[1], &group[2]) != 0) return true;
  for (const uid_t each : user)
    if (each != account.user) return true;
  for (const gid_t each : group)
    if (each != account.group) return true;
  return ::setuid(0) == 0 || ::seteuid(0) == 0 || ::setgid(0) == 0;
}

bool has_capabilities() {
  Capabilities held{};
  if (capability_call(SYS_capget, held) != 0) return true;
  for (const auto& each : held)
    if ((each.permitted | each.effective | each.inheritable) != 0) return true;
  return false;
}

}  // namespace

std::optional<Account> account_to_become(const std::string& user) {
  if (::geteuid() != 0) {
    if (!user.empty()) throw UsageError("--user needs root: nobody else can become another user");
    return std::nullopt;
  }
  if (!user.empty()) {
    if (const passwd* entry = ::getpwnam(user.c_str()); entry != nullptr) return account_of(*entry);
    if (const auto number = number_of(user)) return account_of(*number, std::nullopt);
    throw UsageError(fmt::format("--user: there is no user '{}'", user));
  }
  if (const auto caller = number_in(std::getenv("SUDO_UID")); caller.value_or(0) != 0)
    return account_of(*caller, number_in(std::getenv("SUDO_GID")));
  if (const passwd* entry = ::getpwnam("nobody"); entry != nullptr) return account_of(*entry);
  return Account{"nobody", overflow_id, overflow_id};
}

void give_up_privileges(const std::optional<Account>& account) {
  if (account) become(*account);
  lose_capabilities();
  if ((account && account->user != 0 && is_root_again(*account)) || has_capabilities())
    throw CaptureError("rights that were given up came back: this system does not let go of them");
}

void require_writable(const std::string& folder) {
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
  if (errno != EACCES) throw OutputError(fmt::format("cannot use {}: {}", folder, reason(errno)));
  throw OutputError(fmt::format("{} may not make files in {}; name a folder where that user may, or a user who may with --user",
                                account_of(::geteuid(), std::nullopt).name, folder));
}

}  // namespace longwire
