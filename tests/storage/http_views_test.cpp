// What the views conclude of HTTP's meaning: redirects, conditions, credentials, cookies, errors, economy. Over rows written by
// hand, with the answer that the standard asks for.
#include <gtest/gtest.h>

#include <string>

#include "tests/example_database.h"

namespace longwire {
namespace {

class HttpViews : public ::testing::Test {
 protected:
  Answer answer(const std::string& sql) { return database_.answer(sql); }

  // Adds an exchange as `change` wants it; 10 ms for each id unless said otherwise.
  template <class Change>
  std::int64_t exchange(std::int64_t id, std::int64_t connection_id, Change change) {
    HttpExchangeRow row = exchange_row(id, connection_id, id % 1000 + 1, 10 * id);
    row.request_body_bytes = 0;
    row.request_first_frame = id;
    change(row);
    batch_.add(row);
    return id;
  }
  std::int64_t exchange(std::int64_t id, std::int64_t connection_id) {
    return exchange(id, connection_id, [](auto&) {});
  }

 private:
  ExampleDatabase database_;

 protected:
  RowBatch& batch_ = database_.rows;
};

// ---- messages ----

TEST_F(HttpViews, StatusSummarySaysWhatEachMeans) {
  batch_.add(connection_row(1));
  exchange(1, 1);
  exchange(2, 1, [](auto& row) { row.status = 418; });
  exchange(3, 1, [](auto& row) {
    row.status = 599;
    row.authority = "EXAMPLE.com";
  });
  EXPECT_EQ(answer("SELECT status, exchanges, class, meaning FROM status_summary ORDER BY status"),
            (Answer{{"200", "1", "successful", "the request succeeded"},
                    {"418", "1", "client error", "reserved: a teapot's answer in RFC 2324"},
                    {"599", "1", "NULL", "NULL"}}));
}

TEST_F(HttpViews, StatusPathsLeavesTheQueryOut) {
  batch_.add(connection_row(1));
  exchange(1, 1, [](auto& row) { row.path = "/list?page=1"; });
  exchange(2, 1, [](auto& row) { row.path = "/list?page=2"; });
  exchange(3, 1, [](auto& row) { row.path = "/list"; });
  exchange(4, 1, [](auto& row) { row.status = Integer{}; });
  EXPECT_EQ(answer("SELECT path, method, status, exchanges, wait_ms_max, first_frame FROM status_paths"),
            (Answer{{"/list", "GET", "200", "3", "5.0", "1"}}));
}

// ---- redirects ----

class Redirects : public HttpViews {
 protected:
  // A response that points to `path` of the same host, and the row of its Location.
  template <class Change>
  void redirect(std::int64_t id, std::int64_t connection_id, std::int64_t status, Text path, Change change) {
    HttpLocationRow location;
    location.exchange_id = id;
    location.status = status;
    location.uri = location.location = path;
    location.scheme = "http";
    location.authority = "example.com";
    location.path = path;
    location.cross_origin = 0;
    exchange(id, connection_id, [&](HttpExchangeRow& row) {
      row.status = status;
      change(row, location);
    });
    batch_.add(location);
  }
  void redirect(std::int64_t id, std::int64_t connection_id, std::int64_t status, Text path) {
    redirect(id, connection_id, status, path, [](auto&, auto&) {});
  }
  // The redirect of a request with `method` and so many bytes, and what follows it: to_method, body_kept, verdict.
  Answer followed(std::int64_t status, Text method, std::int64_t bytes, Text next_method, std::int64_t next_bytes) {
    ExampleDatabase database;
    database.rows.add(connection_row(1));
    HttpExchangeRow row = exchange_row(1, 1, 1, 30);
    row.status = status;
    row.method = method;
    row.request_body_bytes = bytes;
    database.rows.add(row);
    HttpLocationRow location;
    location.exchange_id = 1;
    location.status = status;
    location.scheme = "http";
    location.authority = "example.com";
    location.path = location.uri = "/next";
    location.cross_origin = 0;
    database.rows.add(location);
    HttpExchangeRow next = exchange_row(2, 1, 2, 50);
    next.method = next_method;
    next.path = "/next";
    next.request_body_bytes = next_bytes;
    database.rows.add(next);
    return database.answer("SELECT to_method, body_kept, verdict FROM redirect_hops");
  }
};

// RFC 9110 sections 15.4.2 to 15.4.9.
TEST_F(Redirects, VerdictsByStatusAndMethod) {
  const auto told = [](std::string_view method, std::string_view kept, std::string_view verdict) {
    return Answer{{std::string(method), std::string(kept), std::string(verdict)}};
  };
  for (const std::int64_t status : {301, 302}) {
    EXPECT_EQ(followed(status, "GET", 0, "GET", 0), told("GET", "NULL", "permitted"));
    EXPECT_EQ(followed(status, "POST", 9, "GET", 0), told("GET", "0", "permitted"));
    EXPECT_EQ(followed(status, "POST", 9, "POST", 9), told("POST", "1", "permitted"));
    EXPECT_EQ(followed(status, "PUT", 9, "GET", 0), told("GET", "0", "violation"));
    EXPECT_EQ(followed(status, "GET", 0, "POST", 9), told("POST", "NULL", "violation"));
  }
  EXPECT_EQ(followed(303, "POST", 9, "GET", 0), told("GET", "0", "required"));
  EXPECT_EQ(followed(303, "HEAD", 0, "HEAD", 0), told("HEAD", "NULL", "required"));
  EXPECT_EQ(followed(303, "POST", 9, "POST", 9), told("POST", "1", "violation"));
  for (const std::int64_t status : {307, 308}) {
    EXPECT_EQ(followed(status, "POST", 9, "POST", 9), told("POST", "1", "required"));
    EXPECT_EQ(followed(status, "POST", 9, "GET", 0), told("GET", "0", "violation"));
    EXPECT_EQ(followed(status, "POST", 9, "POST", 0), told("POST", "0", "violation")) << "the body belongs to the request";
  }
}

// A client that waits for 100 (Continue) sends no body to who redirects it, and so none is dropped.
TEST_F(Redirects, ABodyThatWasHeldBackIsNotDropped) {
  batch_.add(connection_row(1));
  const auto holding_back = [](HttpExchangeRow& row) {
    row.method = "POST";
    row.request_headers = R"([["Expect","100-continue"],["Content-Length","9"]])";
  };
  redirect(1, 1, 307, "/b", [&](auto& row, auto&) { holding_back(row); });
  redirect(2, 1, 307, "/c", [&](auto& row, auto&) {
    holding_back(row);
    row.path = "/b";
  });
  exchange(3, 1, [](auto& row) {
    row.method = "POST";
    row.path = "/c";
    row.request_body_bytes = 9;
  });
  EXPECT_EQ(answer("SELECT exchange_id, body_kept, verdict FROM redirect_hops"),
            (Answer{{"1", "NULL", "required"}, {"2", "NULL", "required"}}));
}

// How large a body was is not known of one direction, or behind a hole.
TEST_F(Redirects, NoViolationIsToldOfAnUnknownBody) {
  batch_.add(connection_row(1));
  redirect(1, 1, 308, "/next", [](auto& row, auto&) {
    row.method = "POST";
    row.request_body_bytes = 9;
  });
  exchange(2, 1, [](auto& row) {
    row.method = "POST";
    row.path = "/next";
    row.request_body_bytes = Integer{};
  });
  EXPECT_EQ(answer("SELECT body_kept, verdict FROM redirect_hops"), (Answer{{"NULL", "NULL"}}));
}

// http leads to https, where HTTP/2 is spoken: another connection, another port, decrypted.
TEST_F(Redirects, FromHttpToHttpsAndItsStreams) {
  batch_.add(connection_row(1));
  ConnectionRow secure = connection_row(2);
  secure.server_port = 443;
  secure.layers = "tls/http2";
  batch_.add(secure);
  redirect(1, 1, 301, "/", [](auto&, auto& location) {
    location.scheme = "https";
    location.cross_origin = 1;
  });
  exchange(2, 2, [](auto& row) {
    row.scheme = "https";
    row.authority = "Example.com:443";
    row.version = "2";
    row.stream_id = 1;
  });
  EXPECT_EQ(answer("SELECT next_exchange_id, verdict, cross_origin, downgrade FROM redirect_hops"), (Answer{{"2", "permitted", "1", "0"}}));
}

TEST_F(Redirects, TheNextRequestOfTheSameClientFollows) {
  batch_.add(connection_row(1));
  batch_.add(connection_row(2));
  ConnectionRow other = connection_row(3);
  other.client_ip = "10.0.0.9";
  batch_.add(other);
  redirect(1, 1, 302, "/next");                            // answered until 16 ms
  exchange(2, 3, [](auto& row) { row.path = "/next"; });   // another client
  exchange(3, 2, [](auto& row) { row.path = "/other"; });  // another path
  exchange(4, 2, [](auto& row) { row.path = "/next"; });   // on another connection
  exchange(5, 1, [](auto& row) { row.path = "/next"; });   // later
  redirect(7, 1, 302, "/late");                            // answered until 76 ms
  exchange(8, 1, [](auto& row) {
    row.path = "/late";
    row.request_start_ns = row.request_end_ns = (30'076 + 1) * ms;
  });
  EXPECT_EQ(answer("SELECT exchange_id, next_exchange_id, verdict, same_connection, gap_ms FROM redirect_hops"),
            (Answer{{"1", "4", "permitted", "0", "24.0"}, {"7", "NULL", "NULL", "NULL", "NULL"}}));
}

TEST_F(Redirects, ARequestFollowsTheNearestRedirect) {
  batch_.add(connection_row(1));
  redirect(1, 1, 302, "/next");
  redirect(2, 1, 302, "/next");
  exchange(3, 1, [](auto& row) { row.path = "/next"; });
  EXPECT_EQ(answer("SELECT exchange_id, next_exchange_id FROM redirect_hops ORDER BY 1"), (Answer{{"1", "NULL"}, {"2", "3"}}));
}

TEST_F(Redirects, ChainsAndLoopsAreNumbered) {
  batch_.add(connection_row(1));
  redirect(1, 1, 301, "/b", [](auto& row, auto&) { row.path = "/a"; });
  redirect(2, 1, 302, "/a", [](auto& row, auto&) { row.path = "/b"; });
  redirect(3, 1, 301, "/b", [](auto& row, auto&) { row.path = "/a"; });
  redirect(4, 1, 302, "/end", [](auto& row, auto&) { row.path = "/b"; });
  exchange(5, 1, [](auto& row) { row.path = "/end"; });
  redirect(6, 1, 302, "/once", [](auto& row, auto&) { row.path = "/once"; });  // sets a cookie, and asks to come again
  exchange(7, 1, [](auto& row) { row.path = "/once"; });
  EXPECT_EQ(answer("SELECT exchange_id, chain, hop, loop FROM redirect_hops"),
            (Answer{{"1", "1", "1", "0"}, {"2", "1", "2", "0"}, {"3", "1", "3", "1"}, {"4", "1", "4", "1"}, {"6", "6", "1", "0"}}));
}

TEST_F(Redirects, OtherOriginsAndWhatIsTakenThere) {
  batch_.add(connection_row(1));
  const auto elsewhere = [&](std::int64_t id, Text sent, Text sent_on) {
    redirect(id, 1, 302, "/x", [&](auto& row, auto& location) {
      row.scheme = "https";
      row.path = "/start";
      row.request_headers = sent;
      location.authority = "other.example";
      location.cross_origin = 1;
    });
    exchange(id + 1, 1, [&](auto& row) {
      row.path = "/x";
      row.authority = "Other.example:80";
      row.request_headers = sent_on;
    });
    for (const std::int64_t with : {id, id + 1}) {
      HttpAuthenticationRow row;
      row.exchange_id = with;
      row.scheme_used = "basic";
      batch_.add(row);
    }
  };
  elsewhere(1, R"([["Authorization","Basic token:1"]])", R"([["authorization","Basic token:1"]])");
  elsewhere(11, R"([["Authorization","Basic token:1"]])", R"([["Authorization","Basic token:2"]])");
  EXPECT_EQ(answer("SELECT exchange_id, next_exchange_id, cross_origin, downgrade, credentials_carried FROM redirect_hops"),
            (Answer{{"1", "2", "1", "1", "1"}, {"11", "12", "1", "1", "0"}}));
}

TEST_F(Redirects, LessIsSaidOfHalfTheEvidence) {
  batch_.add(connection_row(1));
  redirect(1, 1, 303, "/next", [](auto& row, auto&) {  // its request was not captured
    row.method = row.path = row.authority = Text{};
    row.request_start_ns = row.request_end_ns = row.request_body_bytes = Integer{};
  });
  exchange(2, 1, [](auto& row) { row.path = "/next"; });
  redirect(3, 1, 200, "/next");  // not a redirect
  EXPECT_EQ(answer("SELECT exchange_id, next_exchange_id, from_method, to_method, body_kept, verdict FROM redirect_hops"),
            (Answer{{"1", "2", "NULL", "GET", "NULL", "NULL"}}));
}

// ---- conditions ----

class Conditions : public HttpViews {
 protected:
  template <class Change>
  void condition(std::int64_t id, std::int64_t status, Change change) {
    HttpConditionRow row;
    row.exchange_id = id;
    row.status = status;
    row.method = "GET";
    row.response_body_bytes = status == 304 ? 0 : 500;
    change(row);
    batch_.add(row);
    exchange(id, 1, [&](auto& with) {
      with.status = status;
      with.method = row.method;
      with.response_body_bytes = row.response_body_bytes;
    });
  }
};

TEST_F(Conditions, WhatBecameOfTheValidator) {
  batch_.add(connection_row(1));
  condition(1, 304, [](auto& row) { row.if_none_match = "\"v1\""; });
  condition(2, 200, [](auto& row) {
    row.if_none_match = "\"v1\"";
    row.etag = "\"v2\"";
  });
  condition(3, 200, [](auto& row) {
    row.if_none_match = "\"v0\", W/\"v1\"";
    row.etag = "\"v1\"";
  });
  condition(4, 200, [](auto& row) {
    row.if_none_match = "\"v1\"";
    row.etag = "W/\"v1\"";
  });
  condition(5, 200, [](auto& row) {
    row.if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT";
    row.if_modified_since_ns = 2000;
    row.last_modified_ns = 2000;
  });
  condition(6, 200, [](auto& row) {
    row.if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT";
    row.if_modified_since_ns = 2000;
    row.last_modified_ns = 3000;
  });
  condition(7, 200, [](auto& row) {  // the entity tag counts before the date
    row.if_none_match = "\"v1\"";
    row.etag = "\"v2\"";
    row.if_modified_since_ns = row.last_modified_ns = 2000;
  });
  condition(8, 200, [](auto& row) {  // no body, so nothing was sent again
    row.method = "HEAD";
    row.if_none_match = row.etag = "\"v1\"";
  });
  condition(9, 412, [](auto& row) { row.if_match = "\"v1\""; });
  condition(10, 500, [](auto& row) { row.if_none_match = "\"v1\""; });
  condition(11, 200, [](auto& row) { row.if_none_match = "\"v1\""; });  // the response has none
  condition(12, 200, [](auto& row) {                                    // no response was seen
    row.if_none_match = "\"v1\"";
    row.status = Integer{};
  });
  EXPECT_EQ(answer("SELECT exchange_id, outcome, bytes_wasted FROM conditional_requests"), (Answer{{"1", "not_modified", "NULL"},
                                                                                                   {"2", "modified", "NULL"},
                                                                                                   {"3", "missed", "500"},
                                                                                                   {"4", "missed", "500"},
                                                                                                   {"5", "missed", "500"},
                                                                                                   {"6", "modified", "NULL"},
                                                                                                   {"7", "modified", "NULL"},
                                                                                                   {"8", "modified", "NULL"},
                                                                                                   {"9", "failed", "NULL"},
                                                                                                   {"10", "NULL", "NULL"},
                                                                                                   {"11", "modified", "NULL"},
                                                                                                   {"12", "NULL", "NULL"}}));
}

// RFC 9110 section 13.1.5: a strong comparison decides whether a part is sent, or all of it.
TEST_F(Conditions, PartsAskedForUnderACondition) {
  batch_.add(connection_row(1));
  condition(1, 206, [](auto& row) { row.if_range = row.etag = "\"v1\""; });
  condition(2, 200, [](auto& row) {
    row.if_range = "\"v1\"";
    row.etag = "\"v2\"";
  });
  condition(3, 200, [](auto& row) { row.if_range = row.etag = "\"v1\""; });    // it had not changed
  condition(4, 200, [](auto& row) { row.if_range = row.etag = "W/\"v1\""; });  // weak: never the same
  EXPECT_EQ(answer("SELECT exchange_id, validator, outcome FROM conditional_requests"),
            (Answer{{"1", "\"v1\"", "partial"}, {"2", "\"v1\"", "modified"}, {"3", "\"v1\"", "missed"}, {"4", "W/\"v1\"", "modified"}}));
}

// RFC 9110 section 13.2.2: which field counts where there are several.
TEST_F(Conditions, TheValidatorIsTheFieldThatCounts) {
  batch_.add(connection_row(1));
  condition(1, 412, [](auto& row) {
    row.if_match = "\"v1\"";
    row.if_unmodified_since = "Sun, 06 Nov 1994 08:49:37 GMT";
  });
  condition(2, 412, [](auto& row) { row.if_unmodified_since = "Sun, 06 Nov 1994 08:49:37 GMT"; });
  condition(3, 200, [](auto& row) { row.if_match = row.etag = "\"v1\""; });
  EXPECT_EQ(answer("SELECT validator, outcome FROM conditional_requests"),
            (Answer{{"\"v1\"", "failed"}, {"Sun, 06 Nov 1994 08:49:37 GMT", "failed"}, {"\"v1\"", "NULL"}}));
}

// An entity tag without quotes is none, but servers send such: the whole of it counts, not a part of another one.
TEST_F(Conditions, TagsWithoutQuotes) {
  batch_.add(connection_row(1));
  condition(1, 200, [](auto& row) {
    row.if_none_match = "abc1";
    row.etag = "abc";
  });
  condition(2, 200, [](auto& row) { row.if_none_match = row.etag = "abc"; });
  EXPECT_EQ(answer("SELECT outcome FROM conditional_requests"), (Answer{{"modified"}, {"missed"}}));
}

TEST_F(Conditions, BytesSavedOfTheVersionThatTheClientHad) {
  batch_.add(connection_row(1));
  const auto whole = [&](std::int64_t id, Text headers, std::int64_t bytes) {
    exchange(id, 1, [&](auto& row) {
      row.response_headers = headers;
      row.response_body_bytes = bytes;
    });
  };
  whole(1, R"([["ETag","\"v1\""]])", 700);
  condition(2, 304, [](auto& row) { row.if_none_match = "\"v1\""; });
  whole(3, R"([["ETag","\"v2\""]])", 900);
  condition(4, 304, [](auto& row) {
    row.if_none_match = "\"v1\", \"v2\"";
    row.etag = "\"v2\"";
  });
  EXPECT_EQ(answer("SELECT exchange_id, bytes_saved FROM conditional_requests"), (Answer{{"2", "700"}, {"4", "900"}}));
}

