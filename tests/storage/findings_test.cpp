// Each kind of finding: rows of which it is told, and rows that nearly are such, of which it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "storage/query.h"
#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;

// A database of its own; everything in it is well until it is changed.
class Scene {
 public:
  // A connection that lasts from `start_ms` for 100 ms; its ids are given out from 1.
  template <class Change>
  std::int64_t connection(Change change, std::int64_t start_ms = 0) {
    ConnectionRow row = connection_row(++connections_, start_ms);
    row.first_frame = row.last_frame = connections_;
    row.server_packets = row.client_packets = 5;
    row.client_retransmitted_bytes = row.server_retransmitted_bytes = 0;
    row.client_unacknowledged_bytes = row.server_unacknowledged_bytes = row.conflicting_overlap_bytes = 0;
    change(row);
    rows().add(row);
    return connections_;
  }
  std::int64_t connection(std::int64_t start_ms = 0) {
    return connection([](auto&) {}, start_ms);
  }
  // An exchange of the newest connection.
  template <class Change>
  std::int64_t exchange(Change change, std::int64_t start_ms = 30) {
    HttpExchangeRow row = exchange_row(1000 + ++exchanges_, connections_, 1, start_ms);
    row.request_body_bytes = 0;
    row.request_first_frame = row.id.value - 1000;
    change(row);
    rows().add(row);
    return row.id.value;
  }
  std::int64_t exchange() {
    return exchange([](auto&) {});
  }
  void event(Text kind, Text side, std::int64_t at_ms, Integer bytes = {}) {
    TcpEventRow row;
    row.connection_id = connections_;
    row.kind = kind;
    row.side = side;
    row.time_ns = at_ms * ms;
    row.frame = at_ms;
    row.bytes = bytes;
    rows().add(row);
  }
  void anomaly(Text code, std::int64_t at_ms = 30, Text side = "client") {
    AnomalyRow row;
    row.id = ++anomalies_;
    row.connection_id = connections_;
    row.code = code;
    row.side = side;
    row.layers = "http1";
    row.time_ns = at_ms * ms;
    row.frame = at_ms;
    rows().add(row);
  }
  RowBatch& rows() { return database_.rows; }

  // The sentence of the finding of this kind; "none", or how many where there are several.
  std::string told(const std::string& kind) {
    const Answer all = database_.answer("SELECT kind, summary FROM findings");
    std::string summary = "none";
    std::size_t count = 0;
    for (const auto& row : all) {
      if (row[0] != kind) continue;
      summary = row[1];
      ++count;
    }
    return count > 1 ? std::to_string(count) : summary;
  }
  Answer all() { return database_.answer("SELECT kind, summary FROM findings"); }
  Answer places(const std::string& kind) {
    return database_.answer("SELECT severity, connection_id, exchange_id, frame FROM finding_" + kind);
  }

 private:
  ExampleDatabase database_;
  std::int64_t connections_ = 0, exchanges_ = 0, anomalies_ = 0;
};

void expect_told(const std::string& kind, const std::function<void(Scene&)>& rows, const std::string& summary) {
  Scene scene;
  rows(scene);
  EXPECT_EQ(scene.told(kind), summary) << kind;
}
void expect_untold(const std::string& kind, const std::function<void(Scene&)>& rows) {
  Scene scene;
  rows(scene);
  EXPECT_EQ(scene.told(kind), "none") << kind;
}

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
  EXPECT_EQ(scene.all(), (Answer{{"server_error", "192.0.2.1:80 answered 1 requests with 500, the first one GET /"},
                                 {"rate_limited", "192.0.2.1:80 told 10.0.0.1 1 times to slow down (429)"}}));
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
  row.client_bytes = row.server_bytes = row.exchanges = 0;
}

