// Client and server, told from one packet.
#include "reassembly/roles.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

Side role(std::uint8_t flags, std::uint16_t from, std::uint16_t to) {
  Segment segment;
  segment.flags = flags;
  segment.source.port = from;
  segment.destination.port = to;
  return sender_role(segment);
}

TEST(Roles, AreToldByTheHandshakeWhateverThePorts) {
  EXPECT_EQ(role(tcp_flag::syn, 80, 50000), Side::client);
  EXPECT_EQ(role(tcp_flag::syn | tcp_flag::ack, 50000, 80), Side::server);
}

TEST(Roles, AreGuessedByAServersPortMidstream) {
  EXPECT_EQ(role(tcp_flag::ack, 443, 50000), Side::server);
  EXPECT_EQ(role(tcp_flag::ack, 50000, 8080), Side::client);
  EXPECT_EQ(role(tcp_flag::rst, 8000, 1024), Side::server);
}

TEST(Roles, AreGuessedByThePortThatAClientWasGivenByItsSystem) {
  EXPECT_EQ(role(tcp_flag::ack, 9080, 39726), Side::server);
  EXPECT_EQ(role(tcp_flag::ack, 60999, 32767), Side::client);
  EXPECT_EQ(role(tcp_flag::ack, 1024, 32768), Side::server);
  EXPECT_EQ(role(tcp_flag::ack, 8080, 20000), Side::server) << "a usual server port tells more";
  EXPECT_EQ(role(tcp_flag::ack, 40000, 8080), Side::client);
}

TEST(Roles, AreGuessedByWhoSpeaksFirstWherePortsDoNotTell) {
  EXPECT_EQ(role(tcp_flag::ack, 50000, 50001), Side::client);
  EXPECT_EQ(role(tcp_flag::ack, 443, 80), Side::client);
}

}  // namespace
}  // namespace longwire