TEST_F(Conditions, BytesSavedAreThoseOfTheWholeAnswer) {
  batch_.add(connection_row(1));
  exchange(1, 1, [](auto& row) {
    row.response_headers = R"([["ETag","\"v1\""]])";
    row.response_body_bytes = 700;
  });
  condition(2, 304, [](auto& row) { row.if_none_match = "\"v1\""; });
  condition(3, 304, [](auto& row) { row.if_none_match = "\"v9\""; });  // of which no whole answer was seen
  EXPECT_EQ(answer("SELECT exchange_id, validator, bytes_saved FROM conditional_requests"),
            (Answer{{"2", "\"v1\"", "700"}, {"3", "\"v9\"", "NULL"}}));
}

TEST_F(Conditions, ABodyBehindA304) {
  ConnectionRow connection = connection_row(1);
  connection.exchanges = 2;
  batch_.add(connection);
  condition(1, 304, [](auto& row) { row.if_none_match = "\"v1\""; });
  AnomalyRow anomaly;
  anomaly.id = 1;
  anomaly.connection_id = 1;
  anomaly.side = "server";
  anomaly.code = "http1.start_line";
  anomaly.time_ns = 20 * ms;
  batch_.add(anomaly);
  batch_.add(connection_row(2));
  condition(2001, 304, [](auto& row) { row.if_none_match = "\"v1\""; });
  EXPECT_EQ(answer("SELECT exchange_id, body_with_304 FROM conditional_requests"), (Answer{{"1", "1"}, {"2001", "0"}}));
}

