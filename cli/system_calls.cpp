#include "cli/system_calls.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <type_traits>

namespace longwire {
namespace {

// Allowed whatever their arguments are. Calls that an architecture does not have are left out by libseccomp.
constexpr int allowed_calls[] = {
    // Memory. mmap and mprotect: below.
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(msync), SCMP_SYS(mincore), SCMP_SYS(mlock),
    SCMP_SYS(mlock2), SCMP_SYS(munlock),
    // Threads, and the end. clone: below.
    SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address), SCMP_SYS(membarrier), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(getcpu), SCMP_SYS(exit), SCMP_SYS(exit_group),
    // Signals, to itself.
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigpending),
    SCMP_SYS(sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(pause), SCMP_SYS(signalfd4),
    // Files: which ones, is Landlock's. fchown and fchmod are SQLite's, for files that it makes beside a database.
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(read), SCMP_SYS(readv),
    SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(preadv2), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev),
    SCMP_SYS(pwritev2), SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64), SCMP_SYS(flock), SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64), SCMP_SYS(fallocate), SCMP_SYS(fsync),
    SCMP_SYS(fdatasync), SCMP_SYS(sync_file_range), SCMP_SYS(fadvise64), SCMP_SYS(fadvise64_64), SCMP_SYS(readahead), SCMP_SYS(stat),
    SCMP_SYS(stat64), SCMP_SYS(lstat), SCMP_SYS(lstat64), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(newfstatat), SCMP_SYS(fstatat64),
    SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(statfs64), SCMP_SYS(fstatfs), SCMP_SYS(fstatfs64), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(getcwd), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents), SCMP_SYS(getdents64),
    SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
    SCMP_SYS(fchmod), SCMP_SYS(fchown), SCMP_SYS(fchown32), SCMP_SYS(umask),
    // Waiting.
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64), SCMP_SYS(select), SCMP_SYS(_newselect), SCMP_SYS(pselect6),
    SCMP_SYS(pselect6_time64), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),
    // Clocks.
    SCMP_SYS(time), SCMP_SYS(gettimeofday), SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(clock_getres),
    SCMP_SYS(clock_getres_time64), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_nanosleep_time64), SCMP_SYS(times),
    SCMP_SYS(getrusage),
    // Capture sockets that are open already: counts of drops, filters, what is read beside the ring.
    SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg),
    // What the process and the machine are.
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getpgrp), SCMP_SYS(getuid), SCMP_SYS(getuid32), SCMP_SYS(geteuid),
    SCMP_SYS(geteuid32), SCMP_SYS(getgid), SCMP_SYS(getgid32), SCMP_SYS(getegid), SCMP_SYS(getegid32), SCMP_SYS(uname), SCMP_SYS(sysinfo),
    SCMP_SYS(getrlimit), SCMP_SYS(ugetrlimit), SCMP_SYS(getrandom)};

// What somebody who took over the process would try first: to say no in so many words.
constexpr int refused_calls[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect),
                                 SCMP_SYS(bind),   SCMP_SYS(listen),   SCMP_SYS(sendto), SCMP_SYS(sendmsg),    SCMP_SYS(ptrace),
                                 SCMP_SYS(kill),   SCMP_SYS(chmod),    SCMP_SYS(chown),  SCMP_SYS(setuid),     SCMP_SYS(setresuid)};

// Questions about terminals, pipes and interfaces. What types into a terminal (TIOCSTI) is none of them.
constexpr unsigned long allowed_requests[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, SIOCGIFFLAGS, SIOCGIFNAME, SIOCGIFINDEX, SIOCGSTAMP};

#ifdef __s390__
constexpr unsigned clone_flags = 1;  // which argument
#else
constexpr unsigned clone_flags = 0;
#endif

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Release>;

// Each returns 0, or a negative errno value.
int allow(const Filter& filter, int call, const scmp_arg_cmp& argument) {
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &argument);
}

int add_rules(const Filter& filter) {
  int failed = 0;
  const auto check = [&failed](int result) {
    if (failed == 0) failed = result;
  };
  for (const int call : allowed_calls) check(seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 0, nullptr));
  for (const int call : refused_calls) check(seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0, nullptr));
  for (const unsigned long request : allowed_requests) check(allow(filter, SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, request, 0}));
  // No new code: all libraries are there by now.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)})
    check(allow(filter, call, {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}));
  // Threads but no processes. The flags of clone3 lie in memory, where a filter cannot look: without it, the C library uses clone.
  check(allow(filter, SCMP_SYS(clone), {clone_flags, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD}));
  check(allow(filter, SCMP_SYS(tgkill), {0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()), 0}));
  check(allow(filter, SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_SET_NAME, 0}));
  check(allow(filter, SCMP_SYS(prlimit64), {2, SCMP_CMP_EQ, 0, 0}));  // asks, and sets nothing
  return failed;
}

}  // namespace

std::string restrict_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (filter == nullptr) return "seccomp cannot be used";
  // For threads that are there already; and without slowing the processor down for all of the program (kernels before 5.16).
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_SSB, 1);
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree: a tenth of the comparisons for each call
  int result = add_rules(filter);
  if (result == 0) result = seccomp_load(filter.get());
  if (result == 0) return {};
  return fmt::format("seccomp refuses: {}", std::generic_category().message(-result));
}

}  // namespace longwire
