// HTTP/2 as a passive observer reads it (RFC 9113): the framing of both sides.
//
// Owned by a Channel: of a connection that begins with the preface, of what TLS carries, behind Upgrade: h2c; or from
// somewhere in its middle, where frames that fit stand one behind the other. What the frames mean is Http2Connection's.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "dissectors/dissector.h"
#include "dissectors/http2_connection.h"

namespace longwire {

std::unique_ptr<Dissector> make_http2();
// Goes on with the exchange of the request that asked for h2c.
std::unique_ptr<Dissector> make_http2(Http2Upgrade upgrade);

// The preface; or frames, one behind the other, of a connection whose beginning was missed.
Match probe_http2(Side side, Bytes first);

class Http2 final : public Dissector {
 public:
  // What stays while it sleeps: what the next frame may refer to, and what its row needs.
  struct Kept {
    Http2Connection connection;
    std::string_view how{};  // null = not known yet
    std::uint64_t memory() const { return sizeof *this + connection.held_memory(); }
  };
  struct AtRest {
    std::unique_ptr<Kept> kept;
    std::uint64_t held_memory() const { return kept->memory(); }
  };
  Http2() : kept_(std::make_unique<Kept>()) {}
  explicit Http2(Http2Upgrade upgrade) : Http2() {
    upgrade_ = std::make_unique<Http2Upgrade>(std::move(upgrade));
    kept_->how = "upgrade";
  }
  explicit Http2(AtRest rest) : kept_(std::move(rest.kept)) {
    for (Half& each : halves_) each.next = Half::Next::frame;
  }

  std::string_view name() const override { return "http2"; }
  Progress data(Side side, Bytes in, Context& context) override;
  AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) override;
  void end(Side side, Bytes in, End how, Context& context) override;
  void report_open(Context& context) const override { connection().report_open(context); }
  std::uint64_t memory() const override { return sizeof *this + kept_->memory() + (upgrade_ == nullptr ? 0 : sizeof *upgrade_); }
  std::optional<SleepingReader> sleep() override;
  Match restart(Side side, Bytes in) const override;

 private:
  using Call = Http2Connection::Call;

  struct Half {
    // What a side sends next.
    enum class Next : std::uint8_t {
      start,  // the preface, or a first frame
      frame,
      data,     // the rest of a DATA frame's payload
      dropped,  // the rest of another frame's payload, which is not kept
    };
    Next next = Next::start;
    bool ended = false;
    bool wanted = false;        // the content of the DATA frame
    Http2Frame frame;           // whose payload is read or dropped
    std::uint32_t left = 0;     // of that payload
    std::uint32_t padding = 0;  // the last so many bytes of it
    Stamp last;                 // of the frame's bytes so far

    std::uint32_t content_left() const { return left > padding ? left - padding : 0; }
  };
  Half& half(Side side) { return halves_[index(side)]; }
  Http2Connection& connection() { return kept_->connection; }
  const Http2Connection& connection() const { return kept_->connection; }

  Progress read(const Call& call, Bytes in);
  Progress read_next(const Call& call, Bytes in);
  Progress read_start(const Call& call, Bytes in);
  Progress read_frame(const Call& call, Bytes in);
  Progress read_data_header(const Call& call, const Http2Frame& frame, Bytes in);
  Progress read_data(const Call& call, Bytes in);
  Progress read_dropped(const Call& call, Bytes in);
  Progress drop(const Call& call, const Http2Frame& frame);
  void begin(Context& context);
  void take_skipped(const Call& call);
  bool miss(const Call& call, Bytes rest, std::uint64_t missing);

  std::array<Half, 2> halves_;
  std::unique_ptr<Http2Upgrade> upgrade_;  // until the first call
  std::unique_ptr<Kept> kept_;
};

}  // namespace longwire