// ---- credentials ----

TEST_F(HttpViews, AuthenticationTellsTheOutcome) {
  std::int64_t id = 0;
  const auto row = [&](std::int64_t status, Text used, Text offered, auto change) {
    HttpAuthenticationRow made;
    made.exchange_id = ++id;
    made.status = status;
    made.scheme_used = used;
    made.schemes_offered = offered;
    made.stale = made.continued = 0;
    change(made);
    batch_.add(made);
  };
  const auto as_it_is = [](auto&) {};
  row(401, {}, "basic", as_it_is);
  row(401, {}, {}, as_it_is);
  row(401, "basic", "basic", as_it_is);
  row(401, "digest", "digest", [](auto& made) { made.stale = 1; });
  row(401, "ntlm", "ntlm", [](auto& made) { made.continued = 1; });
  row(200, "basic", {}, as_it_is);
  row(404, "basic", {}, as_it_is);
  row(403, "basic", {}, as_it_is);
  row(502, "basic", {}, as_it_is);
  row(407, {}, {}, [](auto& made) {
    made.proxy_scheme_used = "basic";
    made.proxy_schemes_offered = "basic";
  });
  row(200, {}, {}, [](auto& made) { made.proxy_scheme_used = "basic"; });
  row(407, "bearer", {}, [](auto& made) { made.proxy_schemes_offered = "basic"; });  // the server was not even asked
  EXPECT_EQ(answer("SELECT exchange_id, scheme_used, outcome, proxy FROM authentication ORDER BY exchange_id, proxy"),
            (Answer{{"1", "NULL", "challenge", "0"},
                    {"2", "NULL", "no_challenge", "0"},
                    {"3", "basic", "rejected", "0"},
                    {"4", "digest", "challenge", "0"},
                    {"5", "ntlm", "challenge", "0"},
                    {"6", "basic", "accepted", "0"},
                    {"7", "basic", "accepted", "0"},
                    {"8", "basic", "forbidden", "0"},
                    {"9", "basic", "NULL", "0"},
                    {"10", "basic", "rejected", "1"},
                    {"11", "basic", "accepted", "1"},
                    {"12", "bearer", "NULL", "0"},
                    {"12", "NULL", "challenge", "1"}}));
}

