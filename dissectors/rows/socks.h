// The row about what a client asked a SOCKS proxy for.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct SocksRequestRow {
  Integer connection_id;
  Text version, command, host;
  Integer port;
  Text authentication, reply;
  Integer request_ns, request_frame, reply_ns, reply_frame;

  static constexpr TableInfo table{"socks_requests",
                                   "what a client asked a SOCKS proxy for, before the protocol that is spoken through it"};
  static constexpr Column<SocksRequestRow> columns[] = {
      column("connection_id", &SocksRequestRow::connection_id, "the connection", indexed_reference("connections")),
      column("version", &SocksRequestRow::version, "4, 4a (the proxy looks the name up), 5 (RFC 1928)"),
      column("command", &SocksRequestRow::command, "connect, bind, udp_associate"),
      column("host", &SocksRequestRow::host, "where to: address or name, as asked for"),
      column("port", &SocksRequestRow::port, "its port"),
      column("authentication", &SocksRequestRow::authentication, "version 5: none, password (RFC 1929)"),
      column("reply", &SocksRequestRow::reply,
             "granted, or what the proxy said: rejected, connection_refused, host_unreachable ... or its number; NULL = nothing"),
      column("request_ns", &SocksRequestRow::request_ns, "packet of the request's first byte"),
      column("request_frame", &SocksRequestRow::request_frame, "its frame"),
      column("reply_ns", &SocksRequestRow::reply_ns, "packet of the reply's last byte"),
      column("reply_frame", &SocksRequestRow::reply_frame, "its frame")};
};

}  // namespace longwire
