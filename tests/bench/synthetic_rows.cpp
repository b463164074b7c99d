#include "tests/bench/synthetic_rows.h"

#include <fmt/format.h>

namespace longwire::bench {
namespace {

constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t began = 1'700'000'000 * second;  // arbitrary
constexpr std::uint64_t clients = 5000, sites = 200, paths = 20000;
constexpr std::int64_t packets_each = 60;  // of a connection: ids are packet numbers

}  // namespace

bool SyntheticRows::next(RowBatch& batch) {
  if (made_ == 0) add_capture(batch);
  if (made_ == connections_) return false;
  while (made_ < connections_ && !batch.full()) add_connection(batch);
  return true;
}

void SyntheticRows::add_capture(RowBatch& batch) const {
  CaptureRow row;
  row.id = 1;
  row.path = "synthetic.pcap";
  row.format = "pcap";
  row.started_ns = began;
  row.ended_ns = began + hour;
  row.packets = connections_ * packets_each;
  row.bytes = connections_ * packets_each * 500;
  row.first_packet = 1;
  batch.add(row);
  for (std::uint64_t site = 0; site < sites; ++site) {
    CertificateRow certificate;
    certificate.id = 1 + site;
    certificate.sha256 = batch.arena.copy(fmt::format("{:064x}", site));
    certificate.subject = batch.arena.copy(fmt::format("CN=www{}.example.com", site));
    certificate.not_after_ns = began + (1 + static_cast<std::int64_t>(site)) * 24 * hour;
    certificate.key_type = "RSA";
    certificate.key_bits = 2048;
    certificate.signature_algorithm = "sha256WithRSAEncryption";
    certificate.self_signed = 0;
    batch.add(certificate);
  }
}

void SyntheticRows::add_connection(RowBatch& batch) {
  const auto text = [&](std::string_view made) { return batch.arena.copy(made); };
  const std::uint64_t number = ++made_, site = up_to(sites);
  ConnectionRow row;
  row.id = static_cast<std::int64_t>(number) * packets_each;
  row.capture_id = 1;
  const std::uint64_t client = up_to(clients);
  row.client_ip = text(fmt::format("10.0.{}.{}", client / 250, client % 250));
  row.client_port = 1024 + number % 60000;
  row.server_ip = text(fmt::format("192.0.2.{}", site));
  if (number % 10 == 0) {  // a gateway asks the servers behind it
    row.client_ip = row.server_ip;
    row.server_ip = text(fmt::format("198.51.100.{}", up_to(4)));
  }
  row.server_port = 80;
  row.start_ns = began + static_cast<std::int64_t>(number) * (hour / static_cast<std::int64_t>(connections_ + 1));
  row.handshake_rtt_ns = 10 * millisecond + static_cast<std::int64_t>(up_to(1000)) * 1000;
  row.established_ns = row.start_ns.value + row.handshake_rtt_ns.value;
  row.end_ns = row.start_ns.value + 20 * second;
  row.first_frame = row.id;
  row.last_frame = row.id.value + packets_each - 1;
  row.client_packets = row.server_packets = packets_each / 2;
  row.client_bytes = 5000;
  row.server_bytes = 100000;
  row.client_retransmitted_bytes = row.server_retransmitted_bytes = row.client_missing_bytes = row.server_missing_bytes = 0;
  row.client_unacknowledged_bytes = row.server_unacknowledged_bytes = 0;
  row.client_out_of_order_packets = row.server_out_of_order_packets = row.conflicting_overlap_bytes = 0;
  row.client_mss = row.server_mss = 1460;
  row.client_zero_windows = row.server_zero_windows = row.window_probes = 0;
  row.close_kind = number % 50 == 0 ? "rst" : number % 20 == 0 ? "open" : "fin";
  if (number % 20 != 0 || number % 50 == 0) row.closed_first = number % 3 == 0 ? "client" : "server";
  row.layers = "http1";
  row.exchanges = exchanges_each;
  row.midstream = row.one_way = row.cut = row.limited = 0;
  row.client_acknowledged_ns = row.server_acknowledged_ns = row.end_ns;
  const std::uint64_t kind = number % 20;
  if (kind < 13) {
    add_http1(batch, row);
  } else if (kind < 16) {
    add_tls(batch, row);
  } else if (kind < 18) {
    add_http2(batch, row);
  } else if (kind == 18) {
    add_websocket(batch, row);
  } else {
    refuse(row);
  }
  add_events(batch, row);
  if (number % 2 == 0) add_probes(batch, row);
  batch.add(row);
}

void SyntheticRows::add_http1(RowBatch& batch, ConnectionRow& connection) {
  std::int64_t start_ns = connection.established_ns.value;
  for (std::uint64_t ordinal = 1; ordinal <= exchanges_each; ++ordinal) {
    start_ns += static_cast<std::int64_t>(up_to(1000)) * millisecond;
    HttpExchangeRow row = exchange(batch, connection, ordinal, start_ns);
    if (ordinal == exchanges_each && up_to(200) == 0) {  // no answer came
      row.status = row.response_start_ns = row.response_end_ns = row.response_first_frame = row.response_last_frame = Integer{};
      row.response_body_bytes = row.response_decoded_bytes = row.persistent = Integer{};
      row.reason = row.response_headers = Text{};
      row.complete = 0;
    }
    add_exchange(batch, row);
    start_ns += 300 * millisecond;
  }
}

HttpExchangeRow SyntheticRows::exchange(RowBatch& batch, const ConnectionRow& connection, std::uint64_t ordinal, std::int64_t start_ns) {
  const auto text = [&](std::string_view made) { return batch.arena.copy(made); };
  const std::uint64_t kind = up_to(1000);
  HttpExchangeRow row;
  row.id = (connection.id.value + static_cast<std::int64_t>(ordinal)) * 1000;
  row.connection_id = connection.id;
  row.ordinal = ordinal;
  row.version = "1.1";
  if (ordinal > 1) row.idle_before_ns = static_cast<std::int64_t>(up_to(1000)) * millisecond;
  row.method = kind % 10 == 0 ? "POST" : "GET";
  row.scheme = "http";
  row.authority = text(fmt::format("www{}.example.com", connection.server_ip.substr(connection.server_ip.rfind('.') + 1)));
  row.path = text(fmt::format("/things/{}?page={}", up_to(paths), up_to(5)));
  row.request_headers = text(fmt::format(
      R"([["Host","{}"],["User-Agent","Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],["Accept","text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"],["Accept-Language","en-US,en;q=0.5"],["Accept-Encoding","gzip, deflate, br"],["Connection","keep-alive"],["Cookie","sid=token:{:032x}"]])",
      row.authority, up_to(5000)));
  row.response_headers = text(fmt::format(
      R"([["Server","nginx"],["Date","Tue, 14 Nov 2023 22:13:20 GMT"],["Content-Type","text/html; charset=utf-8"],["Content-Length","{}"],["Connection","keep-alive"],["ETag","\"v{}\""],["Cache-Control","no-cache"],["X-Request-Id","{:032x}"]])",
      kind * 10, up_to(3), up_to(1'000'000'000)));
  row.request_body_bytes = kind % 10 == 0 ? 300 : 0;
  row.response_body_bytes = row.response_decoded_bytes = kind * 10;
  row.status = kind < 20 ? 302 : kind < 150 ? 304 : kind < 170 ? 404 : kind < 172 ? 502 : kind < 174 ? 401 : 200;
  row.reason = row.status.value == 200 ? "OK" : "Other";
  row.request_start_ns = row.request_end_ns = start_ns;
  row.response_start_ns = start_ns + static_cast<std::int64_t>(up_to(200)) * millisecond;
  row.response_end_ns = row.response_start_ns.value + 10 * millisecond;
  row.request_first_frame = row.request_last_frame = row.id.value / 1000;
  row.response_first_frame = row.response_last_frame = row.id.value / 1000 + 2;
  row.persistent = row.complete = 1;
  row.pushed = row.midstream = row.limited = 0;
  return row;
}

