#include "capture/endpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/packet_builder.h"

namespace longwire {
namespace {

TEST(Address, Ipv4IsWrittenAsDottedQuad) {
  const Address v4 = Address::from(from_hex("c0000201"));
  EXPECT_TRUE(v4.is_ipv4());
  EXPECT_EQ(v4.to_string(), "192.0.2.1");
  EXPECT_EQ(v4, Address::from(from_hex("00000000000000000000ffffc0000201"))) << "RFC 4291 section 2.5.5.2";
}

TEST(Address, Ipv6IsWrittenAsRfc5952Says) {
  const auto text = [](const char* hex) { return Address::from(from_hex(hex)).to_string(); };
  EXPECT_EQ(text("20010db8000000000000000000000001"), "2001:db8::1");
  EXPECT_EQ(text("20010db8000000000001000000000001"), "2001:db8::1:0:0:1") << "section 4.2.3: the first of two equal runs";
  EXPECT_EQ(text("20010db8000000010001000100010001"), "2001:db8:0:1:1:1:1:1") << "section 4.2.2: one zero field is not shortened";
  EXPECT_EQ(text("00000000000000000000000000000000"), "::");
}

TEST(Address, OfAnyOtherSizeIsUnspecified) {
  EXPECT_EQ(Address::from(from_hex("c00002")), Address{});
  EXPECT_EQ(Address::from({}), Address{});
}

TEST(Endpoint, Ipv6AddressStandsInBrackets) {
  EXPECT_EQ(endpoint("192.0.2.1", 80).to_string(), "192.0.2.1:80");
  EXPECT_EQ(endpoint("2001:db8::1", 443).to_string(), "[2001:db8::1]:443");
}

TEST(ConnectionHash, IsTheSameInBothDirections) {
  EXPECT_EQ(connection_hash(endpoint("192.0.2.1", 40000), endpoint("198.51.100.2", 80)),
            connection_hash(endpoint("198.51.100.2", 80), endpoint("192.0.2.1", 40000)));
}

TEST(ConnectionHash, TellsPortsApartFromAddresses) {
  EXPECT_NE(connection_hash(endpoint("192.0.2.1", 40000), endpoint("198.51.100.2", 80)),
            connection_hash(endpoint("192.0.2.1", 80), endpoint("198.51.100.2", 40000)));
}

// Connections of one client to one server differ in one port only: they must still spread over workers and buckets.
TEST(ConnectionHash, SpreadsConsecutivePorts) {
  constexpr std::size_t buckets = 1024, connections = 64 * buckets / 2;
  std::vector<int> low(buckets), high(buckets);
  std::set<std::uint32_t> different;
  for (std::uint32_t i = 0; i < connections; ++i) {
    const std::uint32_t hash = connection_hash(endpoint("192.0.2.1", static_cast<std::uint16_t>(20000 + i)), endpoint("198.51.100.2", 80));
    ++low[hash % buckets];
    ++high[hash >> 22];
    different.insert(hash);
  }
  // 32 a bucket on average; a random function stays below 64 in 1,024 buckets with a probability above 0.999.
  EXPECT_LT(*std::max_element(low.begin(), low.end()), 64);
  EXPECT_LT(*std::max_element(high.begin(), high.end()), 64);
  EXPECT_GT(different.size(), connections - 16);
}

}  // namespace
}  // namespace longwire
