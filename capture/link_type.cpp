#include "capture/link_type.h"

#include <fmt/format.h>
#include <pcap.h>

namespace longwire {
namespace {

// LINKTYPE_ values whose DLT_ value is another one.
constexpr struct {
  std::uint16_t link;
  int dlt;
} differing[] = {
    {100, DLT_ATM_RFC1483}, {101, DLT_RAW}, {102, DLT_SLIP_BSDOS}, {103, DLT_PPP_BSDOS}, {106, DLT_ATM_CLIP}, {246, DLT_PFSYNC},
};

}  // namespace

int dlt_of(LinkType link) {
  const auto value = static_cast<std::uint16_t>(link);
  for (const auto& pair : differing) {
    if (pair.link == value) return pair.dlt;
  }
  return value;
}

LinkType link_type_of(int dlt) {
  for (const auto& pair : differing) {
    if (pair.dlt == dlt) return static_cast<LinkType>(pair.link);
  }
  return static_cast<LinkType>(dlt);
}

std::string link_type_name(LinkType link) {
  const char* name = pcap_datalink_val_to_name(dlt_of(link));
  return name != nullptr ? name : std::to_string(static_cast<std::uint16_t>(link));
}

}  // namespace longwire
