// Every bound of the program, in one table: what it bounds, its unit, its value, and why that value. The README's
// table of limits is checked against this one. Reaching a limit is an anomaly `....limit`, never a crash.
#pragma once

#include <cstdint>
#include <string_view>

namespace longwire {

struct Limit {
  std::string_view name;
  std::uint64_t value;
  std::string_view unit;
  std::string_view reason;

  constexpr operator std::uint64_t() const { return value; }
};

namespace limits {

// capture
inline constexpr Limit packet_bytes{"packet.bytes", 256 << 10, "bytes",
                                    "libpcap's largest snapshot (MAXIMUM_SNAPLEN); a length above it is damage, not data"};
inline constexpr Limit capture_block_bytes{"capture.block.bytes", 16 << 20, "bytes",
                                           "of one block or record that may hold more than a packet: secrets, names, a journal"};
inline constexpr Limit pcapng_interfaces{"pcapng.interfaces", 65536, "interfaces", "descriptions kept for one file"};
inline constexpr Limit pcapng_text_bytes{"pcapng.text.bytes", 1024, "bytes", "kept of an interface's name, description or filter"};
inline constexpr Limit secrets_bytes{"capture.secrets.bytes", 64 << 20, "bytes",
                                     "of decryption secrets kept from one file; blocks beyond are left out"};
inline constexpr Limit first_packet_bytes{"capture.first_packet.bytes", 16 << 20, "bytes",
                                          "of each of several files looked at for the time of its first packet"};
inline constexpr Limit decode_depth{"decode.depth", 16, "headers", "tags, tunnels and extension headers inside one another"};
inline constexpr Limit packet_kinds{"packet.kinds", 1024, "kinds",
                                    "counted apart (link types, ethertypes, protocols); the rest is `other`"};
inline constexpr Limit ip_fragment_datagrams{"ip.fragment.datagrams", 1024, "datagrams",
                                             "being put together at once; the oldest is given up first"};
inline constexpr Limit ip_fragment_pieces{"ip.fragment.pieces", 1024, "fragments", "of one datagram"};
inline constexpr Limit ip_fragment_age{"ip.fragment.age", 60, "seconds", "RFC 8200 section 4.5: reassembly time limit, packet time"};

// reassembly
inline constexpr Limit reorder_bytes{"tcp.reorder.bytes", 4 << 20, "bytes",
                                     "held behind a hole, one side; a full window of a fast long path"};
inline constexpr Limit reorder_segments{"tcp.reorder.segments", 4096, "segments", "held behind a hole, one side"};
inline constexpr Limit reorder_patience{
    "tcp.reorder.patience", 64, "segments",
    "of the connection after the peer acknowledged what is missing: longer than capture points reorder"};
inline constexpr Limit holes{"tcp.holes", 64, "holes", "remembered a side, so that late bytes are counted once"};
inline constexpr Limit tcp_events{"tcp.events", 1000, "events",
                                  "told of one connection's windows and overlaps; what repeats that often is counted in its row"};
inline constexpr Limit tcp_closing_events{
    "tcp.closing.events", 200, "events",
    "told of how one connection began and ended: SYNs and RSTs sent again, ICMP errors, data behind a FIN"};
inline constexpr Limit linger_packets{"tcp.linger", 1 << 19, "packets",
                                      "of the capture after a close, in which stragglers still belong to the connection"};
inline constexpr Limit sleep_packets{"tcp.sleep", 1 << 16, "packets",
                                     "of the capture without one of a connection, before what reads its bytes shrinks to a few words"};
inline constexpr Limit memory_parts{"memory.parts", 64, "parts",
                                    "of the memory for connections, by their hash: what is given up does not depend on the threads"};

// dissectors
inline constexpr Limit hold_bytes{"channel.hold.bytes", 1 << 20, "bytes",
                                  "kept of one side while a reader waits for more or for the other side"};
inline constexpr Limit channel_marks{"channel.marks", 8192, "packets",
                                     "whose stamps are kept with the bytes held of one side; hold.bytes in packets of 128 bytes"};
inline constexpr Limit channel_layers{"channel.layers", 16, "readers", "named in `layers`: protocols inside one another"};
inline constexpr Limit detect_segments{"detect.segments", 64, "packets",
                                       "of one side tried behind a hole or midstream before it is called unknown"};
inline constexpr Limit detect_bytes{"detect.bytes", 4096, "bytes", "of one side looked at before a channel is called unknown"};
inline constexpr Limit http1_header_bytes{"http1.header.bytes", 256 << 10, "bytes",
                                          "of one message's start line and header section; servers accept 8 to 64 KiB"};
inline constexpr Limit http1_pipeline{"http1.pipeline", 1024, "requests", "waiting for their response on one connection"};
inline constexpr Limit http_cookies{"http.cookies", 1000, "cookies",
                                    "told of one message in each direction; browsers keep 50 to 180 a site (RFC 6265 section 6.1)"};
inline constexpr Limit http1_chunk_line{"http1.chunk.line.bytes", 4096, "bytes", "of one chunk-size line with its extensions"};
inline constexpr Limit content_bytes{"content.decoded.bytes", std::uint64_t{1} << 32, "bytes",
                                     "decoded from one body; counting stops there"};
inline constexpr Limit content_codings{"content.codings", 4, "codings", "applied one upon another; honest bodies have one"};
inline constexpr std::uint64_t ratio_free_bytes = 16ull << 20;  // decoded, before the ratios below are looked at
inline constexpr Limit content_ratio{"content.ratio", 1100, "times",
                                     "decoded over coded bytes, past the first 16 MiB: above what deflate (1032:1) can reach honestly"};
inline constexpr Limit repeated_anomalies{"anomalies.repeated", 100, "anomalies",
                                          "of one code told of one connection of HTTP/2, SPDY or TLS, or of one WebSocket"};
inline constexpr Limit hpack_table_bytes{"http2.hpack.bytes", 1 << 20, "bytes",
                                         "of one direction's dynamic table kept, texts and 32 a field; browsers ask for 64 KiB"};
inline constexpr Limit http2_frame_bytes{"http2.frame.bytes", 256 << 10, "bytes",
                                         "of one frame kept, DATA aside; unless asked for more, senders stop at 16 KiB"};
inline constexpr Limit http2_header_bytes{"http2.header.bytes", 256 << 10, "bytes",
                                          "of one header list kept, decoded; what follows is decoded on for the table alone"};
inline constexpr Limit http2_continuations{"http2.continuations", 64, "frames",
                                           "of CONTINUATION behind one another before it is told; the block is read on"};
inline constexpr Limit http2_text_bytes{"http2.text.bytes", 32 << 20, "bytes",
                                        "of header fields kept for the open streams of one connection"};
inline constexpr Limit http2_streams{"http2.streams", 1 << 13, "streams", "followed at once on one connection; servers allow 100 to 1,000"};
inline constexpr Limit http2_late{"http2.late", 64, "streams", "remembered after a reset, for the frames that are still on their way"};
inline constexpr Limit http2_settings{"http2.settings", 32, "settings", "kept of one side; fewer than 20 are registered"};
inline constexpr Limit http2_settings_waiting{"http2.settings.waiting", 64, "frames",
                                              "of settings that wait for their acknowledgement; then the oldest counts as read"};
inline constexpr Limit http2_pings{"http2.pings", 1000, "pings", "told of one connection; all are counted in its row"};
inline constexpr Limit http2_stalls{"http2.stalls", 1000, "stalls", "told of one connection; all are counted in its row"};
inline constexpr Limit http2_goaways{"http2.goaways", 16, "frames", "GOAWAY told of one connection; an orderly close takes two"};
inline constexpr Limit http2_debug_bytes{"http2.debug.bytes", 1024, "bytes", "kept of a GOAWAY's debug data, of ORIGIN and ALTSVC"};
inline constexpr Limit tls_message_bytes{"tls.message.bytes", 256 << 10, "bytes",
                                         "kept of one handshake message; OpenSSL refuses certificate chains above 100 KiB"};
inline constexpr Limit tls_list{"tls.list", 512, "entries", "told of each list in a hello; the registry knows fewer than 400 suites"};
inline constexpr Limit certificates_in_chain{"certificates.chain", 128, "certificates",
                                             "told of one message, and verified; OpenSSL follows 100 at most"};
inline constexpr Limit certificate_names{"certificates.names", 1000, "names", "told of one certificate; the rest stands in its DER"};
inline constexpr Limit certificates_remembered{"certificates.remembered", 4096, "certificates",
                                               "and verdicts on chains, by each worker: what comes again costs no more work"};
inline constexpr Limit tls_transcript_bytes{
    "tls.transcript.bytes", 256 << 10, "bytes",
    "of each of three parts of a handshake, kept where its messages are hashed into the master secret"};
inline constexpr Limit tls_key_log_line{"tls.keylog.line.bytes", 8192, "bytes",
                                        "of one line of a key log; the longest secret takes about 4,200"};
inline constexpr Limit tls_key_log_bytes{"tls.keylog.bytes", 1 << 30, "bytes",
                                         "read of one key log: the secrets of more than a million connections"};
inline constexpr Limit tls_secrets{"tls.secrets", 1 << 22, "secrets",
                                   "kept of all key logs and decryption secrets: of a connection of TLS 1.3 four; 1 GB of memory"};
inline constexpr Limit tls_resync{"tls.resync", 4096, "tries",
                                  "to find the number of a record behind a hole, before its side is given up: 64 MiB of full records"};
inline constexpr Limit tls_early_records{"tls.early.records", 4096, "records",
                                         "of early data passed over that the server did not take, before its side is given up"};
inline constexpr Limit tls_session_packets{"tls.session.packets", 1 << 23, "packets",
                                           "of the capture after a handshake, in which its session can be resumed by session id or ticket"};
inline constexpr Limit tls_messages{"tls.messages", 1000, "messages", "told of one handshake, and of what follows it before the next"};
inline constexpr Limit tls_turns{"tls.turns", 100'000, "turns", "told of one encrypted connection"};
inline constexpr Limit websocket_midstream_bytes{
    "websocket.midstream.bytes", 64 << 10, "bytes",
    "of one side looked at for frames where the handshake was not captured; arbitrary, but more than five messages take mostly"};
inline constexpr Limit websocket_message_bytes{"websocket.message.bytes", 1 << 30, "bytes",
                                               "inflated from one message; inflating stops there"};
inline constexpr Limit websocket_ratio{"websocket.ratio", 250, "times",
                                       "inflated over compressed bytes of one message, past the first 16 MiB; deflate's most is 1032"};
inline constexpr Limit websocket_pings{"websocket.pings", 16, "pings",
                                       "of one side remembered until their pong; one may answer only the latest (RFC 6455 section 5.5.3)"};
inline constexpr Limit websocket_payload_bytes{"websocket.payload.bytes", 16 << 20, "bytes", "kept of one message, whatever is asked for"};

}  // namespace limits
}  // namespace longwire
