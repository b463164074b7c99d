// Rows about HTTP/2, and its ancestor SPDY: what stands beside the exchanges.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct Http2ConnectionRow {
  Integer connection_id;
  Text protocol, how, client_settings, server_settings;
  Integer client_settings_ack_ns, server_settings_ack_ns;
  Integer client_header_wire_bytes, client_header_plain_bytes, server_header_wire_bytes, server_header_plain_bytes;
  Integer client_never_indexed, server_never_indexed;
  Text frames;
  Integer streams, pushed_streams, max_concurrent_streams_seen, max_concurrent_pushes_seen;
  Integer client_data_interleaved, server_data_interleaved;
  Integer pings, pings_answered, ping_rtt_min_ns, ping_rtt_max_ns;
  Integer goaways, goaway_code;
  Text goaway_error, goaway_by;
  Integer goaway_last_stream, goaway_ns;
  Text goaway_debug;
  Integer client_stalls, client_stalled_ns, server_stalls, server_stalled_ns;
  Integer client_resets, server_resets, resets_before_response;
  Integer resets_per_second_max, pings_per_second_max, settings_per_second_max, continuations_in_a_row_max, empty_frames;
  Text origins, alt_svc;
  Integer hpack_damaged, midstream, limited;

  static constexpr TableInfo table{"http2_connections", "one connection that spoke HTTP/2 or SPDY, in the clear or decrypted"};
  static constexpr Column<Http2ConnectionRow> columns[] = {
      column("connection_id", &Http2ConnectionRow::connection_id, "the connection", indexed_reference("connections")),
      column("protocol", &Http2ConnectionRow::protocol, "2, spdy/2, spdy/3, spdy/3.1: as http_exchanges.version"),
      column("how", &Http2ConnectionRow::how,
             "prior-knowledge, upgrade (from HTTP/1.1), alpn (or NPN, inside TLS), midstream; NULL = its beginning was not seen"),
      column("client_settings", &Http2ConnectionRow::client_settings,
             "JSON object: the last value announced of each setting, by IANA's name"),
      column("server_settings", &Http2ConnectionRow::server_settings, "likewise; NULL = none seen"),
      column("client_settings_ack_ns", &Http2ConnectionRow::client_settings_ack_ns,
             "the client's first SETTINGS to the server's acknowledgement; NULL = not seen"),
      column("server_settings_ack_ns", &Http2ConnectionRow::server_settings_ack_ns, "likewise, the other way round"),
      column("client_header_wire_bytes", &Http2ConnectionRow::client_header_wire_bytes, "of header blocks as sent (HPACK; SPDY: zlib)"),
      column("client_header_plain_bytes", &Http2ConnectionRow::client_header_plain_bytes, "of the names and values in them"),
      column("server_header_wire_bytes", &Http2ConnectionRow::server_header_wire_bytes, "likewise"),
      column("server_header_plain_bytes", &Http2ConnectionRow::server_header_plain_bytes, "likewise"),
      column("client_never_indexed", &Http2ConnectionRow::client_never_indexed,
             "fields that must never be remembered on the way (RFC 7541 section 7.1.3)"),
      column("server_never_indexed", &Http2ConnectionRow::server_never_indexed, "likewise"),
      column("frames", &Http2ConnectionRow::frames, "JSON: {\"client\":{\"HEADERS\":3},\"server\":{}}, how many of each type"),
      column("streams", &Http2ConnectionRow::streams, "seen open, pushed ones included"),
      column("pushed_streams", &Http2ConnectionRow::pushed_streams, "promised by the server"),
      column("max_concurrent_streams_seen", &Http2ConnectionRow::max_concurrent_streams_seen, "most streams of the client open at once"),
      column("max_concurrent_pushes_seen", &Http2ConnectionRow::max_concurrent_pushes_seen, "most pushed streams open at once"),
      column("client_data_interleaved", &Http2ConnectionRow::client_data_interleaved,
             "DATA frames behind one of another stream whose body was not over"),
      column("server_data_interleaved", &Http2ConnectionRow::server_data_interleaved, "likewise"),
      column("pings", &Http2ConnectionRow::pings, "PING frames that asked, of both sides"),
      column("pings_answered", &Http2ConnectionRow::pings_answered, "of them"),
      column("ping_rtt_min_ns", &Http2ConnectionRow::ping_rtt_min_ns,
             "shortest time from PING to its answer, as seen where it was captured"),
      column("ping_rtt_max_ns", &Http2ConnectionRow::ping_rtt_max_ns, "longest"),
      column("goaways", &Http2ConnectionRow::goaways, "GOAWAY frames of both sides"),
      column("goaway_code", &Http2ConnectionRow::goaway_code, "of the last GOAWAY of the side that sent the first: error code"),
      column("goaway_error", &Http2ConnectionRow::goaway_error, "its IANA name: NO_ERROR, ENHANCE_YOUR_CALM ..."),
      column("goaway_by", &Http2ConnectionRow::goaway_by, "client or server: who sent the first"),
      column("goaway_last_stream", &Http2ConnectionRow::goaway_last_stream, "streams above it were not processed"),
      column("goaway_ns", &Http2ConnectionRow::goaway_ns, "when the first GOAWAY was sent"),
      column("goaway_debug", &Http2ConnectionRow::goaway_debug, "its debug text"),
      column("client_stalls", &Http2ConnectionRow::client_stalls,
             "times that the client had more to send than a window let it; see http2_stalls"),
      column("client_stalled_ns", &Http2ConnectionRow::client_stalled_ns, "sum of their lengths"),
      column("server_stalls", &Http2ConnectionRow::server_stalls, "likewise, of the server"),
      column("server_stalled_ns", &Http2ConnectionRow::server_stalled_ns, "likewise"),
      column("client_resets", &Http2ConnectionRow::client_resets, "RST_STREAM frames of the client"),
      column("server_resets", &Http2ConnectionRow::server_resets, "of the server"),
      column("resets_before_response", &Http2ConnectionRow::resets_before_response,
             "streams that the client reset before a byte of a response was seen"),
      column("resets_per_second_max", &Http2ConnectionRow::resets_per_second_max,
             "most RST_STREAM of both sides in one second of the clock"),
      column("pings_per_second_max", &Http2ConnectionRow::pings_per_second_max, "likewise, of PING that asked"),
      column("settings_per_second_max", &Http2ConnectionRow::settings_per_second_max, "likewise, of SETTINGS that asked"),
      column("continuations_in_a_row_max", &Http2ConnectionRow::continuations_in_a_row_max, "most CONTINUATION frames of one header block"),
      column("empty_frames", &Http2ConnectionRow::empty_frames, "DATA, HEADERS and CONTINUATION without payload that end nothing"),
      column("origins", &Http2ConnectionRow::origins, "JSON array: the server's ORIGIN set as sent (RFC 8336); NULL = none"),
      column("alt_svc", &Http2ConnectionRow::alt_svc, "the last ALTSVC field value (RFC 7838)"),
      column("hpack_damaged", &Http2ConnectionRow::hpack_damaged, "1 = header blocks were lost: fields that refer to them are NULL"),
      column("midstream", &Http2ConnectionRow::midstream, "1 = its beginning was not seen"),
      column("limited", &Http2ConnectionRow::limited, "1 = a limit was reached")};
};

