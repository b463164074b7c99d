// Rows about TLS.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct TlsHandshakeRow {
  Integer id, connection_id, start_ns, end_ns, first_frame, last_frame, round_trips;
  Text client_random, offered_versions, version, offered_ciphers, cipher, key_exchange, offered_groups, named_group;
  Integer dh_bits;
  Text sni;
  Integer encrypted_client_hello;
  Text offered_alpn, alpn, offered_npn, extensions, server_extensions, resumption_offered, resumed, early_data;
  Integer hello_retry;
  Text outcome;
  Integer inferred;
  Text alert, alert_by;
  Integer client_certificate_requested;
  Text client_authorities, ja3, ja3s, ja4, decrypted_by, chain_status;
  Integer chain_error_depth, name_matches, midstream, limited;

  static constexpr TableInfo table{"tls_handshakes", "one TLS or SSL handshake, or what was seen of it"};
  static constexpr Column<TlsHandshakeRow> columns[] = {
      column("id", &TlsHandshakeRow::id, "set-wide number of the packet it began in times 1000, plus 0, 1 ... within the packet",
             primary_key),
      column("connection_id", &TlsHandshakeRow::connection_id, "the connection", indexed_reference("connections")),
      column("start_ns", &TlsHandshakeRow::start_ns, "packet of its first byte"),
      column("end_ns", &TlsHandshakeRow::end_ns, "packet of its last byte seen: of the second Finished, or of the alert that ended it"),
      column("first_frame", &TlsHandshakeRow::first_frame, "frame of its first byte"),
      column("last_frame", &TlsHandshakeRow::last_frame, "frame of its last byte seen"),
      column("round_trips", &TlsHandshakeRow::round_trips, "flights of the server that answered one of the client"),
      column("client_random", &TlsHandshakeRow::client_random, "hexadecimal: the name of this handshake in a key log file"),
      column("offered_versions", &TlsHandshakeRow::offered_versions,
             "JSON array, as sent: supported_versions, else the version field, the highest one offered"),
      column("version", &TlsHandshakeRow::version, "as agreed: SSL 3.0, TLS 1.0 ... TLS 1.3; NULL = no ServerHello seen"),
      column("offered_ciphers", &TlsHandshakeRow::offered_ciphers, "JSON array of IANA names, as sent; GREASE (RFC 8701) as such"),
      column("cipher", &TlsHandshakeRow::cipher, "the suite as agreed, IANA name"),
      column("key_exchange", &TlsHandshakeRow::key_exchange,
             "RSA, DHE, ECDHE, PSK ...: of the suite; TLS 1.3: of the group, PSK without one"),
      column("offered_groups", &TlsHandshakeRow::offered_groups, "JSON array of IANA names, as sent"),
      column("named_group", &TlsHandshakeRow::named_group, "of the key exchange; NULL = none, or not seen"),
      column("dh_bits", &TlsHandshakeRow::dh_bits, "bits of the prime of a Diffie-Hellman group that the server sent itself"),
      column("sni", &TlsHandshakeRow::sni, "server name asked for (RFC 6066); NULL = none"),
      column("encrypted_client_hello", &TlsHandshakeRow::encrypted_client_hello,
             "1 = the client sent another hello encrypted inside this one (RFC 9849), or random bytes that look like one: then sni is for "
             "all to see"),
      column("offered_alpn", &TlsHandshakeRow::offered_alpn, "JSON array, as sent (RFC 7301)"),
      column("alpn", &TlsHandshakeRow::alpn, "chosen by the server; in TLS 1.3 it is encrypted"),
      column("offered_npn", &TlsHandshakeRow::offered_npn, "JSON array: what the server offered by NPN, ALPN's predecessor"),
      column("extensions", &TlsHandshakeRow::extensions, "of the client's hello, JSON array of IANA names, as sent"),
      column("server_extensions", &TlsHandshakeRow::server_extensions,
             "of the server's hello, likewise; in TLS 1.3 behind them those of EncryptedExtensions, where it can be read"),
      column("resumption_offered", &TlsHandshakeRow::resumption_offered,
             "no, session_id, ticket, psk: the newest way that the client offered"),
      column("resumed", &TlsHandshakeRow::resumed, "no, session_id, ticket, psk; NULL = cannot be told"),
      column("early_data", &TlsHandshakeRow::early_data, "no, offered (what became of it is encrypted), accepted, rejected"),
      column("hello_retry", &TlsHandshakeRow::hello_retry, "1 = the server asked for another hello first"),
      column("outcome", &TlsHandshakeRow::outcome,
             "completed, failed (an alert ended it), incomplete; NULL = one direction was not seen, or SSL 2.0"),
      column("inferred", &TlsHandshakeRow::inferred, "1 = its end was encrypted: told by the order and sizes of records"),
      column("alert", &TlsHandshakeRow::alert, "IANA name of the alert that ended it; NULL = none, or encrypted"),
      column("alert_by", &TlsHandshakeRow::alert_by, "client or server: who sent that alert"),
      column("client_certificate_requested", &TlsHandshakeRow::client_certificate_requested, "NULL = encrypted, or not seen"),
      column("client_authorities", &TlsHandshakeRow::client_authorities,
             "JSON array of distinguished names: who may have issued the client's certificate; NULL = anyone, or not asked"),
      column("ja3", &TlsHandshakeRow::ja3, "of the first ClientHello; NULL for one in SSL 2.0's form"),
      column("ja3s", &TlsHandshakeRow::ja3s, "of the ServerHello; of the HelloRetryRequest where none followed"),
      column("ja4", &TlsHandshakeRow::ja4, "of the first ClientHello"),
      column("decrypted_by", &TlsHandshakeRow::decrypted_by, "key log, dsb, rsa key; NULL = not decrypted"),
      column("chain_status", &TlsHandshakeRow::chain_status, "of the server's certificates: ok, or OpenSSL's name of the first error"),
      column("chain_error_depth", &TlsHandshakeRow::chain_error_depth, "where in the chain: 0 = the leaf"),
      column("name_matches", &TlsHandshakeRow::name_matches, "1 = the leaf is for the server name asked for"),
      column("midstream", &TlsHandshakeRow::midstream, "1 = its beginning was not seen"),
      column("limited", &TlsHandshakeRow::limited, "1 = a limit was reached")};
};

