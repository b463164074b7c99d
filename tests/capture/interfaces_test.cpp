// The interfaces of the machine that the test runs on: a loopback is everywhere.
#include "capture/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace longwire {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

NetworkInterface named(const InterfaceList& list, const std::string& name) {
  const auto found =
      std::find_if(list.interfaces.begin(), list.interfaces.end(), [&](const NetworkInterface& each) { return each.name == name; });
  return found != list.interfaces.end() ? *found : NetworkInterface{};
}

TEST(Interfaces, TheLoopbackHasItsAddressAndSaysWhatItIs) {
  const NetworkInterface loopback = named(list_interfaces(), "lo");
  EXPECT_TRUE(loopback.loopback);
  if (!loopback.up) GTEST_SKIP() << "it is down, and has no address";
  EXPECT_THAT(loopback.addresses, Contains("127.0.0.1/8"));
}

TEST(Interfaces, WhoMayCaptureIsToldLinkTypes) {
  const InterfaceList list = list_interfaces();
  if (list.denied) GTEST_SKIP() << "needs the right to capture";
  EXPECT_THAT(named(list, "lo").link_types, Contains("EN10MB"));
  EXPECT_THAT(named(list, "any").link_types.front(), HasSubstr("LINUX_SLL"));
}

TEST(Interfaces, OthersSeeThemWithoutLinkTypes) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  constexpr uid_t nobody = 65534;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(nobody, nobody, nobody) != 0) ::_exit(2);
    const InterfaceList list = list_interfaces();
    ::_exit(list.denied && named(list, "lo").loopback && named(list, "lo").link_types.empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Interfaces, WhatCarriesNoNetworkPacketsIsLeftOut) {
  for (const NetworkInterface& each : list_interfaces().interfaces) {
    EXPECT_FALSE(each.name.starts_with("nfqueue")) << each.name;
    EXPECT_FALSE(each.name.starts_with("bluetooth")) << each.name;
  }
}

TEST(Interfaces, TheWayToPermissionNamesTheProgramThatRuns) {
  EXPECT_THAT(how_to_get_permission(), HasSubstr("sudo setcap cap_net_raw+ep /"));
}

}  // namespace
}  // namespace longwire