// NTLM and Negotiate may authenticate the connection, and what follows on it brings no credentials ([MS-N2HT] section 3.2.5).
class AuthenticatedConnections : public HttpViews {
 protected:
  // An exchange of the newest connection; a row of credentials only where there is something to tell.
  void step(std::int64_t status, Text used = {}, Text offered = {}, Text response_headers = {}, std::int64_t continued = 0) {
    const std::int64_t id = 1000 * connections_ + ++ordinal_;
    exchange(id, connections_, [&](auto& row) {
      row.ordinal = ordinal_;
      row.status = status;
      if (!response_headers.empty()) row.response_headers = response_headers;
    });
    if (used.empty() && status != 401) return;
    HttpAuthenticationRow row;
    row.exchange_id = id;
    row.status = status;
    row.scheme_used = used;
    row.schemes_offered = offered;
    row.stale = 0;
    row.continued = continued;
    batch_.add(row);
  }
  void connection() {
    batch_.add(connection_row(++connections_));
    ordinal_ = 0;
  }
  Answer by_connection() {
    return answer("SELECT exchange_id, scheme_used, outcome FROM authentication WHERE by_connection ORDER BY exchange_id");
  }

 private:
  std::int64_t connections_ = 0, ordinal_ = 0;
};

TEST_F(AuthenticatedConnections, NtlmHoldsUntilCredentialsAreAskedForAgain) {
  connection();
  step(200);  // before
  step(401, "ntlm", "ntlm", {}, 1);
  step(200, "ntlm");
  step(404);
  step(403);
  step(401, {}, "ntlm");
  step(200);  // by what, nobody knows
  connection();
  step(200);
  EXPECT_EQ(by_connection(), (Answer{{"1004", "ntlm", "accepted"}, {"1005", "ntlm", "forbidden"}}));
}