struct TlsMessageRow {
  Integer handshake_id, ordinal, from_client;
  Text type;
  Integer time_ns, frame, end_ns, last_frame, bytes, encrypted;
  Text alert_level, alert;
  Integer ticket_lifetime_s;

  static constexpr TableInfo table{"tls_messages", "one message of a handshake, in the order seen: the handshake as a ladder"};
  static constexpr Column<TlsMessageRow> columns[] = {
      column("handshake_id", &TlsMessageRow::handshake_id, "the handshake; of alerts and encrypted messages after it, the last one",
             indexed_reference("tls_handshakes")),
      column("ordinal", &TlsMessageRow::ordinal, "1, 2 ... of the handshake"),
      column("from_client", &TlsMessageRow::from_client, "1 = sent by the client"),
      column("type", &TlsMessageRow::type, "client_hello, change_cipher_spec, alert ...; NULL = encrypted, and not told by its place"),
      column("time_ns", &TlsMessageRow::time_ns, "packet of its first byte"),
      column("frame", &TlsMessageRow::frame, "frame of its first byte"),
      column("end_ns", &TlsMessageRow::end_ns, "packet of its last byte"),
      column("last_frame", &TlsMessageRow::last_frame, "frame of its last byte"),
      column("bytes", &TlsMessageRow::bytes, "of the message with its header; encrypted: of the record's fragment"),
      column("encrypted", &TlsMessageRow::encrypted, "1 = its type is inferred, or unknown"),
      column("alert_level", &TlsMessageRow::alert_level, "of an alert: warning, fatal"),
      column("alert", &TlsMessageRow::alert, "of an alert: its IANA name"),
      column("ticket_lifetime_s", &TlsMessageRow::ticket_lifetime_s,
             "of a session ticket: how long the server will take it (RFC 8446 section 4.6.1); before TLS 1.3 a hint, 0 = none")};
};

}  // namespace longwire
