#include "dissectors/http1.h"

#include <algorithm>
#include <utility>

#include "capture/limits.h"
#include "dissectors/detector.h"
#include "dissectors/http1_upgrade.h"

namespace longwire {
namespace {

// The field lines of a message with the empty line.
std::string_view fields_of(Bytes head) {
  return as_text(head).substr(first_line(as_text(head)));
}

bool is_interim(std::uint16_t status) {
  return status >= 100 && status < 200 && status != 101;
}

}  // namespace

std::unique_ptr<Dissector> make_http1() {
  return std::make_unique<Http1>();
}

Match Http1::probe(Side, Bytes first) {
  const std::string_view text = as_text(first).substr(empty_lines(as_text(first)));
  if (text == "\r") return Match::maybe;
  const Match request = starts_request(text), response = starts_response(text);
  if (request == Match::yes || response == Match::yes) return Match::yes;
  if (request == Match::maybe || response == Match::maybe) return Match::maybe;
  return starts_simple_request(text);
}

Match Http1::restart(Side side, Bytes in) const {
  const Match own = asks(side) ? starts_request(as_text(in)) : starts_response(as_text(in));
  const bool known = sides_known_ || pairing_.exchanges() > 0;
  return known || own == Match::yes ? own : probe(side, in);
}

Progress Http1::data(Side side, Bytes in, Context& context) {
  const Call call{side, context, false, context.must_proceed()};
  half(side).held = false;
  take_skipped(call, side);
  return read(call, in);
}

AfterGap Http1::gap(Side side, Bytes in, std::uint64_t missing, Context& context) {
  const Call call{side, context, true, true};
  take_skipped(call, side);
  const Bytes rest = in.subspan(read(call, in).used);
  switch (half(side).next) {
    case Next::body:
      if (!message(side).body.miss(missing)) break;
      if (message(side).body.over()) finish_message(call, true);
      return AfterGap::resumed;
    case Next::message:
      read_cut_head(call, rest, false);
      break;
    case Next::nothing:
      return AfterGap::resumed;
    case Next::fields:
    case Next::decision:
      break;
  }
  lose(call);
  return AfterGap::lost;
}

void Http1::end(Side side, Bytes in, End how, Context& context) {
  const Call call{side, context, true, true};
  const bool closed = how == End::fin || how == End::rst;  // not merely that the capture is over
  take_skipped(call, side);
  const Progress left = read(call, in);
  const Bytes rest = in.subspan(left.used);
  switch (half(side).next) {
    case Next::body:
      if (closed && !message(side).body.until_close()) context.anomaly("http1.body.short", {});
      finish_message(call, message(side).body.until_close() && how == End::fin);
      break;
    case Next::fields:
      finish_message(call, rest.empty());
      break;
    case Next::message:
      if (rest.empty() || left.lost) break;
      if (closed) context.anomaly("http1.head.short", rest.first(1));
      read_cut_head(call, rest, false);
      break;
    case Next::decision:
    case Next::nothing:
      break;
  }
  half(side).ended = true;
  if (half(other(side)).ended) pairing_.close(context);
}

// Reads one thing after another until more bytes or the other side are needed, or the other side can go on.
Progress Http1::read(const Call& call, Bytes in) {
  std::size_t done = 0;
  for (;;) {
    const Bytes rest = in.subspan(done);
    Progress step = read_next(call, rest);
    const bool stop = step.next != nullptr || step.skip > 0 || step.lost || step.need > rest.size() - step.used ||
                      (step.used > 0 && half(other(call.side)).held);
    done += step.used;
    step.used = done;
    if (stop) return step;
  }
}

Progress Http1::read_next(const Call& call, Bytes in) {
  switch (half(call.side).next) {
    case Next::message:
      return read_message(call, in);
    case Next::fields:
      return read_late_fields(call, in);
    case Next::body:
      return read_body(call, in);
    case Next::decision:
      return read_decision(call, in);
    case Next::nothing:
      break;
  }
  Progress rest = used(in.size());
  rest.skip = Progress::for_good;
  return rest;
}

Progress Http1::hold(const Call& call) {
  half(call.side).held = true;
  return need(Progress::hold);
}

// Nothing tells where the message behind the first `done` bytes of `in` ends, or whether it is one. That is no oddity
// where the capture began inside a message.
Progress Http1::lose_framing(const Call& call, Bytes in, std::size_t done, std::string_view code, std::string_view detail) {
  const bool began_inside = call.context.connection.midstream && !half(call.side).begun;
  if (!began_inside) call.context.anomaly(code, in.first(1), detail);
  lose(call, in.first(1));
  Progress progress = used(done);
  progress.lost = true;
  return progress;
}

// Who asks may be labelled wrongly where the capture began midstream: the first start line tells.
Match Http1::know_sides(const Call& call, std::string_view text) {
  if (sides_known_ || pairing_.exchanges() > 0) return Match::yes;
  const Match own = asks(call.side) ? starts_request(text) : starts_response(text);
  const Match others = asks(call.side) ? starts_response(text) : starts_request(text);
  if (own == Match::no && others == Match::maybe && !call.last && text.size() < limits::detect_bytes) return Match::maybe;
  if (own != Match::yes && others != Match::yes) return Match::no;
  if (own != Match::yes) asking_ = other(asking_);
  sides_known_ = true;
  const ConnectionFacts& facts = call.context.connection;
  if (facts.midstream || facts.side[index(asking_)].missing_bytes > 0) pairing_.miss_requests();
  return Match::yes;
}

bool Http1::expected(const StartLine& start, Side side) const {
  if (!asks(side)) return start.kind == StartLine::Kind::status;
  const bool first = pairing_.exchanges() == 0;  // HTTP/0.9 knows only one exchange a connection
  return start.kind == StartLine::Kind::request || (start.kind == StartLine::Kind::simple_request && first);
}

// ---- heads ----

Progress Http1::read_message(const Call& call, Bytes in) {
  const std::string_view text = as_text(in);
  Half& here = half(call.side);
  const bool first_look = here.scanned == 0;
  if (first_look) {
    if (!text.empty() && !asks(call.side) && pairing_.first() != nullptr && pairing_.first()->simple) {
      const Match status = starts_response(text);
      if (status == Match::maybe && !call.last) return need(in.size() + 1);
      if (status != Match::yes) return read_simple_response(call, in);
    }
    if (const std::size_t empty = empty_lines(text); empty > 0) return used(empty);
    if (text.empty() || (text == "\r" && !call.last)) return need(in.size() + 1);
    if (know_sides(call, text) == Match::maybe) return need(in.size() + 1);
    if (!asks(call.side) && !status_line_begins(text)) return lose_framing(call, in, 0, "http1.start_line");
    if (first_line(text) == 0) return wait_for_head(call, in);
  }
  std::size_t scanned = here.scanned;
  const std::size_t length = section_length(text, scanned);
  here.scanned = static_cast<std::uint32_t>(scanned);
  if (length == 0 && !first_look) return wait_for_head(call, in);

  Oddities oddities;
  Head head{in, read_start_line(text, oddities), oddities, FieldLines(text.substr(first_line(text)), oddities)};
  const bool simple = head.start.kind == StartLine::Kind::simple_request;
  if (!expected(head.start, call.side))
    return lose_framing(call, in, 0, "http1.start_line", without_field_value(text.substr(0, first_line(text))));
  if (!simple && (length == 0 || length > limits::http1_header_bytes)) return wait_for_head(call, in);
  here.scanned = 0;
  head.bytes = in.first(simple ? first_line(text) : length);
  return asks(call.side) ? read_request(call, head) : read_response(call, head);
}

// The head in `in` has no end yet, or is too long.
Progress Http1::wait_for_head(const Call& call, Bytes in) {
  if (in.size() <= limits::http1_header_bytes) return need(in.size() + 1);
  const Bytes kept = in.first(limits::http1_header_bytes);
  read_cut_head(call, kept, true);
  return lose_framing(call, in, kept.size(), "http1.limit");
}

// A head that breaks off: what stands in its whole lines is kept, and what is certain of a start line.
void Http1::read_cut_head(const Call& call, Bytes in, bool limited) {
  const std::string_view text = as_text(in);
  half(call.side).scanned = 0;
  Oddities oddities;
  const std::size_t line = first_line(text);
  if (line == 0 && limited) return;
  const StartLine start = line > 0 ? read_start_line(text, oddities) : read_cut_start_line(text);
  Head head{in, start, oddities, FieldLines(line > 0 ? text.substr(line) : std::string_view(), oddities)};
  if (!expected(head.start, call.side)) return;
  if (asks(call.side)) {
    take_request(call, head);
  } else {
    Http1Exchange* exchange = answered(call, in);
    if (exchange == nullptr || is_interim(head.start.status)) return;
    take_response(call, *exchange, head);
  }
  report(call, head);
  message(call.side).limited = limited;
  message(call.side).finish(false);
}

Progress Http1::read_request(const Call& call, Head& head) {
  if (pairing_.open() >= limits::http1_pipeline) {
    if (call.context.other_side_seen() && !call.alone) return hold(call);
    if (pairing_.give_up_oldest(call.context)) call.context.anomaly("http1.limit", head.bytes.first(1), "requests without a response");
  }
  take_request(call, head);
  if (head.start.kind == StartLine::Kind::simple_request) {
    report(call, head);
    half(call.side).next = Next::fields;
    return used(head.bytes.size());
  }
  check_controls(as_text(head.bytes), head.oddities);
  if (head.fields.host.data() == nullptr && head.start.version >= HttpVersion{1, 1}) head.oddities.add("http1.host.missing", {});
  return begin_body(call, head, request_body_length(head.fields, head.start.version, head.oddities));
}

// HTTP/0.9 sends nothing behind its request line. Field lines there belong to a request that forgot its version.
Progress Http1::read_late_fields(const Call& call, Bytes in) {
  const std::string_view text = as_text(in);
  Half& here = half(call.side);
  if (in.empty()) return need(1);
  std::size_t scanned = here.scanned;
  const std::size_t length = section_length(text, scanned);
  here.scanned = static_cast<std::uint32_t>(scanned);
  if (std::max(length, length == 0 ? in.size() : 0) > limits::http1_header_bytes) return lose_framing(call, in, 0, "http1.limit");
  if (length == 0) return need(in.size() + 1);
  Http1Exchange& exchange = *pairing_.last();
  exchange.request.last = call.context.last_stamp(in.first(length));
  if (first_line(text) == length) {  // the empty line alone
    finish_message(call, true);
    return used(length);
  }
  Oddities oddities;
  Head head{in.first(length), {}, oddities, FieldLines(text, oddities)};
  oddities.add("http1.version.missing", {});
  exchange.simple = false;
  exchange.request.version = Http1Message::no_version;
  exchange.request.fields = exchange.keep_header(Side::client, head.lines, call.context.options, head.fields, oddities);
  if (head.fields.host.data() != nullptr) exchange.authority = exchange.keep(head.fields.host);
  return begin_body(call, head, request_body_length(head.fields, Http1Message::no_version, oddities));
}

void Http1::take_request(const Call& call, Head& head) {
  Http1Exchange& exchange = pairing_.ask(call.context.first_stamp(head.bytes), call.context);
  exchange.method = exchange.keep(head.start.method);
  exchange.simple = head.start.kind == StartLine::Kind::simple_request;
  exchange.connect = head.start.method == "CONNECT";
  if (!exchange.simple) {
    exchange.request.fields = exchange.keep_header(Side::client, head.lines, call.context.options, head.fields, head.oddities);
  }
  exchange.read_target(head.start.target, head.fields.host);
  exchange.upgrade = head.fields.upgrade.data() != nullptr;
  if (exchange.upgrade) exchange.upgrade_fields = exchange.keep_as_sent(fields_of(head.bytes));
  exchange.expects_continue = head.fields.expect_continue;
  begin_message(call, exchange.request, head);
  unasked_ = false;
}

Progress Http1::read_response(const Call& call, Head& head) {
  Http1Exchange* exchange = answered(call, head.bytes);
  if (exchange == nullptr) return hold(call);
  if (is_interim(head.start.status)) {
    exchange->add_interim(head.start.status);
    report(call, head);
    return used(head.bytes.size());
  }
  take_response(call, *exchange, head);
  check_controls(as_text(head.bytes), head.oddities);
  const BodyLength length =
      response_body_length(head.fields, head.start.version, head.start.status, exchange->method_seen(), head.oddities);
  if (length.kind == BodyLength::Kind::tunnel) return hand_on(call, *exchange, head);
  return begin_body(call, head, length);
}

// The exchange that the response in `in` belongs to, a new one where its request was not seen; null = wait for it.
Http1Exchange* Http1::answered(const Call& call, Bytes in) {
  const bool in_vain = unasked_ || call.alone || half(asking_).ended || call.context.connection.one_way;
  Http1Exchange* exchange = pairing_.answer(call.context.first_stamp(in), !in_vain, call.context);
  if (exchange != nullptr && !exchange->request.seen) unasked_ = in_vain;
  return exchange;
}

void Http1::take_response(const Call& call, Http1Exchange& exchange, Head& head) {
  exchange.status = head.start.status;
  exchange.reason = exchange.keep(head.start.reason);
  exchange.response.fields = exchange.keep_header(Side::server, head.lines, call.context.options, head.fields, head.oddities);
  exchange.keep_alive_timeout_s = head.fields.keep_alive_timeout_s;
  exchange.keep_alive_max = head.fields.keep_alive_max;
  exchange.simple = false;
  begin_message(call, exchange.response, head);
}

void Http1::begin_message(const Call& call, Http1Message& begun, const Head& head) {
  Half& here = half(call.side);
  if (here.closing) call.context.anomaly("http1.data_after_close", head.bytes.first(1));
  here.closing = head.fields.close;
  here.begun = true;
  begun.seen = true;
  begun.version = head.start.version;
  begun.first = call.context.first_stamp(head.bytes);
  begun.last = call.context.last_stamp(head.bytes);
  begun.close = head.fields.close;
  begun.keep_alive = head.fields.keep_alive;
}

// The response of HTTP/0.9: content without a head.
Progress Http1::read_simple_response(const Call& call, Bytes in) {
  Http1Exchange& exchange = *pairing_.first();
  exchange.response.seen = true;
  exchange.response.first = exchange.response.last = call.context.first_stamp(in);
  exchange.response.body.begin({BodyLength::Kind::until_close}, nullptr);
  exchange.until_close = true;
  half(call.side).next = Next::body;
  half(call.side).begun = true;
  return used(0);
}

void Http1::report(const Call& call, const Head& head) {
  for (const Oddity& oddity : head.oddities) {
    const Bytes part = head.bytes.subspan(offset_of(as_bytes(oddity.part), head.bytes), 1);
    call.context.anomaly(oddity.code, part, oddity.part);
  }
}

// ---- bodies ----

Progress Http1::begin_body(const Call& call, const Head& head, BodyLength length) {
  report(call, head);
  const bool of_response = !asks(call.side);
  Http1Exchange& begun = exchange(call.side);
  Progress progress = used(head.bytes.size());
  if (length.kind == BodyLength::Kind::unknowable) {
    lose(call);
    progress.lost = true;
  } else if (length.kind == BodyLength::Kind::none || (length.kind == BodyLength::Kind::counted && length.bytes == 0)) {
    finish_message(call, true);
  } else {
    if (length.kind == BodyLength::Kind::until_close) begun.until_close = true;
    message(call.side).body.begin(length, HttpContent::make({head.fields.transfer_codings, head.fields.content_codings}, of_response,
                                                            begun.id, call.context.options));
    half(call.side).next = Next::body;
  }
  return progress;
}

// Whether the announced body was left out, and `in` begins with the next message instead:
//   - a client that was refused before it got 100 (Continue) need not send it (RFC 9110 section 10.1.1). One that sends it
//     all the same may go on with any bytes, so only a method that is registered tells a request from them
//   - a response whose request was not seen may answer HEAD
Match Http1::left_out(const Call& call, Bytes in) {
  const Http1Exchange& reading = exchange(call.side);
  const Http1BodyReader& body = message(call.side).body;
  const bool request = asks(call.side);
  if (!body.untouched() || (request ? !reading.expects_continue : reading.request.seen)) return Match::no;
  if (in.empty()) return Match::maybe;
  const bool refused = request && reading.response.seen && reading.interim_statuses.empty();
  if (request && !refused) return Match::no;
  if (request && starts_registered_method(as_text(in)) == Match::no) return Match::no;
  const Match match = request ? starts_request(as_text(in)) : starts_response(as_text(in));
  const bool told = call.last || in.size() >= limits::detect_bytes;
  return match == Match::maybe && told ? Match::no : match;
}

Progress Http1::read_body(const Call& call, Bytes in) {
  const Match out = left_out(call, in);
  if (out == Match::maybe) return need(in.size() + 1);
  if (out == Match::yes) {
    finish_message(call, true, in.first(1));
    return used(0);
  }
  const Http1BodyReader::Step step = message(call.side).body.read(in);
  if (step.broken) return lose_framing(call, in, 0, step.code);
  const Bytes read = in.first(step.used);
  if (!step.code.empty()) call.context.anomaly(step.code, read, as_text(read));
  if (!read.empty()) message(call.side).last = call.context.last_stamp(read);
  if (!step.trailers.empty()) read_trailers(call, read);
  if (step.over) finish_message(call, true, read.last(std::min<std::size_t>(read.size(), 1)));
  Progress progress = used(step.used);
  progress.need = step.need;
  progress.skip = step.skip;
  return progress;
}

void Http1::read_trailers(const Call& call, Bytes section) {
  const std::string_view text = as_text(section);
  if (first_line(text) == text.size()) return;  // the empty line alone
  Oddities oddities;
  Head trailers{section, {}, oddities, FieldLines(text, oddities)};
  message(call.side).trailers = exchange(call.side).keep_trailers(trailers.lines, call.context.options);
  report(call, trailers);
}

// What the channel dropped of a body that is merely counted.
void Http1::take_skipped(const Call& call, Side side) {
  if (call.context.skipped(side) == 0 || half(side).next != Next::body) return;
  message(side).last = call.context.skipped_stamp(side);
  message(side).body.take_skipped(call.context.skipped(side));
}

void Http1::finish_message(const Call& call, bool whole, Bytes at) {
  Http1Message& finished = message(call.side);
  const std::string_view wrong = finished.body.finish(whole);
  if (!wrong.empty()) call.context.anomaly(wrong, at);
  finished.finish(whole);
  half(call.side).next = asks(call.side) && pairing_.last()->undecided() ? Next::decision : Next::message;
  half(call.side).scanned = 0;
  pairing_.settle(call.context);
}

// Where the next message of the side begins is not known any more, nor how many were missed.
void Http1::lose(const Call& call, Bytes at) {
  Half& here = half(call.side);
  if (asks(call.side)) {
    if (pairing_.last() != nullptr && !message(call.side).over) finish_message(call, false, at);
    pairing_.miss_requests();
  } else {
    if (half(call.side).next == Next::body) finish_message(call, false, at);
    pairing_.miss_responses();
  }
  here.next = Next::message;
  here.scanned = 0;
}

// ---- another protocol ----

// Behind CONNECT, or a request to upgrade, the client's bytes wait until the response tells what they are.
Progress Http1::read_decision(const Call& call, Bytes in) {
  if (const Http1Exchange* asked = pairing_.last(); asked != nullptr && asked->undecided()) {
    if (in.empty()) return need(1);
    if (!call.alone && !half(other(call.side)).ended) return hold(call);
    const Bytes front = in.first(std::min<std::size_t>(in.size(), limits::detect_bytes));
    const Match request = asked->connect ? starts_request(as_text(front)) : Match::yes;
    if (request == Match::maybe && front.size() < limits::detect_bytes && !call.last) return need(in.size() + 1);
    if (request != Match::yes) return hand_on_to(make_detector(), 0, call);  // nobody refused
  }
  half(call.side).next = Next::message;
  return used(0);
}

Progress Http1::hand_on(const Call& call, Http1Exchange& exchange, const Head& head) {
  report(call, head);
  const bool tunnel = head.start.status != 101;
  std::string_view offers = head.fields.upgrade;
  const std::string_view protocol = next_element(offers);
  if (!tunnel && protocol.empty()) call.context.anomaly("http1.upgrade.missing", head.bytes.first(1));
  Http1Successor next = reader_behind(
      {exchange, pairing_.previous_end(), tunnel, protocol, exchange.view(exchange.upgrade_fields), fields_of(head.bytes)}, call.context);
  exchange.upgraded_to = exchange.keep(tunnel ? "tunnel" : protocol);
  exchange.response.finish(true);
  if (next.takes_exchange) pairing_.give_away_first();
  return hand_on_to(std::move(next.reader), head.bytes.size(), call);
}

Progress Http1::hand_on_to(std::unique_ptr<Dissector> next, std::size_t count, const Call& call) {
  take_skipped(call, other(call.side));
  pairing_.close(call.context);
  halves_[0].next = halves_[1].next = Next::nothing;
  Progress progress = used(count);
  progress.next = std::move(next);
  return progress;
}

}  // namespace longwire
