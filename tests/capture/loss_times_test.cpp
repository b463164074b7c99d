// Which packets were captured while others were lost, also where the clock is set meanwhile.
#include "capture/loss_times.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

constexpr Time noon = 1'795'867'200 * one_second, tenth = one_second / 10, hour = 3600 * one_second;

TEST(LossTimes, AreBetweenTwoLooksAndALittleAround) {
  LossTimes losses(noon, 0);
  EXPECT_FALSE(losses.near(noon));
  EXPECT_EQ(losses.look(noon + one_second, one_second, true), 0);
  EXPECT_FALSE(losses.near(noon - tenth - 1));
  EXPECT_TRUE(losses.near(noon - tenth));
  EXPECT_TRUE(losses.near(noon + one_second + tenth));
  EXPECT_FALSE(losses.near(noon + one_second + tenth + 1));
}

TEST(LossTimes, GrowWhileItGoesOn) {
  LossTimes losses(noon, 0);
  for (int n = 1; n <= 5; ++n) losses.look(noon + n * one_second, n * one_second, true);
  losses.look(noon + 6 * one_second, 6 * one_second, false);
  losses.look(noon + 7 * one_second, 7 * one_second, true);
  EXPECT_TRUE(losses.near(noon + one_second));
  EXPECT_TRUE(losses.near(noon + 4 * one_second));
  EXPECT_FALSE(losses.near(noon + 5 * one_second + 2 * tenth));
  EXPECT_TRUE(losses.near(noon + 6 * one_second));
}

TEST(LossTimes, AClockThatIsSetIsNoticedFromASecondOn) {
  LossTimes losses(noon, 0);
  EXPECT_EQ(losses.look(noon + one_second + tenth, one_second, false), 0) << "corrected by a tenth";
  EXPECT_EQ(losses.look(noon + 2 * one_second + tenth - hour, 2 * one_second, false), -hour);
  EXPECT_EQ(losses.look(noon + 3 * one_second + tenth - hour, 3 * one_second, false), 0);
  EXPECT_EQ(losses.look(noon + 4 * one_second + tenth, 4 * one_second, false), hour);
}

TEST(LossTimes, OfAClockSetBackAreNotLookedForAnHourLater) {
  LossTimes losses(noon, 0);
  losses.look(noon + one_second, one_second, true);
  losses.look(noon - hour + 2 * one_second, 2 * one_second, true);
  EXPECT_TRUE(losses.near(noon - hour + one_second)) << "lost before it was set, and since";
  EXPECT_TRUE(losses.near(noon - hour + 2 * one_second));
  EXPECT_FALSE(losses.near(noon - hour + 3 * one_second));
}

TEST(LossTimes, OfAClockSetOnTakeNotAnHour) {
  LossTimes losses(noon, 0);
  losses.look(noon + hour + one_second, one_second, true);
  EXPECT_FALSE(losses.near(noon + hour / 2));
  EXPECT_TRUE(losses.near(noon + hour));
}

}  // namespace
}  // namespace longwire
