// What a confined process may still do: tried in children, because there is no way back.
#include "cli/confinement.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "capture/error.h"
#include "cli/landlock.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// What `action` returns in a child of its own; -1 where it did not return. Kernels without Landlock or seccomp: 77, skipped.
int in_child(const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(action());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int skipped = 77;

int confined(const Confinement& allowed, const std::function<int()>& action) {
  return in_child([&] {
    const Confined in_force = confine(allowed);
    return in_force.files && in_force.calls ? action() : skipped;
  });
}

bool opens(const std::string& path, int how) {
  const int file = ::open(path.c_str(), how, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

class Confining : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(inside_ + "/below");
    fs::create_directories(outside_);
    for (const std::string& file : {inside_ + "/file", outside_ + "/file", outside_ + "/other"}) std::ofstream(file) << "text";
    fs::create_symlink(outside_ + "/file", inside_ + "/link");
    if (confined({}, [] { return 0; }) == skipped) GTEST_SKIP() << "this kernel, or this build, does not confine";
  }

  TemporaryDirectory directory_;
  const std::string inside_ = directory_.file("inside"), outside_ = directory_.file("outside");
};

TEST_F(Confining, InAFolderToWriteInFilesAreMadeWrittenRenamedAndRemoved) {
  EXPECT_EQ(confined({{inside_}, {}},
                     [&] {
                       if (!opens(inside_ + "/made", O_RDWR | O_CREAT | O_TRUNC)) return 1;
                       if (::rename((inside_ + "/made").c_str(), (inside_ + "/named").c_str()) != 0) return 2;
                       if (!opens(inside_ + "/named", O_RDONLY)) return 3;
                       if (::unlink((inside_ + "/named").c_str()) != 0) return 4;
                       if (!opens(inside_, O_RDONLY | O_DIRECTORY)) return 5;
                       return opens(inside_ + "/below/made", O_WRONLY | O_CREAT) ? 0 : 6;
                     }),
            0);
}

TEST_F(Confining, NothingElseIsWritten) {
  EXPECT_EQ(confined({{inside_}, {outside_ + "/other"}},
                     [&] {
                       for (const std::string& file : {outside_ + "/file", outside_ + "/other", inside_ + "/link"})
                         if (opens(file, O_WRONLY) || errno != EACCES) return 1;
                       if (opens(outside_ + "/made", O_WRONLY | O_CREAT) || errno != EACCES) return 2;
                       if (::unlink((outside_ + "/file").c_str()) == 0) return 3;
                       if (::rename((inside_ + "/file").c_str(), (outside_ + "/moved").c_str()) == 0) return 4;
                       if (::rename((inside_ + "/file").c_str(), (inside_ + "/below/moved").c_str()) == 0) return 5;
                       return ::truncate((outside_ + "/file").c_str(), 0) == 0 ? 6 : 0;
                     }),
            0);
  EXPECT_EQ(fs::file_size(outside_ + "/file"), 4u);
}

TEST_F(Confining, OnlyWhatIsNamedIsRead) {
  EXPECT_EQ(confined({{}, {outside_ + "/other", inside_, directory_.file("missing")}},
                     [&] {
                       if (!opens(outside_ + "/other", O_RDONLY)) return 1;
                       if (!opens(inside_ + "/file", O_RDONLY)) return 2;
                       if (!opens(inside_, O_RDONLY | O_DIRECTORY)) return 3;
                       if (opens(inside_ + "/link", O_RDONLY) || errno != EACCES) return 4;
                       return opens(outside_ + "/file", O_RDONLY) || errno != EACCES ? 5 : 0;
                     }),
            0);
}

TEST_F(Confining, WhatWasOpenStaysUsable) {
  const int file = ::open((outside_ + "/file").c_str(), O_RDWR);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_EQ(confined({},
                     [&] {
                       char text[4];
                       if (::read(file, text, 4) != 4 || ::ftruncate(file, 2) != 0) return 1;
                       if (::write(ends[0], "x", 1) != 1 || ::recv(ends[1], text, 1, 0) != 1) return 2;
                       return 0;
                     }),
            0);
  for (const int number : {file, ends[0], ends[1]}) ::close(number);
}

TEST_F(Confining, NoConnectionIsOpened) {
  EXPECT_EQ(confined({{inside_}, {}},
                     [] {
                       if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) return 1;
                       return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM ? 2 : 0;
                     }),
            0);
}

TEST_F(Confining, ASocketThatIsThereConnectsToNothing) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(confined({},
                     [&] {
                       sockaddr_in to{};
                       to.sin_family = AF_INET;
                       to.sin_port = htons(9);
                       to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                       return ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 || errno != EPERM ? 1 : 0;
                     }),
            0);
  ::close(socket);
}