struct Http2StreamRow {
  Integer connection_id, stream_id, exchange_id, promised_by, opened_ns, closed_ns;
  Integer weight, depends_on, exclusive, urgency, incremental;
  Integer reset_code;
  Text reset_error, reset_by;
  Integer reset_ns, data_frames_client, data_frames_server, data_bytes_client, data_bytes_server;
  Text protocol;

  static constexpr TableInfo table{"http2_streams", "one stream of HTTP/2 or SPDY"};
  static constexpr Column<Http2StreamRow> columns[] = {
      column("connection_id", &Http2StreamRow::connection_id, "the connection", indexed_reference("connections")),
      column("stream_id", &Http2StreamRow::stream_id, "odd: opened by the client; even: pushed"),
      column("exchange_id", &Http2StreamRow::exchange_id, "the exchange on it; NULL = no header section seen",
             indexed_reference("http_exchanges")),
      column("promised_by", &Http2StreamRow::promised_by, "pushed: the stream on which it was promised; NULL = not pushed"),
      column("opened_ns", &Http2StreamRow::opened_ns,
             "its first HEADERS, or, of a promised one, the response's; NULL = it was never opened in view"),
      column("closed_ns", &Http2StreamRow::closed_ns, "both sides had ended, or one had reset it; NULL = open to the end"),
      column("weight", &Http2StreamRow::weight, "RFC 7540 priority, 1 to 256, as last told; NULL = not told"),
      column("depends_on", &Http2StreamRow::depends_on, "the stream it depends on, 0 = none; NULL = not told"),
      column("exclusive", &Http2StreamRow::exclusive, "1 = it alone depends on it"),
      column("urgency", &Http2StreamRow::urgency, "RFC 9218, 0 (first) to 7, as last told by field or PRIORITY_UPDATE; NULL = not told"),
      column("incremental", &Http2StreamRow::incremental, "RFC 9218: 1 = useful in parts; NULL = not told"),
      column("reset_code", &Http2StreamRow::reset_code, "error code of the first RST_STREAM; NULL = none"),
      column("reset_error", &Http2StreamRow::reset_error, "its IANA name: CANCEL, REFUSED_STREAM ..."),
      column("reset_by", &Http2StreamRow::reset_by, "client or server"),
      column("reset_ns", &Http2StreamRow::reset_ns, "when"),
      column("data_frames_client", &Http2StreamRow::data_frames_client, "DATA frames of the client"),
      column("data_frames_server", &Http2StreamRow::data_frames_server, "of the server"),
      column("data_bytes_client", &Http2StreamRow::data_bytes_client, "their payloads as flow control counts them, padding included"),
      column("data_bytes_server", &Http2StreamRow::data_bytes_server, "likewise"),
      column("protocol", &Http2StreamRow::protocol, ":protocol of an extended CONNECT (RFC 8441); NULL = none")};
};

