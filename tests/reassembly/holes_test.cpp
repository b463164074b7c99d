// Holes that were declared, and the bytes that come late after all.
#include "reassembly/holes.h"

#include <gtest/gtest.h>

#include "capture/limits.h"

namespace longwire {
namespace {

TEST(Holes, CountALateByteOnce) {
  Holes holes;
  holes.add(10, 20);
  EXPECT_EQ(holes.fill(5, 12), 2u);
  EXPECT_EQ(holes.fill(10, 12), 0u);
  EXPECT_EQ(holes.fill(0, 100), 8u);
  EXPECT_TRUE(holes.empty());
}

TEST(Holes, AreSplitByBytesInTheirMiddle) {
  Holes holes;
  holes.add(10, 20);
  holes.add(30, 40);
  EXPECT_EQ(holes.fill(14, 16), 2u);
  EXPECT_EQ(holes.fill(12, 35), 2u + 4u + 5u);
  EXPECT_EQ(holes.fill(0, 50), 2u + 5u);
}

TEST(Holes, ForgetTheOldestWhereTheyAreTooMany) {
  Holes holes;
  for (std::uint64_t i = 0; i < limits::holes; ++i) EXPECT_TRUE(holes.add(10 * i, 10 * i + 5));
  EXPECT_FALSE(holes.add(100000, 100001));
  EXPECT_EQ(holes.fill(0, 5), 0u);
  EXPECT_EQ(holes.fill(10, 15), 5u);
}

}  // namespace
}  // namespace longwire