TEST(Findings, ConnectionRefused) {
  expect_told(
      "connection_refused", [](Scene& scene) { scene.connection(refuse); }, "192.0.2.1:80 refused 1 connections of 1 clients");
  expect_untold("connection_refused", [](Scene& scene) {
    scene.connection([](auto& row) {  // who asked gave up itself
      refuse(row);
      row.closed_first = "client";
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
  expect_told("connection_unanswered", asked(2), "192.0.2.1:80 did not answer 1 connections of 1 clients");
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

void leave_unanswered(HttpExchangeRow& row) {
  row.status = row.response_start_ns = row.response_end_ns = Integer{};
  row.response_headers = Text{};
  row.complete = 0;
}

void reset_by_server(ConnectionRow& row) {
  row.close_kind = "rst";
  row.closed_first = "server";
}

TEST(Findings, RequestReset) {
  expect_told(
      "request_reset",
      [](Scene& scene) {
        scene.connection(reset_by_server);
        scene.exchange(leave_unanswered);
        scene.event("rst", "server", 90);
      },
      "192.0.2.1:80 reset 1 connections with a request unanswered, the first one GET /");
  expect_untold("request_reset", [](Scene& scene) {
    scene.connection(reset_by_server);
    scene.exchange();  // answered before
    scene.event("rst", "server", 90);
  });
}

TEST(Findings, DataLost) {
  expect_told(
      "data_lost",
      [](Scene& scene) {
        scene.connection([](auto& row) {
          row.close_kind = "rst";
          row.server_unacknowledged_bytes = 100;
        });
        scene.event("rst", "client", 90);
      },
      "1 connections with 192.0.2.1:80 lost 100 bytes: RST before they were acknowledged");
  expect_untold("data_lost", [](Scene& scene) {
    scene.connection([](auto& row) { row.close_kind = "rst"; });
    scene.event("rst", "client", 90);
  });
}

TEST(Findings, HalfClosed) {
  const auto half_closed = [](std::int64_t capture_ms) {
    return [capture_ms](Scene& scene) {
      CaptureRow capture = capture_row(1);
      capture.ended_ns = capture_ms * ms;
      scene.rows().add(capture);
      scene.connection([](auto& row) {
        row.close_kind = "open";
        row.closed_first = "client";
        row.client_acknowledged_ns = 1000 * ms;
      });
      scene.event("fin", "client", 1000);
    };
  };
  expect_told("half_closed", half_closed(71'000), "the server left 1 connections of 192.0.2.1:80 half closed, for up to 70 s");
  expect_untold("half_closed", half_closed(60'000));
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
  expect_told("receiver_stalled", window(2500), "the client of 192.0.2.1:80 took no data for 1.5 s, in 1 stalls");
  expect_untold("receiver_stalled", window(1900));
}

TEST(Findings, ConflictingBytes) {
  expect_told(
      "conflicting_bytes", [](Scene& scene) { scene.connection([](auto& row) { row.conflicting_overlap_bytes = 4; }); },
      "4 bytes between 10.0.0.1 and 192.0.2.1:80 were sent twice with different values");
  expect_untold("conflicting_bytes", [](Scene& scene) { scene.connection([](auto& row) { row.client_retransmitted_bytes = 4; }); });
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
              "1 requests of 10.0.0.1 crossed the close of an idle connection by 192.0.2.1:80, 0 of them not safe to send again;"
              " idle before for 5.0 s or more");
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
  expect_told("request_unanswered", closed("server", 0), "192.0.2.1:80 closed 1 connections without answering, the first one after GET /");
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
  expect_told("request_abandoned", closed("client"),
              "10.0.0.1 gave up 1 requests to 192.0.2.1:80, the first one GET /; the longest after 0.5 s");
  expect_untold("request_abandoned", closed("server"));
}

std::function<void(Scene&)> answered(std::int64_t status) {
  return [status](Scene& scene) {
    scene.connection();
    scene.exchange([&](auto& row) { row.status = status; });
  };
}

TEST(Findings, ServerErrorAndGatewayError) {
  expect_told("server_error", answered(500), "192.0.2.1:80 answered 1 requests with 500, the first one GET /");
  expect_untold("server_error", answered(503));
  expect_untold("server_error", answered(404));
  expect_told("gateway_error", answered(503),
              "192.0.2.1:80 answered 1 requests with 503, the first one GET /; behind it nothing of it is in the capture");
  expect_untold("gateway_error", answered(500));
}

TEST(Findings, RateLimited) {
  expect_told("rate_limited", answered(429), "192.0.2.1:80 told 10.0.0.1 1 times to slow down (429)");
  expect_untold("rate_limited", answered(403));
}

TEST(Findings, BadRequest) {
  expect_told(
      "bad_request",
      [](Scene& scene) {
        answered(400)(scene);
        scene.anomaly("http1.host.missing");
      },
      "192.0.2.1:80 refused 1 requests of 10.0.0.1 with 400: http1.host.missing");
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
      "a chain of 3 redirects came back to GET http://example.com/a 1 times");
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
  expect_told("redirect_violation", followed_by("GET"), "10.0.0.1 followed 1 redirects with 307 by GET after POST, the first one to /b");
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
  expect_told("redirect_downgrade", to("http"), "1 redirects lead from https to http://example.com/b");
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
  expect_told("missed_304", revalidated(200, "\"v1\"", 500),
              "192.0.2.1:80 sent 1 bodies again that the clients had, 500 bytes, the first one /");
  expect_untold("missed_304", revalidated(200, "\"v2\"", 500));
}

TEST(Findings, BodyWith304) {
  expect_told("body_with_304", revalidated(304, "\"v1\"", 9), "192.0.2.1:80 sent a body behind 1 answers with 304, the first one /");
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
  expect_told("challenge_missing", authenticated(401, {}, {}),
              "192.0.2.1:80 answered 1 requests with 401 and no WWW-Authenticate, the first one /");
  expect_untold("challenge_missing", authenticated(401, {}, "basic"));
}

TEST(Findings, CredentialsRejected) {
  expect_told("credentials_rejected", authenticated(401, "digest", "digest"),
              "192.0.2.1:80 refused credentials of 10.0.0.1 (digest) 1 times");
  expect_untold("credentials_rejected", authenticated(401, {}, "digest"));
  expect_untold("credentials_rejected", authenticated(403, "digest", {}));
}

TEST(Findings, PasswordInClear) {
  expect_told("password_in_clear", authenticated(200, "basic", {}),
              "10.0.0.1 sent basic credentials to 192.0.2.1:80 without encryption, 1 times");
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
              "example.com set cookie sid 1 times, and no later request brought it: its Path is not that of the requests");
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
  expect_told("cookie_repeated", sent("2"), "1 requests to example.com brought cookie sid more than once, with different values");
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
  Scene scene;
  pool(4)(scene);
  EXPECT_THAT(scene.told("pool_limit"), HasSubstr("10.0.0.1 had 4 connections to 192.0.2.1:80 open at once, and never more"));
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
  expect_untold("ports_exhausted", closes("server"));
}

// ---- anomalies, TLS ----

std::function<void(Scene&)> odd(Text code) {
  return [code](Scene& scene) {
    scene.connection();
    scene.anomaly(code);
  };
}

TEST(Findings, AnomaliesByWhatTheyMean) {
  constexpr Text smuggled = "http1.content_length.conflict", folded = "http1.obs_fold", limit = "http1.limit";
  expect_told("request_smuggling", odd(smuggled),
              "1 messages of a client have lengths that contradict one another (http1.content_length.conflict)");
  expect_untold("request_smuggling", odd("http1.content_length.repeated"));
  expect_told("malformed", odd(folded), "1 times http1.obs_fold, in 1 connections");
  expect_untold("malformed", odd(smuggled));
  expect_untold("malformed", odd(limit));
  expect_told("limit_reached", odd(limit), "1 times http1.limit was reached, in 1 connections");
  expect_untold("limit_reached", odd(folded));
  expect_untold("malformed", [](Scene& scene) {  // below TCP: the capture's, not the protocols'
    AnomalyRow row;
    row.id = 1;
    row.code = "tcp.checksum";
    scene.rows().add(row);
  });
}

template <class Change>
std::function<void(Scene&)> handshake(Change change) {
  return [change](Scene& scene) {
    scene.connection();
    TlsHandshakeRow row;
    row.id = 1;
    row.connection_id = 1;
    row.version = "TLS 1.3";
    row.cipher = "TLS_AES_128_GCM_SHA256";
    row.outcome = "completed";
    change(row);
    scene.rows().add(row);
  };
}

TEST(Findings, TlsFailed) {
  expect_told("tls_failed", handshake([](auto& row) {
                row.outcome = "failed";
                row.alert = "unknown_ca";
                row.alert_by = "client";
                row.sni = "example.com";
              }),
              "1 TLS handshakes with 192.0.2.1:80 failed: unknown_ca of the client, asked for example.com");
  expect_untold("tls_failed", handshake([](auto& row) { row.outcome = "incomplete"; }));
}

TEST(Findings, TlsOutdatedAndWeak) {
  expect_told("tls_outdated", handshake([](auto& row) { row.version = "TLS 1.1"; }), "192.0.2.1:80 agreed to TLS 1.1 in 1 handshakes");
  expect_untold("tls_outdated", handshake([](auto& row) { row.version = "TLS 1.2"; }));
  expect_told("tls_weak_cipher", handshake([](auto& row) { row.cipher = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"; }),
              "192.0.2.1:80 agreed to TLS_RSA_WITH_3DES_EDE_CBC_SHA in 1 handshakes");
  expect_told("tls_weak_cipher", handshake([](auto& row) { row.cipher = "TLS_RSA_WITH_NULL_SHA"; }),
              "192.0.2.1:80 agreed to TLS_RSA_WITH_NULL_SHA in 1 handshakes");
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
std::function<void(Scene&)> certified(std::int64_t expires_ns, Change change) {
  return [=](Scene& scene) {
    certified(change)(scene);
    CertificateRow certificate;
    certificate.id = 5;
    certificate.sha256 = "5";
    certificate.subject = "CN=example.com";
    certificate.not_after_ns = expires_ns;
    scene.rows().add(certificate);
    TlsCertificateRow sent;
    sent.handshake_id = 1;
    sent.side = "server";
    sent.position = 0;
    sent.certificate_id = 5;
    scene.rows().add(sent);
  };
}
constexpr auto as_it_is = [](auto&) {};

TEST(Findings, CertificateExpiring) {
  expect_told("certificate_expiring", certified(3 * day, as_it_is),
              "the certificates of 192.0.2.1:80 for example.com expire on 1970-01-04, 3 days after the capture");
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
              "192.0.2.1:80 sent a chain for example.com in 1 handshakes that cannot be trusted: "
              "unable_to_get_local_issuer_certificate at depth 1");
  expect_untold("certificate_untrusted", certified(90 * day, as_it_is));
  expect_untold("certificate_untrusted", certified(90 * day, [](auto& row) { row.chain_status = Text{}; }));  // not verified
}

TEST(Findings, CertificateName) {
  expect_told("certificate_name", certified(90 * day, [](auto& row) { row.name_matches = 0; }),
              "192.0.2.1:80 was asked for example.com 1 times, and sent a certificate for other names");
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
  expect_told("flow_control_stall", stalled(1500), "the server of 192.0.2.1:80 waited 1.5 s for the other side's window, 1 times");
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
              "1 HTTP/2 connections of 10.0.0.1 to 192.0.2.1:80 show rapid_reset: up to 90, where honest use stays below 50");
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
              "the server ended 1 connections of 10.0.0.1 with 192.0.2.1:80 by GOAWAY: PROTOCOL_ERROR");
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
  expect_told("stream_reset", reset("server", "INTERNAL_ERROR"),
              "192.0.2.1:80 reset 1 streams of 10.0.0.1: INTERNAL_ERROR, the first one GET /");
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
  expect_told("grpc_failed", called(R"([["grpc-status","5"]])"), "/shop.Stock/Get on 192.0.2.1:80 failed 1 times: NOT_FOUND");
  expect_untold("grpc_failed", called(R"([["grpc-status","0"]])"));
  expect_untold("grpc_failed", called({}));  // how it ended was not seen
}

// Of each kind there is a test above: nobody adds one without.
TEST(Findings, EveryKindIsTested) {
  std::ifstream source(SOURCE_DIR "/tests/storage/findings_test.cpp");
  std::string text(std::istreambuf_iterator<char>(source), {});
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  for (const NamedQuestion& question : named_questions()) {
    constexpr std::string_view prefix = "finding_";
    if (!question.name.starts_with(prefix)) continue;
    const std::string kind = "(\"" + question.name.substr(prefix.size()) + "\"";
    EXPECT_THAT(text, HasSubstr("expect_untold" + kind)) << question.name;
  }
}

}  // namespace
}  // namespace longwire
