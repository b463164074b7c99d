// The registry of row types: every table of facts, in the order in which storage creates them.
#pragma once

#include <tuple>

#include "dissectors/rows/anomaly.h"
#include "dissectors/rows/capture.h"
#include "dissectors/rows/certificate.h"
#include "dissectors/rows/connection.h"
#include "dissectors/rows/http.h"
#include "dissectors/rows/http2.h"
#include "dissectors/rows/http_semantics.h"
#include "dissectors/rows/socks.h"
#include "dissectors/rows/tls.h"
#include "dissectors/rows/tls_turn.h"
#include "dissectors/rows/websocket.h"

namespace longwire {

using AllRows =
    std::tuple<CaptureRow, CaptureInterfaceRow, CaptureStatisticsRow, PacketKindRow, ConnectionRow, TcpEventRow, KeepaliveProbeRow,
               HttpExchangeRow, HttpCookieRow, HttpLocationRow, HttpConditionRow, HttpAuthenticationRow, Http2ConnectionRow, Http2StreamRow,
               Http2StallRow, Http2PingRow, Http2GoawayRow, WebSocketRow, WebSocketMessageRow, SocksRequestRow, TlsHandshakeRow,
               TlsMessageRow, TlsTurnRow, CertificateRow, TlsCertificateRow, AnomalyRow>;

}  // namespace longwire
