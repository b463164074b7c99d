// Names of link types, as libpcap knows them.
#pragma once

#include <string>

#include "capture/packet.h"

namespace longwire {

// "EN10MB", "LINUX_SLL2" ...; "link type 147" where libpcap has no name.
std::string link_type_name(LinkType link);

// The number that libpcap's own functions use for a link type: DLT_ values are those of LINKTYPE_, but for a few that
// differ between systems (pcap-linktype(7)).
int dlt_of(LinkType link);
// And back.
LinkType link_type_of(int dlt);

}  // namespace longwire