TEST_F(AuthenticatedConnections, AServerMaySayWhetherItIsSo) {
  connection();
  step(200, "negotiate", {}, R"([["Persistent-Auth","true"]])");
  step(200);
  connection();
  step(200, "ntlm", {}, R"([["persistent-auth","False"]])");
  step(200);
  EXPECT_EQ(by_connection(), (Answer{{"1002", "negotiate", "accepted"}}));
}

TEST_F(AuthenticatedConnections, KerberosTakesOneRoundAndIsForOneRequest) {
  connection();
  step(401, {}, "negotiate");
  step(200, "negotiate");
  step(200);
  connection();
  step(401, "negotiate", "negotiate", {}, 1);
  step(200, "negotiate");
  step(200);
  EXPECT_EQ(by_connection(), (Answer{{"2003", "negotiate", "accepted"}}));
}

TEST_F(AuthenticatedConnections, OtherSchemesAndRefusalsAreForOneRequest) {
  connection();
  step(200, "basic");
  step(200);
  connection();
  step(401, "ntlm", "ntlm");
  step(200);
  EXPECT_EQ(by_connection(), Answer{});
}

TEST_F(HttpViews, AuthenticationSummaryCountsRoundTrips) {
  batch_.add(connection_row(1));
  for (std::int64_t id = 1; id <= 3; ++id) {
    exchange(id, 1, [&](auto& row) { row.status = id < 3 ? 401 : 200; });
    HttpAuthenticationRow row;
    row.exchange_id = id;
    row.status = id < 3 ? 401 : 200;
    if (id > 1) row.scheme_used = "digest";
    row.schemes_offered = id < 3 ? Text("digest") : Text{};
    row.stale = row.continued = 0;
    batch_.add(row);
  }
  exchange(4, 1);
  HttpAuthenticationRow other;
  other.exchange_id = 4;
  other.status = 200;
  other.scheme_used = "basic";
  batch_.add(other);
  EXPECT_EQ(answer("SELECT scheme, accepted, rejected, challenges, round_trips, wait_ms FROM authentication_summary"),
            (Answer{{"digest", "1", "1", "1", "2", "12.0"}, {"basic", "1", "0", "0", "0", "NULL"}}));
}

// ---- cookies ----

class Cookies : public HttpViews {
 protected:
  // A cookie of connection 1 to www.shop.example, set or sent by an exchange of its own at `ms`, to `path`.
  template <class Change>
  void cookie(std::int64_t id, Text direction, Text value, Text path, Change change) {
    HttpCookieRow row;
    row.exchange_id = id;
    row.connection_id = 1;
    row.direction = direction;
    row.ordinal = 1;
    row.name = "sid";
    row.value = value;
    row.host = "www.shop.example";
    if (direction == "set") {
      row.path = "/";
      row.secure = row.http_only = 0;
    }
    row.time_ns = 10 * id * ms;
    change(row);
    visit(id, path, row.host);
    if (!row.name.empty()) batch_.add(row);
  }
  void cookie(std::int64_t id, Text direction, Text value, Text path = "/") {
    cookie(id, direction, value, path, [](auto&) {});
  }
  void visit(std::int64_t id, Text path, Text host = "www.shop.example", Text scheme = "http") {
    exchange(id, 1, [&](auto& row) {
      row.authority = host;
      row.path = path;
      row.scheme = scheme;
    });
  }
  Answer lineage() {
    batch_.add(connection_row(1));
    CaptureRow capture = capture_row(1);
    capture.ended_ns = 60'000 * ms;
    batch_.add(capture);
    return answer("SELECT set_exchange_id, uses, last_use_exchange_id, ended, never_returned_because FROM cookie_lineage ORDER BY 1");
  }
};

TEST_F(Cookies, FromSetToDeleted) {
  cookie(1, "set", "1");
  cookie(2, "sent", "1");
  cookie(3, "sent", "1");
  cookie(4, "set", "2");
  cookie(5, "sent", "2");
  cookie(6, "set", "", "/", [](auto& row) { row.max_age_s = 0; });
  cookie(7, "sent", "2");  // late
  EXPECT_EQ(lineage(), (Answer{{"1", "2", "3", "replaced", "NULL"}, {"4", "1", "5", "deleted", "NULL"}}));
  EXPECT_EQ(answer("SELECT uses_after_end FROM cookie_lineage WHERE set_exchange_id = 4"), (Answer{{"1"}}));
}

