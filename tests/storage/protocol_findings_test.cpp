// Findings of the protocols above and below HTTP: each kind with rows of which it is told, and rows that nearly are such.
#include <gtest/gtest.h>

#include <functional>

#include "tests/storage/finding_scene.h"

namespace longwire {
namespace {

// ---- TLS ----

template <class Change>
std::function<void(Scene&)> handshake(Change change) {
  return [change](Scene& scene) {
    scene.connection();
    TlsHandshakeRow row;
    row.id = 1;
    row.connection_id = 1;
    row.first_frame = row.last_frame = 1;
    row.version = "TLS 1.3";
    row.cipher = "TLS_AES_128_GCM_SHA256";
    row.outcome = "completed";
    change(row);
    scene.rows().add(row);
  };
}

TEST(Findings, TlsFailed) {
  const auto failed = handshake([](auto& row) {
    row.outcome = "failed";
    row.alert = "unknown_ca";
    row.alert_by = "client";
    row.sni = "example.com";
  });
  expect_untold_behind_holes("tls_failed", failed);
  expect_told("tls_failed", failed, "1 TLS handshake with 192.0.2.1:80 failed: unknown_ca of the client, asked for example.com");
  expect_untold("tls_failed", handshake([](auto& row) { row.outcome = "incomplete"; }));
}

TEST(Findings, TlsOutdatedAndWeak) {
  expect_told("tls_outdated", handshake([](auto& row) { row.version = "TLS 1.1"; }), "192.0.2.1:80 agreed to TLS 1.1 in 1 handshake");
  expect_untold("tls_outdated", handshake([](auto& row) { row.version = "TLS 1.2"; }));
  expect_told("tls_weak_cipher", handshake([](auto& row) { row.cipher = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"; }),
              "192.0.2.1:80 agreed to TLS_RSA_WITH_3DES_EDE_CBC_SHA in 1 handshake");
  expect_told("tls_weak_cipher", handshake([](auto& row) { row.cipher = "TLS_RSA_WITH_NULL_SHA"; }),
              "192.0.2.1:80 agreed to TLS_RSA_WITH_NULL_SHA in 1 handshake");
  expect_untold("tls_weak_cipher", handshake([](auto&) {}));
}

// ---- certificates ----

constexpr std::int64_t day = 86'400'000 * ms;

// A handshake at 0 in which the server sent one certificate.
template <class Change>
std::function<void(Scene&)> certified(Change change) {
  return handshake([change](auto& row) {
    row.start_ns = 0;
    row.sni = "example.com";
    row.chain_status = "ok";
    row.name_matches = 1;
    change(row);
  });
}
template <class Change>
void send_certificate(Scene& scene, Change change) {
  CertificateRow certificate;
  certificate.id = 5;
  certificate.sha256 = "5";
  certificate.subject = "CN=example.com";
  change(certificate);
  scene.rows().add(certificate);
  TlsCertificateRow sent;
  sent.handshake_id = 1;
  sent.side = "server";
  sent.position = 0;
  sent.certificate_id = 5;
  scene.rows().add(sent);
}
template <class Change>
std::function<void(Scene&)> certified(std::int64_t expires_ns, Change change) {
  return [=](Scene& scene) {
    certified(change)(scene);
    send_certificate(scene, [=](auto& row) { row.not_after_ns = expires_ns; });
  };
}
constexpr auto as_it_is = [](auto&) {};

TEST(Findings, CertificateExpiring) {
  expect_told("certificate_expiring", certified(3 * day, as_it_is),
              "the certificates of 192.0.2.1:80 for example.com expire on 1970-01-04, 3 days after they were sent");
  expect_untold("certificate_expiring", certified(15 * day, as_it_is));
  expect_untold("certificate_expiring", certified(-day, as_it_is));  // it has: that is another finding
}

TEST(Findings, CertificateUntrusted) {
  expect_told("certificate_untrusted",
              certified(90 * day,
                        [](auto& row) {
                          row.chain_status = "unable_to_get_local_issuer_certificate";
                          row.chain_error_depth = 1;
                        }),
              "192.0.2.1:80 sent a chain for example.com in 1 handshake that cannot be trusted: "
              "unable_to_get_local_issuer_certificate at depth 1");
  expect_untold("certificate_untrusted", certified(90 * day, as_it_is));
  expect_untold("certificate_untrusted", certified(90 * day, [](auto& row) { row.chain_status = Text{}; }));  // not verified
}

TEST(Findings, CertificateName) {
  expect_told("certificate_name", certified(90 * day, [](auto& row) { row.name_matches = 0; }),
              "192.0.2.1:80 was asked for example.com once, and sent a certificate for other names");
  expect_untold("certificate_name", certified(90 * day, as_it_is));
  expect_untold("certificate_name", certified(90 * day, [](auto& row) {  // nobody said for which name
                  row.sni = Text{};
                  row.name_matches = Integer{};
                }));
}

// ---- HTTP/2 ----

std::function<void(Scene&)> stalled(std::int64_t for_ms) {
  return [for_ms](Scene& scene) {
    Http2StallRow row;
    row.connection_id = scene.connection();
    row.stream_id = 0;
    row.side = "server";
    row.start_ns = 100 * ms;
    row.end_ns = (100 + for_ms) * ms;
    row.frame = 4;
    scene.rows().add(row);
  };
}

TEST(Findings, FlowControlStall) {
  expect_told("flow_control_stall", stalled(1500), "the server of 192.0.2.1:80 waited 1.5 s for the other side's window");
  expect_untold("flow_control_stall", stalled(999));
}

template <class Change>
std::function<void(Scene&)> multiplexed(Change change) {
  return [change](Scene& scene) {
    Http2ConnectionRow row;
    row.connection_id = scene.connection();
    row.streams = 100;
    change(row);
    scene.rows().add(row);
  };
}

TEST(Findings, Http2Attack) {
  const auto cancelled = [](std::int64_t streams) { return multiplexed([streams](auto& row) { row.resets_before_response = streams; }); };
  expect_told("http2_attack", cancelled(90),
              "1 HTTP/2 connection of 10.0.0.1 to 192.0.2.1:80: rapid_reset, up to 90, where honest use stays below 50");
  expect_untold("http2_attack", cancelled(49));
}

TEST(Findings, Http2Goaway) {
  const auto ended = [](Text error) {
    return multiplexed([error](auto& row) {
      row.goaway_by = "server";
      row.goaway_error = error;
    });
  };
  expect_told("http2_goaway", ended("PROTOCOL_ERROR"),
              "the server ended 1 connection of 10.0.0.1 with 192.0.2.1:80 by GOAWAY: PROTOCOL_ERROR");
  expect_untold("http2_goaway", ended("NO_ERROR"));
}

TEST(Findings, StreamReset) {
  const auto reset = [](Text by, Text error) {
    return [by, error](Scene& scene) {
      Http2StreamRow row;
      row.connection_id = scene.connection();
      row.stream_id = 1;
      row.exchange_id = scene.exchange(leave_unanswered);
      row.reset_by = by;
      row.reset_error = error;
      scene.rows().add(row);
    };
  };
  expect_told("stream_reset", reset("server", "INTERNAL_ERROR"), "192.0.2.1:80 reset 1 stream of 10.0.0.1 with INTERNAL_ERROR: GET /");
  expect_untold("stream_reset", reset("server", "REFUSED_STREAM"));  // the client may try again (RFC 9113 section 8.7)
  expect_untold("stream_reset", reset("client", "INTERNAL_ERROR"));
}

TEST(Findings, GrpcFailed) {
  const auto called = [](Text trailers) {
    return [trailers](Scene& scene) {
      scene.connection();
      scene.exchange([trailers](auto& row) {
        row.stream_id = 1;
        row.path = "/shop.Stock/Get";
        row.request_headers = R"([["content-type","application/grpc"]])";
        row.response_trailers = trailers;
      });
    };
  };
  expect_told("grpc_failed", called(R"([["grpc-status","5"]])"), "/shop.Stock/Get on 192.0.2.1:80 failed once: NOT_FOUND");
  expect_untold("grpc_failed", called(R"([["grpc-status","0"]])"));
  expect_untold("grpc_failed", called({}));  // how it ended was not seen
}

// ---- certificates that can be forged ----

std::function<void(Scene&)> keyed(Text type, std::int64_t bits, Text signature, std::int64_t self_signed) {
  return [=](Scene& scene) {
    certified(as_it_is)(scene);
    send_certificate(scene, [=](auto& row) {
      row.key_type = type;
      row.key_bits = bits;
      row.signature_algorithm = signature;
      row.self_signed = self_signed;
    });
  };
}

TEST(Findings, CertificateWeak) {
  expect_told("certificate_weak", keyed("RSA", 1024, "sha256WithRSAEncryption", 0),
              "192.0.2.1:80 sent a certificate of CN=example.com in 1 handshake, with a RSA key of 1024 bits, signed by "
              "sha256WithRSAEncryption");
  expect_told("certificate_weak", keyed("EC", 256, "ecdsa-with-SHA1", 0),
              "192.0.2.1:80 sent a certificate of CN=example.com in 1 handshake, with an EC key of 256 bits, signed by ecdsa-with-SHA1");
  expect_untold("certificate_weak", keyed("RSA", 2048, "sha256WithRSAEncryption", 0));
  expect_untold("certificate_weak", keyed("RSA", 2048, "sha1WithRSAEncryption", 1));  // a root is trusted for what it is
  expect_untold("certificate_weak", keyed("ED25519", 253, "ED25519", 0));
}

// `resumed` of so many handshakes that offered a session.
std::function<void(Scene&)> offered(std::int64_t rejected, std::int64_t resumed) {
  return [=](Scene& scene) {
    for (std::int64_t n = 1; n <= rejected + resumed; ++n) {
      TlsHandshakeRow row;
      row.id = row.first_frame = n;
      row.connection_id = scene.connection(1000 * n);
      row.version = "TLS 1.2";
      row.outcome = "completed";
      row.resumption_offered = "ticket";
      row.resumed = n <= rejected ? "no" : "ticket";
      row.start_ns = 0;
      row.end_ns = 40 * ms;
      row.midstream = 0;
      scene.rows().add(row);
    }
  };
}

TEST(Findings, ResumptionRejected) {
  expect_told("resumption_rejected", offered(3, 1),
              "192.0.2.1:80 did not resume 3 of 4 TLS sessions that 10.0.0.1 offered; a full handshake takes 40 ms");
  expect_place("resumption_rejected", offered(3, 1), {"note", "1", "NULL", "1"});
  expect_untold("resumption_rejected", offered(2, 0));
  expect_untold("resumption_rejected", offered(3, 3));
}

// ---- HTTP/2's PING ----

std::function<void(Scene&)> pinged(std::int64_t unanswered) {
  return [unanswered](Scene& scene) {
    scene.connection();
    for (std::int64_t n = 1; n <= 4; ++n) {
      Http2PingRow row;
      row.connection_id = 1;
      row.from_client = 1;
      row.time_ns = 1000 * n * ms;
      row.frame = n;
      row.idle_before_ns = 1000 * ms;
      if (n <= 4 - unanswered) row.answer_ns = row.time_ns.value + ms;
      scene.rows().add(row);
    }
  };
}

TEST(Findings, Http2PingUnanswered) {
  expect_told("http2_ping_unanswered", pinged(2), "the server of 192.0.2.1:80 did not answer 2 of 4 PINGs of the client");
  expect_untold("http2_ping_unanswered", pinged(1));  // its answer may have come behind the capture's end
}

// ---- WebSocket ----

// WebSockets that begin at 1 s and end as `change` says.
template <class Change>
std::function<void(Scene&)> websockets(std::int64_t count, Change change) {
  return [=](Scene& scene) {
    for (std::int64_t n = 1; n <= count; ++n) {
      WebSocketRow row;
      row.connection_id = scene.connection();
      row.id = row.exchange_id = scene.exchange([](auto& exchange) {
        exchange.status = 101;
        exchange.upgraded_to = "websocket";
        exchange.request_headers = R"([["Upgrade","websocket"],["Sec-WebSocket-Version","13"]])";
      });
      row.start_ns = 1000 * ms;
      row.last_ns = 1500 * ms;
      row.end_ns = 2000 * ms;
      row.end_cause = "close";
      row.closed_by = "client";
      row.close_code = 1001;
      row.accept_valid = 1;
      row.last_frame = n;
      change(row, n);
      scene.rows().add(row);
    }
  };
}

TEST(Findings, WebsocketDied) {
  expect_told("websocket_died",
              websockets(1,
                         [](auto& row, auto) {
                           row.end_cause = "rst";
                           row.close_code = Integer{};
                         }),
              "1 WebSocket with 192.0.2.1:80 ended by a RST of the client after 1.0 s");
  expect_told("websocket_died",
              websockets(2,
                         [](auto& row, auto n) {
                           row.close_code = 1011;
                           row.closed_by = "server";
                           row.end_ns = (1100 + 5000 * n) * ms;
                         }),
              "2 WebSockets with 192.0.2.1:80 ended with code 1011 of the server, the shortest after 5.1 s");
  expect_untold("websocket_died", websockets(1, [](auto&, auto) {}));
  expect_untold("websocket_died", websockets(1, [](auto& row, auto) { row.close_code = 1005; }));
}

TEST(Findings, WebsocketTimer) {
  const auto silent_for = [](std::int64_t count) {
    return websockets(count, [](auto& row, auto n) {
      row.end_cause = "fin";
      row.closed_by = "server";
      row.close_code = Integer{};
      row.last_ns = (1000 + 7000 * n) * ms;
      row.end_ns = row.last_ns.value + 60'000 * ms;
    });
  };
  expect_told("websocket_timer", silent_for(3),
              "a timer ended 3 WebSockets with 192.0.2.1:80, on the side of the server, after a silence of 60.0 s");
  expect_untold("websocket_died", silent_for(3));
  expect_untold("websocket_timer", silent_for(2));
}

TEST(Findings, WebsocketRefused) {
  const auto answered = [](std::int64_t status, Text headers) {
    return [=](Scene& scene) {
      scene.connection();
      scene.exchange([&](auto& row) {
        row.status = status;
        row.path = "/chat";
        row.request_headers = R"([["Upgrade","websocket"],["Sec-WebSocket-Version","8"]])";
        row.response_headers = headers;
      });
    };
  };
  expect_told("websocket_refused", answered(404, "[]"), "192.0.2.1:80 answered 1 WebSocket handshake with 404, on /chat");
  expect_told("websocket_refused", answered(200, "[]"),
              "192.0.2.1:80 answered 1 WebSocket handshake with 200, as if they were usual requests, on /chat");
  expect_told("websocket_refused", answered(426, R"([["Sec-WebSocket-Version","13"]])"),
              "192.0.2.1:80 answered 1 WebSocket handshake with 426: it speaks version 13, not 8, on /chat");
  expect_untold("websocket_refused", answered(401, "[]"));
  expect_untold("websocket_refused", websockets(1, [](auto&, auto) {}));
}

// ---- polling ----

std::function<void(Scene&)> polled(std::int64_t requests, std::int64_t news_every) {
  return [=](Scene& scene) {
    scene.connection([&](auto& row) {
      row.exchanges = requests;
      row.end_ns = (requests + 1) * 1000 * ms;
    });
    for (std::int64_t n = 1; n <= requests; ++n)
      scene.exchange(
          [&](auto& row) {
            row.ordinal = n;
            row.path = "/news";
            row.status = n % news_every == 0 ? 200 : 304;
            row.response_body_bytes = n % news_every == 0 ? 200 + n : 0;
          },
          1000 * n);
  };
}

TEST(Findings, PollingEmpty) {
  expect_told("polling_empty", polled(20, 10),
              "10.0.0.1 asked 192.0.2.1:80 for /news 20 times, every 1.0 s; 90 % of the answers had no news");
  expect_place("polling_empty", polled(20, 10), {"note", "1", "1001", "1"});
  expect_untold("polling_empty", polled(19, 10));
  expect_untold("polling_empty", polled(20, 2));
}

// ---- the capture itself ----

std::function<void(Scene&)> captured(const std::function<void(ConnectionRow&)>& change) {
  return [change](Scene& scene) {
    scene.rows().add(capture_row(1));
    scene.connection(change);
  };
}

TEST(Findings, CaptureGaps) {
  expect_told("capture_gaps", captured([](auto& row) { row.server_missing_bytes = 1460; }),
              "example.pcap lacks 1460 bytes of 1 connection");
  expect_untold("capture_gaps", captured([](auto& row) { row.server_retransmitted_bytes = 1460; }));
}

TEST(Findings, CaptureOneWay) {
  expect_told("capture_one_way", captured([](auto& row) { row.one_way = 1; }), "example.pcap has one direction only of 1 connection");
  expect_untold("capture_one_way", captured([](auto& row) {  // a SYN that nobody answered
                  row.one_way = 1;
                  row.client_bytes = row.server_bytes = 0;
                }));
}

TEST(Findings, CaptureCut) {
  expect_told("capture_cut", captured([](auto& row) { row.cut = 1; }), "example.pcap has packets of 1 connection cut short");
  expect_untold("capture_cut", captured([](auto&) {}));
}

}  // namespace
}  // namespace longwire
