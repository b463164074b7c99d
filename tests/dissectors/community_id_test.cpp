#include "dissectors/community_id.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

namespace longwire {
namespace {

Endpoint endpoint(const std::string& address, std::uint16_t port) {
  std::array<std::uint8_t, 16> octets{};
  const bool ipv6 = address.find(':') != std::string::npos;
  inet_pton(ipv6 ? AF_INET6 : AF_INET, address.c_str(), octets.data());
  return {Address::from(Bytes(octets).first(ipv6 ? 16 : 4)), port};
}

std::string id(const Endpoint& a, const Endpoint& b) {
  return std::string(std::string_view(community_id(a, b)));
}

// The specification's own example, then values of a few lines of Python over its text.
TEST(CommunityId, IsTheSpecifications) {
  EXPECT_EQ(id(endpoint("128.232.110.120", 34855), endpoint("66.35.250.204", 80)), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(id(endpoint("10.0.0.1", 10), endpoint("10.0.0.1", 20)), "1:1Lc+0H/HgLmR5V4rmOeuDZQS11k=");
  EXPECT_EQ(id(endpoint("2001:db8::1", 50000), endpoint("2001:db8::2", 443)), "1:YXqXufkGr4i6TbJJYF83fvyDLZ8=");
}

TEST(CommunityId, IsTheSameFromBothSides) {
  EXPECT_EQ(id(endpoint("66.35.250.204", 80), endpoint("128.232.110.120", 34855)), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(id(endpoint("10.0.0.1", 20), endpoint("10.0.0.1", 10)), "1:1Lc+0H/HgLmR5V4rmOeuDZQS11k=");
}

}  // namespace
}  // namespace longwire
