// Each kind of finding: rows of which it is told, and rows that nearly are such, of which it is not.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>

#include "storage/query.h"
#include "tests/storage/finding_scene.h"

namespace longwire {
namespace {

TEST(Findings, NothingIsFoundWhereAllIsWell) {
  Scene scene;
  scene.rows().add(capture_row(1));
  scene.connection();
  scene.exchange();
  scene.event("fin", "server", 90);
  scene.event("fin", "client", 91);
  EXPECT_EQ(scene.all(), Answer{});
}

TEST(Findings, TheWorstComesFirstAndSaysWhereToLook) {
  Scene scene;
  scene.connection();
  scene.exchange([](auto& row) { row.status = 429; });
  scene.exchange([](auto& row) { row.status = 500; });
  EXPECT_EQ(scene.all(), (Answer{{"server_error", "192.0.2.1:80 answered 1 request with 500: GET /"},
                                 {"rate_limited", "192.0.2.1:80 told 10.0.0.1 once to slow down (429)"}}));
  EXPECT_EQ(scene.places("server_error"), (Answer{{"error", "1", "1002", "2"}}));
}

TEST(Findings, CaptureIncomplete) {
  expect_told(
      "capture_incomplete",
      [](Scene& scene) {
        CaptureRow row = capture_row(1);
        row.damaged_at = 77;
        row.damage = "cut short";
        scene.rows().add(row);
      },
      "example.pcap lacks packets: it breaks at byte 77 (cut short)");
  expect_told(
      "capture_incomplete",
      [](Scene& scene) {
        CaptureRow row = capture_row(1);
        row.dropped = 10;
        scene.rows().add(row);
      },
      "example.pcap lacks packets: 10 were dropped, 50.0 % of all");
  expect_untold("capture_incomplete", [](Scene& scene) {
    CaptureRow row = capture_row(1);
    row.dropped = 0;
    scene.rows().add(row);
  });
}

void refuse(ConnectionRow& row) {
  row.established_ns = row.handshake_rtt_ns = Integer{};
  row.close_kind = "rst";
  row.client_packets = row.client_syns = 1;
  row.client_bytes = row.server_bytes = row.exchanges = 0;
}

TEST(Findings, ConnectionRefused) {
  expect_told(
      "connection_refused", [](Scene& scene) { scene.connection(refuse); }, "192.0.2.1:80 refused 1 connection of 10.0.0.1");
  expect_untold("connection_refused", [](Scene& scene) {
    scene.connection([](auto& row) {  // who asked gave up itself
      refuse(row);
      row.closed_first = "client";
    });
  });
  expect_untold("connection_refused", [](Scene& scene) {
    scene.connection([](auto& row) {  // it had an answer to its SYN, which was not captured, or it would not send more
      refuse(row);
      ++row.client_packets.value;
    });
  });
}

TEST(Findings, ConnectionUnanswered) {
  const auto asked = [](std::int64_t syns) {
    return [syns](Scene& scene) {
      scene.connection([syns](auto& row) {
        refuse(row);
        row.client_packets = row.client_syns = syns;
        row.close_kind = "open";
        row.closed_first = Text{};
        row.server_packets = 0;
        row.one_way = 1;
      });
      for (std::int64_t again = 1; again < syns; ++again) scene.event("syn_retransmitted", "client", 1000 * again);
    };
  };
  expect_told("connection_unanswered", asked(2), "192.0.2.1:80 did not answer 1 attempt of 10.0.0.1");
  expect_untold("connection_unanswered", asked(1));          // one SYN: its answer may come yet
  expect_untold("connection_unanswered", [](Scene& scene) {  // the server was not captured: what the client sent shows that it spoke
    scene.connection([](auto& row) {
      row.server_packets = row.server_bytes = 0;
      row.client_syns = 1;
      row.one_way = 1;
    });
    scene.event("syn_retransmitted", "client", 1000);
  });
}

void reset_by_server(ConnectionRow& row) {
  row.close_kind = "rst";
  row.closed_first = "server";
}

TEST(Findings, RequestReset) {
  const auto unanswered = [](Scene& scene) {
    scene.connection(reset_by_server);
    scene.exchange(leave_unanswered);
    scene.event("rst", "server", 90);
  };
  expect_told("request_reset", unanswered, "192.0.2.1:80 reset 1 connection with a request unanswered: GET /");
  expect_untold_behind_holes("request_reset", unanswered);
  expect_untold("request_reset", [](Scene& scene) {
    scene.connection(reset_by_server);
    scene.exchange();  // answered before
    scene.event("rst", "server", 90);
  });
}

TEST(Findings, DataLost) {
  const auto lost = [](Scene& scene) {
    scene.connection([](auto& row) {
      row.close_kind = "rst";
      row.server_unacknowledged_bytes = 100;
    });
    scene.event("rst", "client", 90);
  };
  expect_told("data_lost", lost, "1 connection with 192.0.2.1:80 lost 100 bytes: RST before they were acknowledged");
  expect_untold_behind_holes("data_lost", lost);
  expect_untold("data_lost", [](Scene& scene) {
    scene.connection([](auto& row) { row.close_kind = "rst"; });
    scene.event("rst", "client", 90);
  });
}

TEST(Findings, HalfClosed) {
  const auto half_closed = [](std::int64_t capture_ms, std::int64_t midstream = 0, std::int64_t server_bytes = 100) {
    return [=](Scene& scene) {
      CaptureRow capture = capture_row(1);
      capture.ended_ns = capture_ms * ms;
      scene.rows().add(capture);
      scene.connection([=](auto& row) {
        row.close_kind = "open";
        row.closed_first = "client";
        row.client_acknowledged_ns = 1000 * ms;
        row.midstream = midstream;
        row.server_bytes = server_bytes;
      });
      scene.event("fin", "client", 1000);
    };
  };
  expect_told("half_closed", half_closed(71'000), "the server left 1 connection of 192.0.2.1:80 half closed, for 70 s");
  expect_untold("half_closed", half_closed(60'000));
  expect_untold_behind_holes("half_closed", half_closed(71'000));
  expect_untold("half_closed", half_closed(71'000, 1, 0));  // its own FIN came before the capture, maybe
  expect_told("half_closed", half_closed(71'000, 1, 1), "the server left 1 connection of 192.0.2.1:80 half closed, for 70 s");
}

TEST(Findings, PeerLost) {
  const auto probes = [](Text answer) {
    return [answer](Scene& scene) {
      scene.connection([](auto& row) {
        row.close_kind = "rst";
        row.closed_first = "client";
      });
      for (std::int64_t n = 1; n <= 2; ++n) {
        KeepaliveProbeRow row;
        row.id = n;
        row.connection_id = 1;
        row.prober = "client";
        row.episode = answer == "ack" ? n : 1;
        row.ordinal = answer == "ack" ? 1 : n;
        row.time_ns = n * 1000 * ms;
        row.idle_before_ns = 1000 * ms;
        row.frame = n;
        row.answer = answer;
        scene.rows().add(row);
      }
      scene.event("rst", "client", 3000);
    };
  };
  expect_told("peer_lost", probes("none"), "the server 192.0.2.1 of 192.0.2.1:80 was silent after 2 keepalive probes of the client");
  expect_untold("peer_lost", probes("ack"));
}

TEST(Findings, ReceiverStalled) {
  const auto window = [](std::int64_t reopened_ms) {
    return [reopened_ms](Scene& scene) {
      scene.connection();
      scene.event("zero_window", "client", 1000);
      scene.event("window_reopened", "client", reopened_ms);
    };
  };
  expect_told("receiver_stalled", window(2500), "the client of 192.0.2.1:80 took no data for 1.5 s");
  expect_untold("receiver_stalled", window(1900));
}

TEST(Findings, ConflictingBytes) {
  expect_told(
      "conflicting_bytes", [](Scene& scene) { scene.connection([](auto& row) { row.conflicting_overlap_bytes = 4; }); },
      "4 bytes between 10.0.0.1 and 192.0.2.1:80 sent twice with different values");
  expect_untold("conflicting_bytes", [](Scene& scene) { scene.connection([](auto& row) { row.client_retransmitted_bytes = 4; }); });
  expect_untold_behind_holes("conflicting_bytes",  // of a keepalive probe
                             [](Scene& scene) { scene.connection([](auto& row) { row.conflicting_overlap_bytes = 1; }); });
}

TEST(Findings, Retransmissions) {
  const auto sent_again = [](std::int64_t bytes, std::int64_t of) {
    return [bytes, of](Scene& scene) {
      scene.connection([&](auto& row) {
        row.server_bytes = of;
        row.server_retransmitted_bytes = bytes;
      });
    };
  };
  expect_told("retransmissions", sent_again(100'000, 4'999'900),
              "between 10.0.0.1 and 192.0.2.1:80 2.0 % of the bytes were sent again, 100 kB");
  expect_untold("retransmissions", sent_again(99'999, 1'000'000));
  expect_untold("retransmissions", sent_again(100'000, 5'100'000));
}

TEST(Findings, IdleTimeoutRace) {
  const auto request_at = [](std::int64_t request_ms) {
    return [request_ms](Scene& scene) {
      scene.connection([](auto& row) {
        row.exchanges = 2;
        row.end_ns = 6000 * ms;
        row.client_acknowledged_ns = 30 * ms;
      });
      scene.exchange();
      scene.exchange(
          [](auto& row) {
            leave_unanswered(row);
            row.ordinal = 2;
            row.idle_before_ns = 4990 * ms;
          },
          request_ms);
      scene.event("fin", "server", 5000);
    };
  };
  expect_told("idle_timeout_race", request_at(5010),
              "1 request of 10.0.0.1 crossed the close of an idle connection by 192.0.2.1:80, safe to send again; idle for 5.0 s");
  expect_untold("idle_timeout_race", request_at(5030));  // a round trip is 20 ms: it knew
}

TEST(Findings, IdleTimeoutShorter) {
  const auto closes_after = [](std::int64_t closed_ms, std::int64_t closes) {
    return [closed_ms, closes](Scene& scene) {
      for (std::int64_t n = 0; n < closes; ++n) {
        scene.connection();
        scene.exchange([](auto& row) { row.keep_alive_timeout_s = 5; });
        scene.event("fin", "server", 36 + closed_ms);
      }
    };
  };
  expect_told("idle_timeout_shorter", closes_after(2000, 3),
              "192.0.2.1:80 announces to keep idle connections for 5 s, and closed 3 after 2.0 s");
  expect_place("idle_timeout_shorter", closes_after(2000, 3), {"warning", "1", "NULL", "2036"});  // the FIN
  expect_untold("idle_timeout_shorter", closes_after(2000, 2));
  expect_untold("idle_timeout_shorter", closes_after(5001, 3));
}

TEST(Findings, RequestUnanswered) {
  const auto closed = [](Text by, Integer one_way) {
    return [by, one_way](Scene& scene) {
      scene.connection([&](auto& row) {
        row.closed_first = by;
        row.one_way = one_way;
      });
      scene.exchange(leave_unanswered);
    };
  };
  expect_told("request_unanswered", closed("server", 0), "192.0.2.1:80 closed 1 connection without answering: GET /");
  expect_untold("request_unanswered", closed("client", 0));
  expect_untold("request_unanswered", closed("server", 1));  // the answer may have gone another way
}

TEST(Findings, RequestAbandoned) {
  const auto closed = [](Text by) {
    return [by](Scene& scene) {
      scene.connection([&](auto& row) { row.closed_first = by; });
      scene.exchange(leave_unanswered);
      scene.event("fin", by, 530);
    };
  };
  expect_told("request_abandoned", closed("client"), "10.0.0.1 gave up 1 request to 192.0.2.1:80: GET / after 500 ms");
  expect_untold("request_abandoned", closed("server"));
}

std::function<void(Scene&)> answered(std::int64_t status) {
  return [status](Scene& scene) {
    scene.connection();
    scene.exchange([&](auto& row) { row.status = status; });
  };
}

TEST(Findings, ServerErrorAndGatewayError) {
  expect_told("server_error", answered(500), "192.0.2.1:80 answered 1 request with 500: GET /");
  expect_untold("server_error", answered(503));
  expect_untold("server_error", answered(404));
  expect_told("gateway_error", answered(503), "192.0.2.1:80 answered 1 request with 503: GET /; nothing behind it is in the capture");
  expect_untold("gateway_error", answered(500));
}

TEST(Findings, RateLimited) {
  expect_told("rate_limited", answered(429), "192.0.2.1:80 told 10.0.0.1 once to slow down (429)");
  expect_untold("rate_limited", answered(403));
}

TEST(Findings, BadRequest) {
  expect_told(
      "bad_request",
      [](Scene& scene) {
        answered(400)(scene);
        scene.anomaly("http1.host.missing");
      },
      "192.0.2.1:80 refused 1 request of 10.0.0.1 with 400: http1.host.missing");
  expect_untold("bad_request", answered(400));  // what was wrong with it, the bytes do not show
}

// ---- redirects ----

template <class Change>
void redirect(Scene& scene, std::int64_t start_ms, std::int64_t status, Text from, Text to, Change change) {
  HttpLocationRow location;
  location.status = status;
  location.uri = location.path = to;
  location.scheme = "http";
  location.authority = "example.com";
  location.cross_origin = 0;
  location.exchange_id = scene.exchange(
      [&](auto& row) {
        row.status = status;
        row.path = from;
        change(row, location);
      },
      start_ms);
  scene.rows().add(location);
}
void redirect(Scene& scene, std::int64_t start_ms, std::int64_t status, Text from, Text to) {
  redirect(scene, start_ms, status, from, to, [](auto&, auto&) {});
}

TEST(Findings, RedirectLoop) {
  expect_told(
      "redirect_loop",
      [](Scene& scene) {
        scene.connection();
        redirect(scene, 30, 302, "/a", "/b");
        redirect(scene, 50, 302, "/b", "/a");
        redirect(scene, 70, 302, "/a", "/b");
      },
      "a chain of 3 redirects came back to GET http://example.com/a once");
  expect_untold("redirect_loop", [](Scene& scene) {  // a cookie, and the same again: answered now
    scene.connection();
    redirect(scene, 30, 302, "/a", "/a");
    scene.exchange([](auto& row) { row.path = "/a"; }, 50);
  });
}

TEST(Findings, RedirectViolation) {
  const auto followed_by = [](Text method) {
    return [method](Scene& scene) {
      scene.connection();
      redirect(scene, 30, 307, "/a", "/b", [](auto& row, auto&) { row.method = "POST"; });
      scene.exchange(
          [&](auto& row) {
            row.path = "/b";
            row.method = method;
          },
          50);
    };
  };
  expect_told("redirect_violation", followed_by("GET"), "10.0.0.1 followed 1 redirect with 307 by GET after POST, to /b");
  expect_untold("redirect_violation", followed_by("POST"));
}

TEST(Findings, RedirectDowngrade) {
  const auto to = [](Text scheme) {
    return [scheme](Scene& scene) {
      scene.connection();
      redirect(scene, 30, 302, "/a", "http://example.com/b", [&](auto& row, auto& location) {
        row.scheme = "https";
        location.scheme = scheme;
      });
    };
  };
  expect_told("redirect_downgrade", to("http"), "1 redirect leads from https to http://example.com/b");
  expect_untold("redirect_downgrade", to("https"));
}

TEST(Findings, CredentialsElsewhere) {
  const auto carried = [](Text headers) {
    return [headers](Scene& scene) {
      scene.connection();
      const auto with_credentials = [&](std::int64_t id) {
        HttpAuthenticationRow row;
        row.exchange_id = id;
        row.status = 200;
        row.scheme_used = "bearer";
        row.stale = row.continued = 0;
        scene.rows().add(row);
      };
      redirect(scene, 30, 302, "/a", "http://other.example/b", [&](auto& row, auto& location) {
        row.request_headers = R"([["Authorization","Bearer token:1"]])";
        location.authority = "other.example";
        location.path = "/b";
        location.cross_origin = 1;
        with_credentials(row.id.value);
      });
      with_credentials(scene.exchange(
          [&](auto& row) {
            row.path = "/b";
            row.authority = "other.example";
            row.request_headers = headers;
          },
          50));
    };
  };
  expect_told("credentials_elsewhere", carried(R"([["Authorization","Bearer token:1"]])"),
              "10.0.0.1 sent the same Authorization to http://other.example/b, where a redirect from http://example.com/a pointed");
  expect_untold("credentials_elsewhere", carried(R"([["Authorization","Bearer token:2"]])"));
}

// ---- conditions, credentials, cookies ----

std::function<void(Scene&)> revalidated(std::int64_t status, Text etag, std::int64_t body_bytes) {
  return [=](Scene& scene) {
    scene.connection();
    HttpConditionRow row;
    row.exchange_id = scene.exchange([&](auto& exchange) {
      exchange.status = status;
      exchange.response_body_bytes = body_bytes;
    });
    row.status = status;
    row.method = "GET";
    row.if_none_match = "\"v1\"";
    row.etag = etag;
    row.response_body_bytes = body_bytes;
    scene.rows().add(row);
  };
}

TEST(Findings, Missed304) {
  expect_told("missed_304", revalidated(200, "\"v1\"", 500), "192.0.2.1:80 sent 1 body again that the client had, 500 bytes: /");
  expect_untold("missed_304", revalidated(200, "\"v2\"", 500));
}

TEST(Findings, BodyWith304) {
  expect_told("body_with_304", revalidated(304, "\"v1\"", 9), "192.0.2.1:80 sent a body behind 1 answer with 304: /");
  expect_untold("body_with_304", revalidated(304, "\"v1\"", 0));
}

std::function<void(Scene&)> authenticated(std::int64_t status, Text used, Text offered, Text scheme = "http") {
  return [=](Scene& scene) {
    scene.connection();
    HttpAuthenticationRow row;
    row.exchange_id = scene.exchange([&](auto& exchange) {
      exchange.status = status;
      exchange.scheme = scheme;
    });
    row.status = status;
    row.scheme_used = used;
    row.schemes_offered = offered;
    row.stale = row.continued = 0;
    scene.rows().add(row);
  };
}

TEST(Findings, ChallengeMissing) {
  expect_told("challenge_missing", authenticated(401, {}, {}), "192.0.2.1:80 answered 1 request with 401 and no WWW-Authenticate: /");
  expect_untold("challenge_missing", authenticated(401, {}, "basic"));
}

TEST(Findings, CredentialsRejected) {
  expect_told("credentials_rejected", authenticated(401, "digest", "digest"), "192.0.2.1:80 refused credentials of 10.0.0.1 (digest) once");
  expect_untold("credentials_rejected", authenticated(401, {}, "digest"));
  expect_untold("credentials_rejected", authenticated(403, "digest", {}));
}

TEST(Findings, PasswordInClear) {
  expect_told("password_in_clear", authenticated(200, "basic", {}),
              "10.0.0.1 sent basic credentials to 192.0.2.1:80 without encryption, once");
  expect_untold("password_in_clear", authenticated(200, "basic", {}, "https"));
  expect_untold("password_in_clear", authenticated(200, "digest", {}));
}

HttpCookieRow cookie(std::int64_t exchange_id, Text direction, Text value) {
  HttpCookieRow row;
  row.exchange_id = exchange_id;
  row.connection_id = 1;
  row.direction = direction;
  row.ordinal = 1;
  row.name = "sid";
  row.value = value;
  row.host = "example.com";
  row.frame = 1;
  row.time_ns = 35 * ms;
  return row;
}

TEST(Findings, CookieBarred) {
  const auto set_for = [](Text path) {
    return [path](Scene& scene) {
      scene.connection();
      HttpCookieRow row = cookie(scene.exchange(), "set", "1");
      row.path = path;
      row.secure = 0;
      scene.rows().add(row);
      scene.exchange([](auto& with) { with.path = "/shop"; }, 50);
    };
  };
  expect_told("cookie_barred", set_for("/admin"),
              "example.com set cookie sid once, and no later request brought it: its Path is not that of the requests");
  expect_untold("cookie_barred", set_for("/"));  // it might have come: who knows why it did not
}

TEST(Findings, CookieRepeated) {
  const auto sent = [](Text second) {
    return [second](Scene& scene) {
      scene.connection();
      const std::int64_t id = scene.exchange();
      scene.rows().add(cookie(id, "sent", "1"));
      scene.rows().add(cookie(id, "sent", second));
    };
  };
  expect_told("cookie_repeated", sent("2"), "1 request to example.com brought cookie sid more than once, with different values");
  expect_untold("cookie_repeated", sent("1"));
}

// ---- economy ----

// One connection that stays idle, and so many that open beside it, each closed at once.
std::function<void(Scene&)> opened_beside(std::int64_t connections, std::int64_t persistent) {
  return [=](Scene& scene) {
    scene.connection([](auto& row) { row.close_kind = "open"; });
    scene.exchange();
    for (std::int64_t n = 1; n <= connections; ++n) {
      scene.connection(1000 * n);
      scene.exchange([&](auto& row) { row.persistent = persistent; }, 1000 * n + 30);
    }
  };
}

TEST(Findings, HandshakesAvoidable) {
  expect_told("handshakes_avoidable", opened_beside(10, 1),
              "10 of 11 connections of 10.0.0.1 to 192.0.2.1:80 could have been spared: another one was idle; that cost 200 ms");
  expect_untold("handshakes_avoidable", opened_beside(9, 1));
}

TEST(Findings, NoKeepAlive) {
  expect_told("no_keep_alive", opened_beside(10, 0),
              "10.0.0.1 used 10 connections to 192.0.2.1:80 for one exchange each, as HTTP/1.0 or Connection: close have it");
  expect_untold("no_keep_alive", opened_beside(9, 0));
  expect_untold("no_keep_alive", opened_beside(10, 1));
}

TEST(Findings, PoolLimit) {
  const auto pool = [](std::int64_t size) {
    return [size](Scene& scene) {
      for (std::int64_t n = 0; n < 3 * size; ++n) {
        const std::int64_t start = n / size * 1000 + n % size;
        scene.connection([&](auto& row) { row.end_ns = (start + 500) * ms; }, start);
        scene.exchange([&](auto& row) { row.response_end_ns = (start + 499) * ms; }, start + 1);
      }
    };
  };
  expect_told("pool_limit", pool(4),
              "10.0.0.1 had 4 connections to 192.0.2.1:80 open at once, and never more; all of them were busy in 100 % of that time");
  expect_place("pool_limit", pool(4), {"note", "4", "NULL", "4"});  // the fourth SYN
  expect_untold("pool_limit", pool(3));
}

TEST(Findings, PortsExhausted) {
  const auto closes = [](Text by) {
    return [by](Scene& scene) {
      for (std::int64_t n = 0; n < 14'116; ++n) {
        scene.connection([&](auto& row) { row.closed_first = by; }, n);
        scene.event("fin", by, n + 100);
      }
    };
  };
  expect_told("ports_exhausted", closes("client"),
              "10.0.0.1 held up to 14116 ports to 192.0.2.1:80 in TIME_WAIT, 50 % of those that there are");
  expect_place("ports_exhausted", closes("client"), {"warning", "14116", "NULL", "14116"});
  expect_untold("ports_exhausted", closes("server"));
}

// ---- anomalies ----

std::function<void(Scene&)> odd(Text code) {
  return [code](Scene& scene) {
    scene.connection();
    scene.anomaly(code);
  };
}

TEST(Findings, AnomaliesByWhatTheyMean) {
  constexpr Text smuggled = "http1.content_length.conflict", folded = "http1.obs_fold", limit = "http1.limit";
  expect_told("request_smuggling", odd(smuggled),
              "1 message of a client with lengths that contradict one another (http1.content_length.conflict)");
  expect_untold("request_smuggling", odd("http1.content_length.repeated"));
  expect_told("malformed", odd(folded), "http1.obs_fold occurs once, in 1 connection");
  expect_untold_behind_holes("malformed", odd(folded));
  expect_untold("malformed", odd(smuggled));
  expect_untold("malformed", odd(limit));
  expect_told("limit_reached", odd(limit), "http1.limit was reached once, in 1 connection");
  expect_untold("limit_reached", odd(folded));
  expect_told(
      "limit_reached", [](Scene& scene) { scene.connection([](auto& row) { row.close_kind = "evicted"; }); },
      "memory did not suffice for 1 connection: forgotten before the end");
  expect_untold("malformed", [](Scene& scene) {  // below TCP: the capture's, not the protocols'
    AnomalyRow row;
    row.id = 1;
    row.code = "tcp.checksum";
    scene.rows().add(row);
  });
}

TEST(Findings, ResponseCutAndAbandoned) {
  const auto closed = [](Text by, Text code) {
    return [=](Scene& scene) {
      scene.connection([&](auto& row) { row.closed_first = by; });
      scene.anomaly(code, 30, "server");
    };
  };
  expect_told("response_cut", closed("server", "http1.body.short"), "192.0.2.1:80 closed 1 connection in the middle of a response");
  expect_untold("response_cut", closed("client", "http1.body.short"));
  expect_untold_behind_holes("response_cut", closed("server", "http1.body.short"));
  expect_untold("response_cut", [](Scene& scene) {  // of a HEAD before the capture, maybe
    scene.connection([](auto& row) { row.midstream = 1; });
    scene.anomaly("http1.body.short", 30, "server");
  });
  expect_untold("response_cut", closed("server", "http1.obs_fold"));
  expect_told("response_abandoned", closed("client", "http1.head.short"),
              "10.0.0.1 closed 1 connection to 192.0.2.1:80 in the middle of a response");
  expect_untold("response_abandoned", closed("server", "http1.body.short"));
  expect_untold_behind_holes("response_abandoned", closed("client", "http1.head.short"));
  expect_untold("malformed", closed("server", "http1.body.short"));
  expect_told("malformed", odd("http1.body.short"), "http1.body.short occurs once, in 1 connection");  // of a request
}

TEST(Findings, ChallengesRepeated) {
  const auto challenged = [](std::int64_t times, std::int64_t accepted) {
    return [=](Scene& scene) {
      for (std::int64_t n = 1; n <= times + accepted; ++n) {
        HttpAuthenticationRow row;
        row.status = n <= times ? 401 : 200;
        if (n <= times) row.schemes_offered = "digest";
        if (n > times) row.scheme_used = "digest";
        row.stale = row.continued = 0;
        scene.connection();
        row.exchange_id = scene.exchange([&](auto& exchange) { exchange.status = row.status; });
        scene.rows().add(row);
      }
    };
  };
  expect_told(
      "challenges_repeated", challenged(10, 20),
      "10.0.0.1 was asked for credentials (digest) 10 times by 192.0.2.1:80 for 20 requests that were accepted; the refusals took 60 ms");
  expect_untold("challenges_repeated", challenged(10, 21));
  expect_untold("challenges_repeated", challenged(9, 9));
}

// The first of several is the one that the sentence and the place are of, whatever the others say.
TEST(Findings, ManyAreToldByTheFirst) {
  Scene scene;
  for (const Text path : {"/a", "/b", "/c"}) {
    scene.connection();
    scene.exchange([&](auto& row) {
      row.status = 503;
      row.path = path;
      row.request_first_frame = 9 - row.id.value % 1000;  // another file's frames begin anew
      row.response_headers = path == "/b" ? R"([["Retry-After","9"]])" : R"([["Retry-After","5"]])";
    });
  }
  EXPECT_EQ(scene.told("gateway_error"),
            "192.0.2.1:80 answered 3 requests with 503, the first one GET /a; nothing behind it is in the capture; Retry-After: 5");
  EXPECT_EQ(scene.places("gateway_error"), (Answer{{"error", "1", "1001", "8"}}));
}

// RFC 5952 section 6: beside a port, else nobody knows where the address ends.
TEST(Findings, AddressesOfIpv6StandInBrackets) {
  expect_told(
      "server_error",
      [](Scene& scene) {
        scene.connection([](auto& row) { row.server_ip = "2001:db8::1"; });
        scene.exchange([](auto& row) { row.status = 500; });
      },
      "[2001:db8::1]:80 answered 1 request with 500: GET /");
  for (const NamedQuestion& question : named_questions()) {
    if (!question.name.starts_with("finding_")) continue;
    const auto count = [&](std::string_view text) {
      std::size_t times = 0;
      for (std::size_t at = question.sql.find(text); at != std::string::npos; at = question.sql.find(text, at + 1)) ++times;
      return times;
    };
    EXPECT_EQ(count("%s:%d"), count("'[' ||")) << question.name;
  }
}

// With one min() or max() of a group its bare columns are of that row; with two, of either.
TEST(Findings, OneRowOfAGroupIsToldOf) {
  for (const NamedQuestion& question : named_questions()) {
    if (!question.name.starts_with("finding_") || question.sql.find("GROUP BY") == std::string::npos) continue;
    std::set<std::string> chosen;
    for (const std::string_view choice : {" min(", "(min(", " max(", "(max("}) {
      const std::string sql = question.sql.substr(0, question.sql.find("\nFROM "));
      for (std::size_t at = sql.find(choice); at != std::string::npos; at = sql.find(choice, at + 1))
        chosen.insert(sql.substr(at + 1, sql.find(')', at) - at));
    }
    EXPECT_LE(chosen.size(), 1u) << question.name;
  }
}

// Of each kind there are both above, one that is told and one that nearly is: nobody adds one without.
TEST(Findings, EveryKindIsTestedByOneThatIsToldAndOneThatIsNot) {
  std::string text;
  for (const char* name : {"findings_test.cpp", "protocol_findings_test.cpp"}) {
    std::ifstream source(std::string(SOURCE_DIR "/tests/storage/") + name);
    text.append(std::istreambuf_iterator<char>(source), {});
  }
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  for (const NamedQuestion& question : named_questions()) {
    constexpr std::string_view prefix = "finding_";
    if (!question.name.starts_with(prefix)) continue;
    const std::string kind = "(\"" + question.name.substr(prefix.size()) + "\"";
    EXPECT_NE(text.find("expect_told" + kind), std::string::npos) << question.name;
    EXPECT_NE(text.find("expect_untold" + kind), std::string::npos) << question.name;
  }
}

}  // namespace
}  // namespace longwire
