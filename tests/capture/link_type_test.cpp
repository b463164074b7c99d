#include "capture/link_type.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(LinkTypeName, IsLibpcapsWhereItHasOne) {
  EXPECT_EQ(link_type_name(LinkType::ethernet), "EN10MB");
  EXPECT_EQ(link_type_name(LinkType::linux_sll2), "LINUX_SLL2");
  EXPECT_EQ(link_type_name(LinkType::raw), "RAW");  // 101 in files, another number in libpcap
  EXPECT_EQ(link_type_name(LinkType{9999}), "9999");
}

}  // namespace
}  // namespace longwire