void SyntheticRows::add_exchange(RowBatch& batch, const HttpExchangeRow& exchange) {
  batch.add(exchange);
  add_semantics(batch, exchange);
}

// A session cookie each time, set anew now and then; redirects, revalidations, log-ins.
void SyntheticRows::add_semantics(RowBatch& batch, const HttpExchangeRow& exchange) {
  const std::uint64_t kind = up_to(1000);
  const auto text = [&](std::string_view made) { return batch.arena.copy(made); };
  HttpCookieRow cookie;
  cookie.exchange_id = exchange.id;
  cookie.connection_id = exchange.connection_id;
  cookie.direction = "sent";
  cookie.ordinal = 1;
  cookie.name = "sid";
  cookie.value = text(fmt::format("token:{:032x}", exchange.connection_id.value / 4));
  cookie.host = exchange.authority;
  cookie.time_ns = exchange.request_start_ns;
  cookie.frame = exchange.request_first_frame;
  if (exchange.ordinal.value > 1) batch.add(cookie);
  if (exchange.ordinal.value == 1 || kind % 50 == 0) {
    cookie.direction = "set";
    cookie.path = "/";
    cookie.secure = cookie.http_only = 0;
    cookie.time_ns = exchange.response_start_ns;
    cookie.frame = exchange.response_first_frame;
    batch.add(cookie);
  }
  if (exchange.status.value == 302) {
    HttpLocationRow location;
    location.exchange_id = exchange.id;
    location.status = exchange.status;
    location.cross_origin = 0;
    location.location = location.path = text(fmt::format("/things/{}?page={}", up_to(paths), up_to(5)));
    location.uri = text(fmt::format("http://{}{}", exchange.authority, location.path));
    location.scheme = "http";
    location.authority = exchange.authority;
    batch.add(location);
  }
  if (exchange.status.value == 304 || (exchange.status.value == 200 && kind % 10 == 0)) {
    HttpConditionRow condition;
    condition.exchange_id = exchange.id;
    condition.method = exchange.method;
    condition.status = exchange.status;
    condition.if_none_match = condition.etag = "\"v1\"";
    condition.response_body_bytes = exchange.response_body_bytes;
    batch.add(condition);
  }
  if (exchange.status.value == 401 || kind % 5 == 0) {
    HttpAuthenticationRow authentication;
    authentication.exchange_id = exchange.id;
    authentication.status = exchange.status;
    authentication.stale = authentication.continued = 0;
    if (exchange.status.value == 401) authentication.schemes_offered = "basic";
    if (kind % 5 == 0) authentication.scheme_used = "bearer";
    batch.add(authentication);
  }
}

