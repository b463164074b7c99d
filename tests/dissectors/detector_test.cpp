#include "dissectors/detector.h"

#include <gtest/gtest.h>

#include "tests/conversation.h"

namespace longwire {
namespace {

using test::Conversation;
using namespace std::string_literals;

// The layers of the conversation's connection, after asserting that they do not depend on the cuts.
std::string layers(const Conversation& talk) {
  test::rows_at_every_cut(talk);
  RowBatch rows;
  return test::read(talk, {}, rows);
}

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", response = "HTTP/1.1 204 No Content\r\n\r\n";
const std::string client_hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"s;

TEST(Detector, AProtocolIsKnownByTheFirstBytesOfEitherSide) {
  EXPECT_EQ(layers(Conversation().client(request)), "http1");
  EXPECT_EQ(layers(Conversation().server(response)), "http1");
  EXPECT_EQ(layers(Conversation().client(client_hello)), "tls");
  EXPECT_EQ(layers(Conversation().client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")), "http2");
}

TEST(Detector, NothingIsClaimedOfOtherProtocols) {
  EXPECT_EQ(layers(Conversation().server("220 mail ESMTP\r\n").client("EHLO here\r\n").server("250 mail\r\n")), "unknown");
  EXPECT_EQ(layers(Conversation().server("SSH-2.0-x\r\n").client("SSH-2.0-y\r\n")), "unknown");
  EXPECT_EQ(layers(Conversation().client("\x17\x00\x03\x2a\x00\x00\x00\x00"s).server("\x1c\x02\x04\x00"s)), "unknown");
  EXPECT_EQ(layers(Conversation().client("\x16\x03\x01\x00\x05\x0b"s)), "unknown") << "no handshake begins with certificates";
}

TEST(Detector, OneSideThatIsNothingWaitsForTheOther) {
  EXPECT_EQ(layers(Conversation().client("\x01\x02 binary").server(response)), "http1");
  EXPECT_EQ(layers(Conversation().client("\x01\x02 binary").server("\x01\x02 too")), "unknown");
}

TEST(Detector, LongUnknownTalkOfOneSideIsNotKept) {
  RowBatch rows;
  EXPECT_EQ(test::read(Conversation().client(std::string(5000, '\x01')).server(response), {}, rows), "unknown");
}

TEST(Detector, NothingAtAllIsUnknown) {
  EXPECT_EQ(layers(Conversation().close()), "unknown");
  EXPECT_EQ(layers(Conversation().client("G").close()), "unknown");
}

TEST(Detector, MidstreamItLooksAtTheFirstByteOfEachPacket) {
  EXPECT_EQ(layers(Conversation().midstream().client("rest of a body\r\n" + request).client(request)), "http1");
  EXPECT_EQ(layers(Conversation().midstream().server("rest of a body\r\n").server("more of it").server(response)), "http1");
  EXPECT_EQ(layers(Conversation().midstream().client("rest of a body\r\n" + request)), "unknown");
}

TEST(Detector, MidstreamItGivesUpAfterManyPackets) {
  Conversation talk;
  talk.midstream();
  for (int i = 0; i < 64; ++i) talk.client("\x01").server("\x01");
  talk.client(request);
  EXPECT_EQ(layers(talk), "unknown");
}

TEST(Detector, BehindAHoleItLooksAgain) {
  EXPECT_EQ(layers(Conversation().gap(Side::client, 100).client("rest").client(request)), "http1");
}

// RFC 5246, appendix E.2.
TEST(Detector, AnSsl2HelloBeginsTls) {
  const std::string hello = "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10"s + std::string(37, 'x');
  EXPECT_EQ(layers(Conversation().client(hello)), "tls");
  EXPECT_EQ(layers(Conversation().client("\x80\x2e\x01\x03\x01\x00\x14\x00\x00\x00\x10"s)), "unknown") << "cipher specs are triples";
}

}  // namespace
}  // namespace longwire
