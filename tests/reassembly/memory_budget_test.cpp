// When memory has to be counted, and how much of it has to go.
#include "reassembly/memory_budget.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(MemoryBudget, WithoutALimitNothingIsEverCounted) {
  MemoryBudget budget;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(budget.grow(1u << 30));
}

TEST(MemoryBudget, CountingIsAskedForOnceGrowthMayHaveReachedTheBudget) {
  MemoryBudget budget(800);
  EXPECT_FALSE(budget.grow(800));
  EXPECT_TRUE(budget.grow(1));
  EXPECT_EQ(budget.used(300), 0u) << "most of what grew is gone already";
  EXPECT_FALSE(budget.grow(500));
  EXPECT_TRUE(budget.grow(1));
}

TEST(MemoryBudget, ThreeQuartersStayWhereMoreThanSevenEighthsAreUsed) {
  MemoryBudget budget(800);
  EXPECT_EQ(budget.used(700), 0u);
  EXPECT_FALSE(budget.grow(100));
  EXPECT_EQ(budget.used(701), 101u);
  EXPECT_FALSE(budget.grow(200)) << "so that a quarter of the budget comes before the next count";
  EXPECT_TRUE(budget.grow(1));
}

TEST(MemoryBudget, APartOfTheConnectionsIsARunOfTheirHashes) {
  EXPECT_EQ(memory_part(0), 0u);
  EXPECT_EQ(memory_part(0x03ffffff), 0u);
  EXPECT_EQ(memory_part(0x04000000), 1u);
  EXPECT_EQ(memory_part(0xffffffff), limits::memory_parts - 1);
}

}  // namespace
}  // namespace longwire
