// HTTP/1.x of one connection: HTTP/0.9, 1.0 and 1.1 as a passive observer reads them (RFC 9112).
//
// Owned by a Channel, which it hands on where the connection changes its protocol (101, 2xx to CONNECT). Between
// exchanges it keeps nothing but its own few words.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "dissectors/dissector.h"
#include "dissectors/http1_pairing.h"

namespace longwire {

std::unique_ptr<Dissector> make_http1();

class Http1 final : public Dissector {
  // What stays of a side between two messages.
  struct HalfAtRest {
    bool ended : 1 = false;
    bool begun : 1 = false;    // a message was read
    bool closing : 1 = false;  // its last message said that none would follow
  };

 public:
  // What stays between two exchanges.
  struct AtRest : Http1Pairing::AtRest {
    HalfAtRest client, server;
    Side asking : 1 = Side::client;
    bool unasked : 1 = false;
  };
  Http1() = default;
  explicit Http1(const AtRest& rest)
      : pairing_(rest), halves_{Half(rest.client), Half(rest.server)}, asking_(rest.asking), sides_known_(true), unasked_(rest.unasked) {}

  // What the first bytes of a side say; either side may be the one that asks.
  static Match probe(Side side, Bytes first);
  // See KnownProtocol: a request, whose start line breaks off.
  static bool begins_before_hole(Bytes all) { return read_cut_start_line(as_text(all)).kind == StartLine::Kind::request; }

  std::string_view name() const override { return "http1"; }
  Progress data(Side side, Bytes in, Context& context) override;
  AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) override;
  void end(Side side, Bytes in, End how, Context& context) override;
  void report_open(Context& context) const override { pairing_.report_open(context); }
  std::uint64_t memory() const override { return sizeof *this + pairing_.held_memory(); }
  std::optional<SleepingReader> sleep() override {
    const auto pairing = pairing_.rest();
    if (!pairing || !sides_known_ || halves_[0].pending() || halves_[1].pending()) return std::nullopt;
    const AtRest rest{*pairing, halves_[0], halves_[1], asking_, unasked_};
    return SleepingReader::of<Http1>(rest);
  }
  Match restart(Side side, Bytes in) const override;
  bool restart_before_hole(Side side, Bytes in) const override { return asks(side) && begins_before_hole(in); }

 private:
  // What a side sends next.
  enum class Next : std::uint8_t {
    message,
    fields,  // maybe, behind a request line without a version
    body,
    decision,  // of the response, whether what follows is still HTTP
    nothing,   // that is ours
  };

  struct Half : HalfAtRest {
    Half() = default;
    explicit Half(HalfAtRest rest) : HalfAtRest(rest) {}
    bool pending() const { return next != Next::message || scanned > 0 || held; }

    std::uint32_t scanned = 0;  // of the head that waits: where to look on for its end
    Next next = Next::message;
    bool held = false;  // waits for the other side
  };

  struct Call {  // what is being read for
    Side side;
    Context& context;
    bool last;   // no bytes of this side follow, or none that are next to these
    bool alone;  // waiting for the other side has no sense any more
  };

  struct Head {  // of the message being read
    Bytes bytes;
    StartLine start;
    Oddities& oddities;
    FieldLines lines;
    Http1Fields fields{};
  };

  bool asks(Side side) const { return side == asking_; }
  Half& half(Side side) { return halves_[index(side)]; }
  // There is one while a message is being read.
  Http1Exchange& exchange(Side side) { return asks(side) ? *pairing_.last() : *pairing_.first(); }
  Http1Message& message(Side side) { return asks(side) ? exchange(side).request : exchange(side).response; }

  Progress read(const Call& call, Bytes in);
  Progress read_next(const Call& call, Bytes in);
  Progress hold(const Call& call);
  Progress lose_framing(const Call& call, Bytes in, std::size_t done, std::string_view code, std::string_view detail = {});

  Match know_sides(const Call& call, std::string_view text);
  bool expected(const StartLine& start, Side side) const;

  Progress read_message(const Call& call, Bytes in);
  Progress wait_for_head(const Call& call, Bytes in);
  Progress read_request(const Call& call, Head& head);
  Progress read_late_fields(const Call& call, Bytes in);
  Progress read_response(const Call& call, Head& head);
  Progress read_simple_response(const Call& call, Bytes in);
  void read_cut_head(const Call& call, Bytes in, bool limited);
  void take_request(const Call& call, Head& head);
  Http1Exchange* answered(const Call& call, Bytes in);
  void take_response(const Call& call, Http1Exchange& exchange, Head& head);
  void begin_message(const Call& call, Http1Message& begun, const Head& head);
  void report(const Call& call, const Head& head);

  Progress begin_body(const Call& call, const Head& head, BodyLength length);
  Match left_out(const Call& call, Bytes in);
  Progress read_body(const Call& call, Bytes in);
  void read_trailers(const Call& call, Bytes section);
  void take_skipped(const Call& call, Side side);
  void finish_message(const Call& call, bool whole, Bytes at = {});  // `at`: as Context::anomaly() has it
  void lose(const Call& call, Bytes at = {});

  Progress read_decision(const Call& call, Bytes in);
  Progress hand_on(const Call& call, Http1Exchange& exchange, const Head& head);
  Progress hand_on_to(std::unique_ptr<Dissector> next, std::size_t count, const Call& call);

  Http1Pairing pairing_;
  std::array<Half, 2> halves_;
  Side asking_ = Side::client;  // who sends requests
  bool sides_known_ = false;    // asking_ is certain
  bool unasked_ = false;        // the last response waited in vain for its request: the next ones do not wait
};

}  // namespace longwire