// A FIN of each side, or a RST.
void SyntheticRows::add_events(RowBatch& batch, const ConnectionRow& connection) const {
  const bool reset = connection.close_kind == "rst";
  for (const std::string_view side : {"client", "server"}) {
    if (connection.close_kind == "open" || (reset && side == "client")) continue;
    TcpEventRow event;
    event.connection_id = connection.id;
    event.time_ns = connection.end_ns;
    event.frame = connection.last_frame;
    event.side = side;
    event.kind = reset ? "rst" : "fin";
    batch.add(event);
  }
}

// Of a client that asks each second; one in a hundred is not answered any more from the middle on.
void SyntheticRows::add_probes(RowBatch& batch, const ConnectionRow& connection) const {
  for (std::uint64_t n = 1; n <= probes_each; ++n) {
    KeepaliveProbeRow probe;
    probe.id = (connection.id.value + static_cast<std::int64_t>(n) + 35) * 1000;
    probe.connection_id = connection.id;
    probe.prober = "client";
    const bool unanswered = made_ % 100 == 0 && n > probes_each / 2;
    probe.episode = unanswered ? probes_each / 2 + 1 : n;
    probe.ordinal = unanswered ? n - probes_each / 2 : 1;
    probe.time_ns = connection.start_ns.value + static_cast<std::int64_t>(n) * second;
    probe.frame = probe.id.value / 1000;
    probe.payload_bytes = 0;
    probe.idle_before_ns = second;
    probe.answer = unanswered ? "none" : "ack";
    if (!unanswered) {
      probe.answer_ns = probe.time_ns.value + millisecond;
      probe.answer_frame = probe.frame.value + 1;
    }
    batch.add(probe);
  }
}

}  // namespace longwire::bench