TEST_F(Cookies, TheSameValueSetAgainIsAnotherLife) {
  cookie(1, "set", "1");
  cookie(2, "sent", "1");
  cookie(3, "set", "1");
  cookie(4, "sent", "1");
  cookie(5, "sent", "1");
  EXPECT_EQ(lineage(), (Answer{{"1", "1", "2", "replaced", "NULL"}, {"3", "2", "5", "NULL", "NULL"}}));
}

TEST_F(Cookies, SentAndNeverSetInView) {
  cookie(1, "sent", "9");
  cookie(2, "sent", "9");
  cookie(3, "set", "1");
  EXPECT_EQ(lineage(), (Answer{{"NULL", "2", "2", "NULL", "NULL"}, {"3", "0", "NULL", "NULL", "NULL"}}));
}

TEST_F(Cookies, ExpiryByMaxAgeBeforeExpires) {  // RFC 6265 section 5.3, step 3
  cookie(1, "set", "1", "/", [](auto& row) {
    row.max_age_s = 2;
    row.expires_ns = 999'999 * ms;
  });
  cookie(2, "sent", "1");
  cookie(300, "set", "3", "/", [](auto& row) {
    row.expires_ns = 3100 * ms;
    row.name = "late";
  });
  visit(400, "/");  // at 4 s
  EXPECT_EQ(lineage(), (Answer{{"1", "1", "2", "expired", "NULL"}, {"300", "0", "NULL", "expired", "expiry"}}));
}

// A request in time should have brought it: then it was not the rule.
TEST_F(Cookies, ExpiryIsNoReasonWhereARequestCameInTime) {
  cookie(1, "set", "1", "/", [](auto& row) { row.max_age_s = 2; });
  visit(2, "/");
  visit(400, "/");
  EXPECT_EQ(lineage(), (Answer{{"1", "0", "NULL", "expired", "NULL"}}));
}

TEST_F(Cookies, PathForbids) {  // RFC 6265 section 5.1.4
  cookie(1, "set", "1", "/", [](auto& row) { row.path = "/admin"; });
  visit(2, "/administrator");
  cookie(3, "set", "2", "/shop/list?x=/y/", [](auto& row) {
    row.path = Text{};  // the folder of the request: /shop
    row.name = "folder";
  });
  visit(4, "/shop/");
  EXPECT_EQ(lineage(), (Answer{{"1", "0", "NULL", "NULL", "path"}, {"3", "0", "NULL", "NULL", "NULL"}}));
  EXPECT_EQ(answer("SELECT path FROM cookie_sets ORDER BY exchange_id"), (Answer{{"/admin"}, {"/shop"}}));
}

TEST_F(Cookies, DomainForbids) {
  cookie(1, "set", "1");  // for www.shop.example alone
  visit(2, "/", "api.shop.example");
  cookie(3, "set", "2", "/", [](auto& row) {
    row.name = "foreign";
    row.host = "api.shop.example";
    row.domain = "other.example";
  });
  visit(4, "/", "unrelated.test");
  EXPECT_EQ(lineage(), (Answer{{"1", "0", "NULL", "NULL", "domain"}, {"3", "0", "NULL", "NULL", "domain"}}));
}

TEST_F(Cookies, DomainAllowsTheHostsBelow) {
  cookie(1, "set", "1", "/", [](auto& row) { row.domain = "shop.example"; });
  cookie(2, "sent", "1", "/", [](auto& row) { row.host = "api.shop.example"; });
  cookie(3, "sent", "1", "/", [](auto& row) { row.host = "notshop.example"; });
  EXPECT_EQ(lineage(), (Answer{{"NULL", "1", "3", "NULL", "NULL"}, {"1", "1", "2", "NULL", "NULL"}}));
}

// RFC 6265bis section 4.1.3: a name that makes a promise.
TEST_F(Cookies, PrefixesForbid) {
  const auto named = [&](std::int64_t id, Text name, auto change) {
    cookie(id, "set", "1", "/", [&](auto& row) {
      row.name = name;
      change(row);
    });
  };
  named(1, "__Secure-a", [](auto&) {});
  named(2, "__Host-b", [](auto& row) {
    row.secure = 1;
    row.domain = "shop.example";
  });
  named(3, "__host-c", [](auto& row) {
    row.secure = 1;
    row.path = "/shop";
  });
  EXPECT_EQ(lineage(),
            (Answer{{"1", "0", "NULL", "NULL", "secure"}, {"2", "0", "NULL", "NULL", "domain"}, {"3", "0", "NULL", "NULL", "path"}}));
}

// RFC 6265 section 5.1.3: what stands below an address is no domain of it.
TEST_F(Cookies, AddressesHaveNoDomains) {
  cookie(1, "set", "1", "/", [](auto& row) {
    row.host = "192.0.2.1";
    row.domain = "2.1";
  });
  cookie(2, "set", "2", "/", [](auto& row) {
    row.host = row.domain = "192.0.2.1";
    row.name = "own";
  });
  cookie(3, "sent", "2", "/", [](auto& row) {
    row.host = "192.0.2.1";
    row.name = "own";
  });
  EXPECT_EQ(lineage(), (Answer{{"1", "0", "NULL", "NULL", "domain"}, {"2", "1", "3", "NULL", "NULL"}}));
}

TEST_F(Cookies, SecureForbids) {
  cookie(1, "set", "1", "/", [](auto& row) { row.secure = 1; });
  visit(2, "/");
  EXPECT_EQ(lineage(), (Answer{{"1", "0", "NULL", "NULL", "secure"}}));
}

TEST_F(Cookies, NoLaterRequestIsNoReason) {
  cookie(1, "set", "1");
  EXPECT_EQ(lineage(), (Answer{{"1", "0", "NULL", "NULL", "NULL"}}));
}

