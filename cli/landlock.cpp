#include "cli/landlock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "capture/error.h"
#include "capture/file_stream.h"

namespace longwire {
namespace {

// Of linux/landlock.h, which may be older than the kernel that runs: the ABI version that each came with.
constexpr std::uint64_t files_abi_1 = (1 << 13) - 1;      // LANDLOCK_ACCESS_FS_EXECUTE ... _MAKE_SYM
constexpr std::uint64_t right_refer = 1 << 13;            // 2: files may change their folder
constexpr std::uint64_t right_truncate = 1 << 14;         // 3
constexpr std::uint64_t right_ioctl_device = 1 << 15;     // 5
constexpr std::uint64_t network_abi_4 = 1 << 0 | 1 << 1;  // TCP: bind, connect
constexpr std::uint64_t scopes_abi_6 = 1 << 0 | 1 << 1;   // abstract Unix sockets and signals, to processes outside

// landlock_ruleset_attr as of ABI 6; older kernels take the first part of it, and later ones all.
struct RulesetAttributes {
  std::uint64_t handled_files, handled_network, scoped;
};

constexpr std::uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t read_folder = read_file | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_folder =
    read_folder | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | right_truncate;

std::string reason(int number) {
  return std::generic_category().message(number);
}

// Rules about files, as they are made; in force for the thread once restrict_self() was called.
class Ruleset {
 public:
  explicit Ruleset(const LandlockRights& rights) : rights_(rights) {
    const RulesetAttributes attributes{rights.files, rights.network, rights.scopes};
    const std::size_t size = rights.scopes != 0    ? sizeof attributes
                             : rights.network != 0 ? 2 * sizeof(std::uint64_t)
                                                   : sizeof(std::uint64_t);
    file_ = FileDescriptor(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  }
  bool made() const { return file_.number() >= 0; }

  // False, with errno, where the path cannot be reached.
  bool allow(const std::string& path, std::uint64_t access) {
    const FileDescriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (place.number() < 0 || ::fstat(place.number(), &status) != 0) return false;
    if (!S_ISDIR(status.st_mode)) access &= read_file;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = access & rights_.files;
    rule.parent_fd = place.number();
    // Fails for what lies in no file system, as a pipe: that is not forbidden either.
    ::syscall(SYS_landlock_add_rule, file_.number(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    return true;
  }

  bool restrict_self() { return ::syscall(SYS_landlock_restrict_self, file_.number(), 0) == 0; }

 private:
  LandlockRights rights_;
  FileDescriptor file_;
};

}  // namespace

LandlockRights landlock_rights(int abi) {
  LandlockRights rights;
  if (abi >= 1) rights.files = files_abi_1;
  if (abi >= 2) rights.files |= right_refer;
  if (abi >= 3) rights.files |= right_truncate;
  if (abi >= 4) rights.network = network_abi_4;
  if (abi >= 5) rights.files |= right_ioctl_device;
  if (abi >= 6) rights.scopes = scopes_abi_6;
  return rights;
}

std::string restrict_files(const Confinement& allowed) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0 && errno == EOPNOTSUPP) return "Landlock is turned off in this kernel";
  if (abi < 0 && errno != ENOSYS) return fmt::format("Landlock refuses: {}", reason(errno));  // as in a container
  if (abi < 1) return "this kernel has no Landlock";
  Ruleset ruleset(landlock_rights(static_cast<int>(abi)));
  if (!ruleset.made()) return fmt::format("Landlock refuses: {}", reason(errno));
  for (const std::string& folder : allowed.writable)
    if (!ruleset.allow(folder, write_folder)) throw OutputError(fmt::format("cannot use {}: {}", folder, reason(errno)));
  for (const std::string& place : allowed.readable) ruleset.allow(place, read_folder);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !ruleset.restrict_self()) return fmt::format("Landlock refuses: {}", reason(errno));
  return {};
}

}  // namespace longwire
