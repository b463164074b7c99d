// The command as a user runs it: what it prints of the loopback, which is everywhere.
#include "cli/interfaces_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "capture/error.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string output(const std::vector<std::string>& arguments) {
  ::testing::internal::CaptureStdout();
  const int code = run_interfaces(arguments);
  std::string text = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(code, 0);
  return text;
}

TEST(InterfacesCommand, TellsOneInterfaceALine) {
  EXPECT_THAT(output({}), StartsWith("name,addresses,link_types,up,running,loopback,description\n"));
  EXPECT_THAT(output({}), HasSubstr("\nlo,"));
}

TEST(InterfacesCommand, TakesTheFormatAsked) {
  const auto all = nlohmann::json::parse(output({"--format", "json"}));
  const auto loopback = std::find_if(all.begin(), all.end(), [](const auto& each) { return each["name"] == "lo"; });
  ASSERT_NE(loopback, all.end());
  EXPECT_EQ((*loopback)["loopback"], 1);
}

TEST(InterfacesCommand, TakesNothingElse) {
  EXPECT_THROW(run_interfaces({"eth0"}), UsageError);
  EXPECT_THROW(run_interfaces({"--format", "xml"}), UsageError);
}

}  // namespace
}  // namespace longwire