TEST_F(Cookies, TwoOfOneNameInOneRequest) {
  cookie(1, "sent", "1");
  HttpCookieRow second;
  second.exchange_id = 1;
  second.connection_id = 1;
  second.direction = "sent";
  second.ordinal = 2;
  second.name = "sid";
  second.value = "2";
  batch_.add(second);
  cookie(2, "sent", "1");
  EXPECT_EQ(answer("SELECT exchange_id, name, cookies, values_sent FROM repeated_cookies"), (Answer{{"1", "sid", "2", "2"}}));
}

// ---- errors ----

class Errors : public HttpViews {
 protected:
  // 10.0.0.1 asks the gateway 192.0.2.1, which asks 198.51.100.1 on connection 2.
  void gateway(std::int64_t status) {
    batch_.add(connection_row(1));
    exchange(1, 1, [&](auto& row) {
      row.status = status;
      row.path = "/app/list";
      row.response_start_ns = 500 * ms;
      row.response_headers = R"([["Retry-After","7"]])";
    });
  }
  ConnectionRow upstream() {
    ConnectionRow row = connection_row(2);
    row.client_ip = "192.0.2.1";
    row.server_ip = "198.51.100.1";
    return row;
  }
  void leg(Text path, Text headers = R"([["Host","app"]])") {
    exchange(2, 2, [&](auto& row) {
      row.path = path;
      row.request_headers = headers;
      row.status = row.response_start_ns = row.response_end_ns = Integer{};
      row.complete = 0;
    });
  }
  void event(Text kind, Text side, std::int64_t at_ms) {
    TcpEventRow row;
    row.connection_id = 2;
    row.kind = kind;
    row.side = side;
    row.time_ns = at_ms * ms;
    batch_.add(row);
  }
  Answer causes() { return answer("SELECT status, cause, upstream_exchange_id, matched_by, retry_after FROM error_causes"); }
};

TEST_F(Errors, TheUpstreamReset) {
  gateway(502);
  batch_.add(upstream());
  leg("/list");
  event("rst", "server", 300);
  EXPECT_EQ(causes(), (Answer{{"502", "reset", "2", "request", "7"}}));
}

TEST_F(Errors, TheUpstreamResetTheStream) {
  gateway(502);
  ConnectionRow multiplexed = upstream();
  multiplexed.layers = "http2";
  batch_.add(multiplexed);
  leg("/list");
  Http2StreamRow stream;
  stream.connection_id = 2;
  stream.stream_id = 1;
  stream.exchange_id = 2;
  stream.reset_by = "server";
  stream.reset_error = "INTERNAL_ERROR";
  batch_.add(stream);
  EXPECT_EQ(causes(), (Answer{{"502", "reset", "2", "request", "7"}}));
}

TEST_F(Errors, TheUpstreamsCertificateWasNotTaken) {
  gateway(502);
  ConnectionRow secure = upstream();
  secure.layers = "tls";
  secure.start_ns = 20 * ms;
  secure.exchanges = 0;
  batch_.add(secure);
  TlsHandshakeRow handshake;
  handshake.id = 1;
  handshake.connection_id = 2;
  handshake.outcome = "failed";
  handshake.alert = "unknown_ca";
  batch_.add(handshake);
  EXPECT_EQ(causes(), (Answer{{"502", "tls_failed", "NULL", "connection", "7"}}));
}

TEST_F(Errors, TheUpstreamClosed) {
  gateway(502);
  batch_.add(upstream());
  leg("/list");
  event("fin", "server", 300);
  event("rst", "client", 400);
  EXPECT_EQ(causes(), (Answer{{"502", "closed", "2", "request", "7"}}));
}

TEST_F(Errors, TheUpstreamWasSilent) {
  gateway(504);
  batch_.add(upstream());
  leg("/list");
  event("fin", "server", 600);  // when the client had its answer already
  EXPECT_EQ(causes(), (Answer{{"504", "silent", "2", "request", "7"}}));
}

TEST_F(Errors, TheUpstreamRefused) {
  gateway(502);
  ConnectionRow refused = upstream();
  refused.established_ns = Integer{};
  refused.start_ns = 20 * ms;
  refused.close_kind = "rst";
  batch_.add(refused);
  EXPECT_EQ(causes(), (Answer{{"502", "refused", "NULL", "connection", "7"}}));
}

TEST_F(Errors, TheUpstreamDidNotAnswerTheHandshake) {
  gateway(504);
  ConnectionRow silent = upstream();
  silent.established_ns = Integer{};
  silent.start_ns = 20 * ms;
  silent.close_kind = "open";
  silent.closed_first = Text{};
  batch_.add(silent);
  EXPECT_EQ(causes(), (Answer{{"504", "silent", "NULL", "connection", "7"}}));
}

TEST_F(Errors, TracesTellWhereThePathDoesNot) {
  batch_.add(connection_row(1));
  exchange(1, 1, [&](auto& row) {
    row.status = 502;
    row.response_start_ns = 500 * ms;
    row.request_headers = R"([["traceparent","00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]])";
  });
  batch_.add(upstream());
  leg("/elsewhere", R"([["Traceparent","00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"]])");
  EXPECT_EQ(causes(), (Answer{{"502", "silent", "2", "traceparent", "NULL"}}));
}

TEST_F(Errors, NothingIsToldOfOtherRequests) {
  gateway(502);
  ConnectionRow others = upstream();
  others.client_ip = "192.0.2.77";  // another host's
  batch_.add(others);
  leg("/list");
  EXPECT_EQ(causes(), (Answer{{"502", "NULL", "NULL", "NULL", "7"}}));
}

TEST_F(Errors, NothingIsToldOfOneDirection) {
  gateway(502);
  ConnectionRow half = upstream();
  half.one_way = 1;
  batch_.add(half);
  leg("/list");
  event("rst", "server", 300);
  EXPECT_EQ(causes(), (Answer{{"502", "NULL", "2", "request", "7"}}));
}

