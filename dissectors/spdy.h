// SPDY 2, 3 and 3.1, the ancestor of HTTP/2, as a passive observer reads it (SPDY drafts 2 and 3): each stream is an exchange.
//
// Owned by a Channel: of what TLS carries under a name that NPN or ALPN has agreed upon, or of a connection that begins with
// SPDY's frames. Version 3.1 differs from 3 by a window of the whole connection, so it shows by its first update.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "dissectors/dissector.h"
#include "dissectors/http2_streams.h"
#include "dissectors/repeated_anomalies.h"
#include "dissectors/spdy_frame.h"
#include "dissectors/spdy_header_block.h"

namespace longwire {

// As NPN and ALPN name it: "spdy/2", "spdy/3", "spdy/3.1"; without a name the frames tell.
std::unique_ptr<Dissector> make_spdy(std::string_view protocol = {});

Match probe_spdy(Side side, Bytes first);

class Spdy final : public Dissector {
 public:
  explicit Spdy(std::string_view protocol);

  std::string_view name() const override { return "spdy"; }
  Progress data(Side side, Bytes in, Context& context) override;
  AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) override;
  void end(Side side, Bytes in, End how, Context& context) override;
  void report_open(Context& context) const override { streams_.report_open(context); }
  std::uint64_t memory() const override;
  Match restart(Side, Bytes in) const override { return spdy_frame_begins(in); }

 private:
  struct Call {  // what is being read for
    Side side;
    Context& context;
  };

  struct Half {
    // What a side sends next.
    enum class Next : std::uint8_t { frame, data, dropped };
    Next next = Next::frame;
    bool begun = false, ended = false;
    std::uint32_t left = 0;  // of the payload being read
    SpdyFrame frame;         // whose payload it is
    Stamp last;              // of the frame's bytes so far
    SpdyHeaderBlock block;
    std::array<std::uint32_t, SpdyFrame::types + 1> frames{};  // by type; the last is of all others
  };
  Half& half(Side side) { return halves_[index(side)]; }
  bool asks(Side side) const { return side == streams_.asking; }
  void tell(const Call& call, std::string_view code, Bytes part, std::string_view detail = {}) {
    oddities_.tell(call.context, code, part, detail);
  }

  Progress read(const Call& call, Bytes in);
  Progress read_next(const Call& call, Bytes in);
  Progress read_frame(const Call& call, Bytes in);
  Progress read_data_header(const Call& call, const SpdyFrame& frame, Bytes in);
  Progress read_payload(const Call& call, Bytes in);
  void take_skipped(const Call& call);
  void end_data(const Call& call, Bytes at);

  void take_control(const Call& call, const SpdyFrame& frame, Bytes bytes);
  void take_headers(const Call& call, const SpdyFrame& frame, Bytes bytes);
  void take_message(const Call& call, Http2Stream& stream, const SpdyFrame& frame, Bytes bytes);
  void take_push(const Call& call, Http2Stream& stream, std::uint32_t promised_by, Bytes bytes);
  void take_reset(const Call& call, Cursor payload, Bytes bytes);
  void know_version(unsigned version);
  void end_stream(const Call& call, Http2Stream& stream, const Stamp& last, Bytes at);
  Http2Stream* reading(const Call& call);
  void lose(Side side);
  void finish(Context& context);

  std::array<Half, 2> halves_;
  Http2Streams streams_;
  RepeatedAnomalies oddities_;
  std::string_view how_;  // null = not known yet
  unsigned version_ = 3;  // major
  std::uint64_t goaways_ = 0, resets_before_response_ = 0;
  Side goaway_by_ = Side::client;
  Time goaway_at_ = 0;
  std::uint32_t goaway_last_ = 0;
  bool midstream_ = false;
};

}  // namespace longwire