struct Http2StallRow {
  Integer connection_id, stream_id;
  Text side;
  Integer start_ns, end_ns, frame, end_frame, bytes_waiting;
  Text ended_by;
  Integer resumed_ns;

  static constexpr TableInfo table{
      "http2_stalls", "one time that flow control held a side up: a window was used up, and more was sent at once when it opened"};
  static constexpr Column<Http2StallRow> columns[] = {
      column("connection_id", &Http2StallRow::connection_id, "the connection", indexed_reference("connections")),
      column("stream_id", &Http2StallRow::stream_id, "0 = the window of the whole connection"),
      column("side", &Http2StallRow::side, "client or server: who wanted to send"),
      column("start_ns", &Http2StallRow::start_ns, "last byte of the frame that used the window up, or what closed it"),
      column("end_ns", &Http2StallRow::end_ns, "what ended it"),
      column("frame", &Http2StallRow::frame, "the packet at start_ns"),
      column("end_frame", &Http2StallRow::end_frame, "the packet at end_ns"),
      column("bytes_waiting", &Http2StallRow::bytes_waiting,
             "what was still to be sent by content-length, else the DATA frame sent at once; NULL = not known"),
      column("ended_by", &Http2StallRow::ended_by,
             "window_update, settings, reset (of the stream), end (of the connection or the capture)"),
      column("resumed_ns", &Http2StallRow::resumed_ns, "the next DATA behind it; NULL = none came")};
};

struct Http2PingRow {
  Integer connection_id, from_client, time_ns, frame, idle_before_ns, answer_ns, answer_frame;

  static constexpr TableInfo table{"http2_pings", "one PING that asked, and its answer: HTTP/2's own keepalive"};
  static constexpr Column<Http2PingRow> columns[] = {
      column("connection_id", &Http2PingRow::connection_id, "the connection", indexed_reference("connections")),
      column("from_client", &Http2PingRow::from_client, "1 = the client asked"),
      column("time_ns", &Http2PingRow::time_ns, "when"),
      column("frame", &Http2PingRow::frame, "its packet"),
      column("idle_before_ns", &Http2PingRow::idle_before_ns, "since the last frame of either side; NULL = it was the first"),
      column("answer_ns", &Http2PingRow::answer_ns, "when the acknowledgement came; NULL = never"),
      column("answer_frame", &Http2PingRow::answer_frame, "its packet")};
};

struct Http2GoawayRow {
  Integer connection_id, from_client, time_ns, frame, last_stream, code;
  Text error, debug;

  static constexpr TableInfo table{"http2_goaways", "one GOAWAY: an orderly close sends two"};
  static constexpr Column<Http2GoawayRow> columns[] = {
      column("connection_id", &Http2GoawayRow::connection_id, "the connection", indexed_reference("connections")),
      column("from_client", &Http2GoawayRow::from_client, "1 = the client sent it"),
      column("time_ns", &Http2GoawayRow::time_ns, "when"),
      column("frame", &Http2GoawayRow::frame, "its packet"),
      column("last_stream", &Http2GoawayRow::last_stream, "streams above it were not processed; 2147483647 = the first of two phases"),
      column("code", &Http2GoawayRow::code, "error code"),
      column("error", &Http2GoawayRow::error, "its IANA name"),
      column("debug", &Http2GoawayRow::debug, "debug data as text; NULL = none")};
};

}  // namespace longwire
