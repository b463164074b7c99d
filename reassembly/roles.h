// Who is client and who is server, told from the first packet of a connection.
#pragma once

#include "capture/segment.h"
#include "reassembly/stream.h"

namespace longwire {

// The role of the sender. A SYN is sent by the client and a SYN-ACK by the server. Midstream it is a guess: the side
// with a server's port is the server where the other has none, else the side with a port that systems give to clients is
// the client where the other has none, else the first to speak is.
Side sender_role(const Segment& first);

}  // namespace longwire