TEST_F(Errors, BadRequestsWithWhatWasMalformed) {
  batch_.add(connection_row(1));
  exchange(1, 1, [](auto& row) { row.status = 400; });
  exchange(100, 1, [](auto& row) { row.status = 400; });
  AnomalyRow anomaly;
  anomaly.id = 1;
  anomaly.connection_id = 1;
  anomaly.side = "client";
  anomaly.code = "http1.host.missing";
  anomaly.time_ns = 10 * ms;
  batch_.add(anomaly);
  EXPECT_EQ(answer("SELECT exchange_id, cause, detail FROM error_causes"),
            (Answer{{"1", "malformed", "http1.host.missing"}, {"100", "NULL", "NULL"}}));
}

// ---- economy ----

TEST_F(HttpViews, ConnectionReuseCountsHandshakesOfTls) {
  ConnectionRow connection = connection_row(1, 0);
  connection.layers = "tls/http1";
  batch_.add(connection);
  TlsHandshakeRow handshake;
  handshake.id = 1;
  handshake.connection_id = 1;
  handshake.end_ns = 60 * ms;
  handshake.outcome = "completed";
  batch_.add(handshake);
  for (std::int64_t bytes : {300, 1200}) {
    TlsMessageRow message;
    message.handshake_id = 1;
    message.bytes = bytes;
    batch_.add(message);
  }
  exchange(8, 1, [](auto& row) { row.ordinal = 1; });  // at 80 ms
  EXPECT_EQ(answer("SELECT handshake_ms_paid, handshake_bytes_paid FROM connection_reuse"), (Answer{{"60.0", "1620"}}));
}

// Three connections at a time, which are busy all the while, three times: a pool's limit.
TEST_F(HttpViews, ConcurrencyFindsThePoolsLimit) {
  CaptureRow capture = capture_row(1);
  batch_.add(capture);
  for (std::int64_t n = 0; n < 9; ++n) {
    const std::int64_t start = n / 3 * 1000 + n % 3;
    ConnectionRow row = connection_row(n + 1, start);
    row.end_ns = (start + 500) * ms;
    batch_.add(row);
    exchange(1000 * (n + 1), n + 1, [&](auto& with) {
      with.request_start_ns = start * ms;
      with.response_end_ns = (start + 499) * ms;
    });
  }
  ConnectionRow other = connection_row(100);
  other.client_ip = "10.0.0.2";
  batch_.add(other);
  EXPECT_EQ(answer("SELECT client_ip, connections_max, exchanges_max, at_ns, times_at_max, pool_limit FROM concurrency"),
            (Answer{{"10.0.0.1", "3", "3", "2000000", "3", "3"}, {"10.0.0.2", "1", "0", "0", "1", "NULL"}}));
  EXPECT_EQ(answer("SELECT client_ip, servers, connections, connections_max FROM client_concurrency"),
            (Answer{{"10.0.0.1", "1", "9", "3"}, {"10.0.0.2", "1", "1", "1"}}));
}

TEST_F(HttpViews, ConcurrencyDoesNotCountWhatFollows) {
  for (std::int64_t n = 0; n < 3; ++n) batch_.add(connection_row(n + 1, 100 * n));  // each begins as the one before ends
  EXPECT_EQ(answer("SELECT connections_max, times_at_max, pool_limit FROM concurrency"), (Answer{{"1", "3", "NULL"}}));
}

TEST_F(HttpViews, IdleConnectionsCouldHaveBeenClosed) {
  ConnectionRow between = connection_row(1);
  between.end_ns = 40'000 * ms;
  between.exchanges = 2;
  batch_.add(between);
  exchange(1000, 1, [](auto& row) { row.response_end_ns = 5'000 * ms; });
  exchange(1001, 1, [](auto& row) {
    row.idle_before_ns = 30'000 * ms;
    row.response_end_ns = 40'000 * ms;
  });
  ConnectionRow short_lived = connection_row(2);
  short_lived.end_ns = 9'000 * ms;
  batch_.add(short_lived);
  exchange(2000, 2, [](auto& row) { row.response_end_ns = 100 * ms; });
  ConnectionRow waiting = connection_row(3);
  waiting.end_ns = 60'000 * ms;
  batch_.add(waiting);
  exchange(3000, 3, [](auto& row) { row.response_end_ns = Integer{}; });
  EXPECT_EQ(answer("SELECT connection_id, exchanges, idle_s, idle_share FROM idle_connections"), (Answer{{"1", "2", "30.0", "0.75"}}));
}

TEST_F(HttpViews, IdleConnectionsOfHttp2AndOfTlsWithoutKeys) {
  CaptureRow capture = capture_row(1);
  capture.ended_ns = 60'000 * ms;
  batch_.add(capture);
  ConnectionRow multiplexed = connection_row(1);
  multiplexed.layers = "tls/http2";
  multiplexed.close_kind = "open";
  batch_.add(multiplexed);
  exchange(1000, 1, [](auto& row) { row.response_end_ns = 5'000 * ms; });
  ConnectionRow encrypted = connection_row(2);
  encrypted.layers = "tls";
  encrypted.exchanges = 0;
  encrypted.end_ns = 40'000 * ms;
  batch_.add(encrypted);
  for (std::int64_t n = 1; n <= 2; ++n) {
    TlsTurnRow turn;
    turn.connection_id = 2;
    turn.ordinal = n;
    if (n > 1) turn.idle_before_ns = 20'000 * ms;
    turn.request_start_ns = (n - 1) * 20'000 * ms;
    turn.response_start_ns = turn.response_end_ns = turn.request_start_ns.value + ms;
    batch_.add(turn);
  }
  EXPECT_EQ(answer("SELECT connection_id, exchanges, idle_s FROM idle_connections"), (Answer{{"1", "1", "55.0"}, {"2", "0", "20.0"}}));
}

}  // namespace
}  // namespace longwire
