// Rights that are given up: tried in children, because there is no way back. Most of it needs root, which then is lost.
#include "cli/privileges.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "capture/error.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

constexpr uid_t nobody = 65534;

// What `action` returns in a child of its own; -1 where it did not return, -2 where it threw.
int in_child(const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      ::_exit(action());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(254);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return -1;
  return WEXITSTATUS(status) == 254 ? -2 : WEXITSTATUS(status);
}

bool captures() {
  const int socket = ::socket(AF_PACKET, SOCK_RAW, 0);
  if (socket >= 0) ::close(socket);
  return socket >= 0;
}

class AsRoot : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give it up";
    ::unsetenv("SUDO_UID");
    ::unsetenv("SUDO_GID");
  }
  TemporaryDirectory directory_;
};

TEST_F(AsRoot, NobodyIsWhomItBecomesWhereNothingIsSaid) {
  const auto account = account_to_become("");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->name, "nobody");
  EXPECT_EQ(account->user, nobody);
}

TEST_F(AsRoot, WhoCalledSudoIsWhomItBecomes) {
  ::setenv("SUDO_UID", "12345", 1);
  ::setenv("SUDO_GID", "54321", 1);
  const auto account = account_to_become("");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->user, 12345u);
  EXPECT_EQ(account->group, 54321u);
  ::setenv("SUDO_UID", "0", 1);  // root called sudo
  EXPECT_EQ(account_to_become("")->name, "nobody");
  ::setenv("SUDO_UID", "4294967295", 1);  // -1: no user
  EXPECT_EQ(account_to_become("")->name, "nobody");
  ::setenv("SUDO_UID", "12 34", 1);
  EXPECT_EQ(account_to_become("")->name, "nobody");
}

TEST_F(AsRoot, AUserIsNamedOrNumbered) {
  EXPECT_EQ(account_to_become("nobody")->user, nobody);
  EXPECT_EQ(account_to_become("65534")->name, "nobody");
  EXPECT_EQ(account_to_become("12345")->user, 12345u);
  EXPECT_EQ(account_to_become("12345")->group, nobody);
  EXPECT_EQ(account_to_become("root")->user, 0u);
  EXPECT_THROW(account_to_become("no-such-user"), UsageError);
}

TEST_F(AsRoot, RootIsGoneForGood) {
  EXPECT_EQ(in_child([&] {
              give_up_privileges(account_to_become(""));
              if (::getuid() != nobody || ::geteuid() != nobody || ::getgid() == 0 || ::getegid() == 0) return 1;
              if (::setuid(0) == 0 || ::seteuid(0) == 0 || ::setgid(0) == 0) return 2;
              gid_t groups[64];
              const int count = ::getgroups(64, groups);
              for (int n = 0; n < count; ++n)
                if (groups[n] == 0) return 3;
              return captures() || ::open("/etc/shadow", O_RDONLY) >= 0 ? 4 : 0;
            }),
            0);
}

TEST_F(AsRoot, WhoStaysRootLosesTheCapabilities) {
  EXPECT_EQ(in_child([&] {
              give_up_privileges(account_to_become("root"));
              return ::getuid() == 0 && !captures() ? 0 : 1;
            }),
            0);
}

// As of a program whose file has cap_net_raw, or of a service with AmbientCapabilities.
TEST_F(AsRoot, CapabilitiesWithoutRootAreGoneForGood) {
  EXPECT_EQ(in_child([&] {
              ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
              if (::setresuid(nobody, nobody, nobody) != 0) return 1;
              __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct held[2]{};
              held[0].permitted = held[0].effective = held[0].inheritable = 1u << CAP_NET_RAW;
              if (::syscall(SYS_capset, &header, held) != 0) return 2;
              ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
              if (!captures()) return 3;
              if (account_to_become("")) return 4;  // not root: nobody to become
              give_up_privileges(std::nullopt);
              if (captures()) return 5;
              if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_RAW, 0, 0) != 0) return 6;
              held[0].permitted = held[0].effective = 1u << CAP_NET_RAW;
              held[0].inheritable = 0;
              return ::syscall(SYS_capset, &header, held) == 0 ? 7 : 0;
            }),
            0);
}

TEST_F(AsRoot, OnlyRootCanBeToldWhomToBecome) {
  EXPECT_EQ(in_child([&] {
              if (::setresuid(nobody, nobody, nobody) != 0) return 1;
              try {
                account_to_become("root");
              } catch (const UsageError&) {
                return 0;
              }
              return 2;
            }),
            0);
}

TEST_F(AsRoot, AFolderThatTheUserMayNotWriteInIsToldWithWhatToDo) {
  const std::string folder = directory_.file("");
  ::chmod(folder.c_str(), 0755);
  require_writable(folder);
  EXPECT_EQ(in_child([&] {
              give_up_privileges(account_to_become("nobody"));
              try {
                require_writable(folder);
              } catch (const OutputError& error) {
                return error.what() == "nobody may not make files in " + folder +
                                           "; name a folder where that user may, or a user who may with --user"
                           ? 0
                           : 1;
              }
              return 2;
            }),
            0);
  EXPECT_THROW(require_writable(directory_.file("missing")), OutputError);
  ::chown(folder.c_str(), nobody, nobody);
  EXPECT_EQ(in_child([&] {
              give_up_privileges(account_to_become("nobody"));
              require_writable(folder);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace longwire