TEST_F(Confining, NoProgramAndNoProcessIsStarted) {
  EXPECT_EQ(confined({{"/"}, {"/"}},
                     [] {
                       char name[] = "true";
                       char* arguments[] = {name, nullptr};
                       ::execv("/bin/true", arguments);
                       if (errno != EPERM) return 1;
                       return ::fork() >= 0 ? 2 : 0;
                     }),
            0);
}

TEST_F(Confining, ThreadsAreStartedAndAreConfinedToo) {
  EXPECT_EQ(confined({{inside_}, {}},
                     [&] {
                       int result = 1;
                       std::thread([&] {
                         result = opens(outside_ + "/file", O_RDONLY) || ::socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 2 : 0;
                       }).join();
                       return result;
                     }),
            0);
}

TEST_F(Confining, AFolderToWriteInThatIsMissingIsTold) {
  const std::string missing = directory_.file("missing");
  EXPECT_EQ(in_child([&] {
              try {
                confine({{missing}, {}});
              } catch (const OutputError& error) {
                return std::string(error.what()) == "cannot use " + missing + ": No such file or directory" ? 0 : 1;
              }
              return 2;
            }),
            0);
}

// As on a kernel without Landlock: its first call is answered as such a kernel does.
TEST_F(Confining, WithoutLandlockItGoesOnAndSaysSo) {
  for (const auto& [error, why] : {std::pair{ENOSYS, "this kernel has no Landlock"},
                                   {EOPNOTSUPP, "Landlock is turned off in this kernel"},
                                   {EPERM, "Landlock refuses: Operation not permitted"}})
    EXPECT_EQ(in_child([error = error, why = why] {
                scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
                seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), SCMP_SYS(landlock_create_ruleset), 0);
                if (seccomp_load(filter) != 0) return 3;
                const Confined in_force = confine({{"/tmp"}, {}});
                if (in_force.files || !in_force.calls) return 1;
                const std::string line = "confined: system calls by seccomp; not confined: files (" + std::string(why) + ")";
                return in_force.line() == line ? 0 : 2;
              }),
              0);
}

TEST_F(Confining, WithoutSeccompItGoesOnAndSaysSo) {
  EXPECT_EQ(in_child([] {
              scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
              seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0);
              const scmp_arg_cmp set_seccomp{0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0};
              seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, &set_seccomp);
              if (seccomp_load(filter) != 0) return 3;
              const Confined in_force = confine({{"/tmp"}, {}});
              if (!in_force.files || in_force.calls) return 1;
              return in_force.line().starts_with("confined: files by Landlock; not confined: system calls (seccomp refuses: ") ? 0 : 2;
            }),
            0);
}

TEST(ConfinedLine, TellsWhatIsInForce) {
  EXPECT_EQ((Confined{true, true, ""}).line(), "confined: files by Landlock, system calls by seccomp");
  EXPECT_EQ((Confined{false, false, "why"}).line(), "not confined: why");
}

// Each version of Landlock forbids what the one before did, and more; an older kernel is never asked for what it does not know.
TEST(LandlockRights, GrowWithTheKernel) {
  EXPECT_EQ(landlock_rights(0).files, 0u);
  EXPECT_EQ(landlock_rights(1).files, (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1);
  EXPECT_EQ(std::popcount(landlock_rights(1).files), 13);
  EXPECT_EQ(std::popcount(landlock_rights(2).files), 14);
  EXPECT_EQ(std::popcount(landlock_rights(3).files), 15);
  EXPECT_EQ(std::popcount(landlock_rights(5).files), 16);
  EXPECT_EQ(landlock_rights(3).network, 0u);
  EXPECT_EQ(landlock_rights(4).network, 3u);
  EXPECT_EQ(landlock_rights(5).scopes, 0u);
  EXPECT_EQ(landlock_rights(6).scopes, 3u);
  EXPECT_EQ(landlock_rights(99).files, landlock_rights(6).files);
}

TEST(TemporaryFiles, LieBesideTheDatabaseUnlessTheEnvironmentSaysWhere) {
  EXPECT_EQ(in_child([] {
              ::unsetenv("TMPDIR");
              ::unsetenv("SQLITE_TMPDIR");
              if (keep_temporary_files_in("/usr") != "/usr" || std::string(::getenv("SQLITE_TMPDIR")) != "/usr") return 1;
              ::unsetenv("SQLITE_TMPDIR");
              ::setenv("TMPDIR", "/var", 1);
              if (keep_temporary_files_in("/usr") != "/var" || ::getenv("SQLITE_TMPDIR") != nullptr) return 2;
              ::setenv("TMPDIR", "/nowhere", 1);
              return keep_temporary_files_in("/usr") == "/usr" ? 0 : 3;
            }),
            0);
}

}  // namespace
}  // namespace longwire
