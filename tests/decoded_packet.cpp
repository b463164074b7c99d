#include "tests/decoded_packet.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

namespace longwire {
namespace {

bool lies_in(Bytes part, Bytes whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

const Segment& Decoded::segment() const {
  static const Segment none;
  EXPECT_EQ(batch.segments.size(), 1u);
  return batch.segments.size() == 1 ? batch.segments.front() : none;
}

std::string Decoded::summary() const {
  std::string lines;
  for (const Segment& each : batch.segments) {
    if (!lines.empty()) lines += '\n';
    if (each.kind == Segment::Kind::icmp_unreachable) lines += "icmp ";
    lines += fmt::format("{} > {} seq {} `{}`", each.source.to_string(), each.destination.to_string(), each.seq, as_text(each.payload));
  }
  return lines;
}

std::string Decoded::kind() const {
  EXPECT_EQ(kinds.size(), 1u);
  if (kinds.size() != 1) return {};
  EXPECT_EQ(kinds.front().packets, 1u);
  return kinds.front().name;
}

std::vector<std::string> Decoded::anomalies() const {
  std::vector<std::string> codes;
  for (const DecodeAnomaly& anomaly : batch.anomalies) codes.emplace_back(anomaly.code);
  return codes;
}

Decoded decoded(Octets packet, LinkType link, DecodeOptions options, std::uint32_t wire_length) {
  Decoded result;
  result.packet = std::move(packet);
  Decoder decoder(options);
  decoder.decode(packet_of(result.packet, link, 1, 0, wire_length), result.batch);
  result.kinds = decoder.take_kinds();
  return result;
}

void expect_bounded_at_every_length(const Octets& packet, LinkType link) {
  for (std::size_t length = 0; length <= packet.size(); ++length) {
    for (const std::size_t on_the_wire : {packet.size(), length}) {
      SCOPED_TRACE(fmt::format("{} of {} octets captured", length, on_the_wire));
      Octets part(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(length));
      part.shrink_to_fit();
      const Decoded result = decoded(std::move(part), link, {}, static_cast<std::uint32_t>(on_the_wire));
      EXPECT_NE(result.kind(), "");
      for (const Segment& segment : result.batch.segments) {
        EXPECT_TRUE(lies_in(segment.payload, result.packet));
        EXPECT_TRUE(lies_in(segment.options, result.packet));
      }
    }
  }
}

}  // namespace longwire
