// HPACK header blocks: the examples of RFC 7541 Appendix C, and what an observer makes of blocks that are broken, or that
// it has not seen from the start.
#include "dissectors/hpack.h"

#include <gtest/gtest.h>

#include "tests/header_blocks.h"

namespace longwire::test {
namespace {

std::string once(std::string_view digits) {
  HpackDecoder decoder;
  return decoded(decoder, from_hex(digits));
}

TEST(Hpack, LiteralsOfAppendixC2) {
  EXPECT_EQ(once("400a637573746f6d2d6b65790d637573746f6d2d686561646572"), "custom-key: custom-header\n");
  EXPECT_EQ(once("040c2f73616d706c652f70617468"), ":path: /sample/path\n");
  EXPECT_EQ(once("100870617373776f726406736563726574"), "password: secret ! never\n");
  EXPECT_EQ(once("82"), ":method: GET\n");
}

TEST(Hpack, RequestsOfAppendixC3) {
  HpackDecoder decoder;
  EXPECT_EQ(decoded(decoder, from_hex("828684410f7777772e6578616d706c652e636f6d")),
            ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n");
  EXPECT_EQ(decoded(decoder, from_hex("828684be58086e6f2d6361636865")),
            ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache\n");
  EXPECT_EQ(decoded(decoder, from_hex("828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565")),
            ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value\n");
  EXPECT_EQ(decoded(decoder, from_hex("bebfc0c1")),
            "custom-key: custom-value\ncache-control: no-cache\n:authority: www.example.com\n?: ? ! http2.hpack.index\n");
}

TEST(Hpack, RequestsInHuffmanCodeOfAppendixC4) {
  HpackDecoder decoder;
  EXPECT_EQ(decoded(decoder, from_hex("828684418cf1e3c2e5f23a6ba0ab90f4ff")),
            ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n");
  EXPECT_EQ(decoded(decoder, from_hex("828684be5886a8eb10649cbf")),
            ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache\n");
  EXPECT_EQ(decoded(decoder, from_hex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf")),
            ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value\n");
}

constexpr std::string_view first_response =
    ":status: 302\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com\n";
constexpr std::string_view second_response =
    ":status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com\n";
constexpr std::string_view third_response =
    ":status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\nlocation: https://www.example.com\n"
    "content-encoding: gzip\nset-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n";

// A table of 256 bytes, so that entries are evicted.
TEST(Hpack, ResponsesOfAppendixC5) {
  HpackDecoder decoder;
  EXPECT_EQ(decoded(decoder, from_hex("3fe101")), "size\n");
  EXPECT_EQ(
      decoded(decoder, from_hex("4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a"
                                "2f2f7777772e6578616d706c652e636f6d")),
      first_response);
  EXPECT_EQ(decoded(decoder, from_hex("4803333037c1c0bf")), second_response);
  EXPECT_EQ(decoded(decoder,
                    from_hex("88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b"
                             "425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31")),
            third_response);
  EXPECT_EQ(decoded(decoder, from_hex("bebfc0c1")),
            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\ncontent-encoding: gzip\n"
            "date: Mon, 21 Oct 2013 20:13:22 GMT\n?: ? ! http2.hpack.index\n");
}

TEST(Hpack, ResponsesInHuffmanCodeOfAppendixC6) {
  HpackDecoder decoder;
  EXPECT_EQ(decoded(decoder, from_hex("3fe101")), "size\n");
  EXPECT_EQ(
      decoded(decoder, from_hex("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43"
                                "d3")),
      first_response);
  EXPECT_EQ(decoded(decoder, from_hex("4883640effc1c0bf")), second_response);
  EXPECT_EQ(
      decoded(decoder, from_hex("88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27"
                                "087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007")),
      third_response);
}

// The sizes of the size updates are those of Appendix C.1: 10 in a prefix of five bits, 1337 in more.
TEST(Hpack, ATableSizeAboveWhatWasAllowedIsFollowed) {
  HpackDecoder decoder;
  EXPECT_EQ(decoded(decoder, from_hex("2a 3f9a0a 3fe21f")), "size\nsize\nsize ! http2.hpack.table_size\n");
  decoder.allow(4097);
  EXPECT_EQ(decoded(decoder, from_hex("3fe21f")), "size\n");
}

TEST(Hpack, ABlockMayBreakOffAnywhere) {
  const std::string block = from_hex("828684be58086e6f2d6361636865408825a849e95ba97d7f8925a849e95bb8e8b4bf3fe101");
  for (std::size_t cut = 1; cut < block.size(); ++cut) {
    HpackDecoder at_once, in_two;
    Bytes left = as_bytes(std::string_view(block).substr(0, cut));
    while (!left.empty() && in_two.next(left).kind != HpackDecoder::Kind::incomplete) {
    }
    const std::string all = decoded(at_once, block);
    const std::string rest = decoded(in_two, std::string_view(block).substr(cut - left.size()));
    EXPECT_TRUE(all.ends_with(rest)) << "cut at " << cut << ": " << rest;
  }
}

TEST(Hpack, WhatIsWrongInAFieldLeavesTheRestReadable) {
  EXPECT_EQ(once("80 82"), "?: ? ! http2.hpack.index\n:method: GET\n");
  EXPECT_EQ(once("0001 61 81fe 82"), "a: ? ! http2.hpack.huffman\n:method: GET\n");        // not padded with ones
  EXPECT_EQ(once("0001 61 84ffffffff 82"), "a: ? ! http2.hpack.huffman\n:method: GET\n");  // EOS
  EXPECT_EQ(once("ff808080808000 82"), " ! http2.hpack.integer\n");                        // more zeros than any number needs
  EXPECT_EQ(once("ffffffffff7f 82"), " ! http2.hpack.integer\n");
}

TEST(Hpack, AnEntryLargerThanTheTableEmptiesIt) {
  EXPECT_EQ(once("4001 61 01 62 be 21 4001 63 01 64 be"), "a: b\na: b\nsize\nc: d\n?: ? ! http2.hpack.index\n");
}

// The name of a new entry may be that of one that is evicted for it (RFC 7541 section 4.4).
TEST(Hpack, ANameMayComeFromTheEntryThatIsEvictedForIt) {
  EXPECT_EQ(once("3f0a 4004 6e616d65 01 61 7e 02 6262 be"), "size\nname: a\nname: bb\nname: bb\n");  // a table of 41 bytes
}

TEST(Hpack, BehindLostBlocksOnlyWhatIsInsertedFromThereOnIsKnown) {
  HpackDecoder decoder;
  EXPECT_EQ(decoded(decoder, from_hex("4001 61 01 62")), "a: b\n");
  decoder.lose();
  EXPECT_TRUE(decoder.damaged());
  EXPECT_EQ(decoded(decoder, from_hex("82 be bf")), ":method: GET\n?: ?\n?: ?\n");
  EXPECT_EQ(decoded(decoder, from_hex("4001 63 01 64 be bf")), "c: d\nc: d\n?: ?\n");
  // a name that is not known, with a value that is: inserted as such
  EXPECT_EQ(decoded(decoder, from_hex("7f00 01 65 be bf c0")), "?: e\n?: e\nc: d\n?: ?\n");
}

}  // namespace
}  // namespace longwire::test
