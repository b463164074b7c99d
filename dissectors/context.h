// What a dissector may know and do during one call: where its bytes came from, and where its rows go.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/bytes.h"
#include "dissectors/certificate_memory.h"
#include "dissectors/row_batch.h"
#include "reassembly/stream.h"

namespace longwire {

class Secrets;     // dissectors/secrets.h: values of secret header fields become tokens
class BodyFiles;   // dissectors/body_files.h: --bodies DIR
class TlsKeyring;  // dissectors/tls_keyring.h: --keylog, --rsa-key, Decryption Secrets Blocks

// What the user wants dissected; one for the whole run, read-only.
struct DissectOptions {
  const Secrets* secrets = nullptr;         // never null in a run
  const BodyFiles* bodies = nullptr;        // null = bodies are not kept
  const CertificateTrust* trust = nullptr;  // null = chains are not verified
  TlsKeyring* keyring = nullptr;            // null = TLS is not decrypted; each worker has its own
  std::int64_t first_capture_id = 1;        // captures.id of the capture file with index 0
  std::size_t websocket_payload = 0;        // first bytes of each WebSocket message that are kept
};

// Where rows go, what is remembered of those that went there, and memory that is used again; one per worker.
struct RowSink {
  RowBatch* rows = nullptr;
  CertificateMemory certificates{};
  std::vector<std::vector<std::uint8_t>> buffers{};  // free ones
};

// Memory of the worker for the length of a call; in the steady state it takes no allocation. Several may be held at once.
class Scratch {
 public:
  Scratch(RowSink& sink, std::size_t bytes) : sink_(&sink) {
    if (!sink.buffers.empty()) {
      buffer_ = std::move(sink.buffers.back());
      sink.buffers.pop_back();
    }
    if (buffer_.size() < bytes) buffer_.resize(bytes);
  }
  ~Scratch() {
    if (sink_ != nullptr) sink_->buffers.push_back(std::move(buffer_));
  }
  Scratch(Scratch&& other) noexcept : sink_(std::exchange(other.sink_, nullptr)), buffer_(std::move(other.buffer_)) {}
  Scratch& operator=(Scratch&&) = delete;

  std::span<std::uint8_t> bytes() { return buffer_; }

 private:
  RowSink* sink_;  // null once it has moved on
  std::vector<std::uint8_t> buffer_;
};

// Which of a packet's thousand ids a maker of rows gives out. Makers do not know of each other.
struct IdRange {
  std::uint16_t first, end;
};
constexpr IdRange session_ids{0, 800}, tcp_ids{800, 900}, packet_ids{900, 1000};

// Ids of rows: the packet's set-wide number times 1000, plus 0, 1 ... within the packet. They never fall: something that
// began in an earlier packet than the last id gets the last one's packet. So ids are unique (a packet belongs to one
// connection) and do not depend on how many threads work. Beyond its range of a packet a maker goes on in a range of its
// own, from 2^62.
class Ids {
 public:
  explicit Ids(IdRange range = session_ids) : range_(range) {}

  // The id of what there is at most one of in a packet.
  static std::int64_t only(std::uint64_t number) { return static_cast<std::int64_t>(number * per_packet); }

  // Whether one was given out for this packet or a later one: the next one depends on it.
  bool given(std::uint64_t number) const { return packet_ >= number; }

  std::int64_t next(std::uint64_t number) {
    if (number > packet_) {
      packet_ = number;
      count_ = 0;
    }
    const std::uint64_t n = count_++;
    return static_cast<std::int64_t>(range_.first + n < range_.end ? packet_ * per_packet + range_.first + n : beyond(n));
  }

 private:
  static constexpr std::uint64_t per_packet = 1000;  // so that a person sees the frame in the id

  // 2^62 | packet(38) maker(10) n(14); n may run on into the ids that later makers leave free.
  std::uint64_t beyond(std::uint64_t n) const {
    return (std::uint64_t{1} << 62) + (packet_ << 24) + (std::uint64_t{range_.first} << 14) + n;
  }

  std::uint64_t packet_ = 0;
  std::uint32_t count_ = 0;
  IdRange range_;
};

// A connection's own. Anomalies count apart, and each side's apart from the other's: how bytes were cut may move an
// anomaly before or behind a message, or behind the other side's, and must not change an id.
struct ConnectionIds {
  Ids rows;
  Ids anomalies[2] = {Ids({session_ids.first, session_ids.end / 2}), Ids({session_ids.end / 2, session_ids.end})};  // by side

  std::uint64_t exchanges = 0;  // ordinals given out

  bool given(std::uint64_t number) const { return rows.given(number) || anomalies[0].given(number) || anomalies[1].given(number); }
};

// Stamps of a run of stream bytes: each mark says which packet carried the bytes from `offset` on.
struct StampMark {
  std::uint64_t offset;  // 0-based in the side's stream
  Stamp at;
};

class Context {
 public:
  Context(const DissectOptions& user_options, const ConnectionFacts& facts, RowSink& sink, ConnectionIds& ids)
      : options(user_options), connection(facts), sink_(sink), ids_(ids) {}

  const DissectOptions& options;
  const ConnectionFacts& connection;

  // The packet that carried the first byte of `part`, a non-empty part of the `in` of this call, and the last byte's.
  Stamp first_stamp(Bytes part) const;
  Stamp last_stamp(Bytes part) const;
  // The front of `in` that came with the same packet as its first byte.
  Bytes first_packet() const { return first_packet(in_); }
  // Likewise, of a non-empty part of `in`.
  Bytes first_packet(Bytes part) const;
  // The packet that made this call: the newest one. Also for calls with empty `in`.
  const Stamp& now() const { return now_; }
  // Position of the first byte of `part` in this side's stream.
  std::uint64_t offset(Bytes part) const;
  // Bytes that the channel dropped since the last call because of Progress::skip, and the packet of the last of them.
  std::uint64_t skipped() const { return skipped(side_); }
  const Stamp& skipped_stamp() const { return skipped_stamp(side_); }
  // The same of a side: of the other one they are told again when its turn comes, unless the reader is replaced now.
  std::uint64_t skipped(Side side) const { return skipped_[index(side)]; }
  const Stamp& skipped_stamp(Side side) const { return skipped_stamps_[index(side)]; }

  // An oddity at `part` (part of `in`; {} = at the end of `in`). `code` is a literal `protocol.what`; detail is
  // copied, cut to 200 bytes and made printable.
  void anomaly(std::string_view code, Bytes part, std::string_view detail = {});

  // Memory for the length of a call.
  Scratch scratch(std::size_t bytes) { return Scratch(sink_, bytes); }

  RowBatch& rows() { return *sink_.rows; }
  CertificateMemory& certificates() { return sink_.certificates; }
  Text text(std::string_view s) { return sink_.rows->arena.copy(s); }
  std::int64_t new_id(std::uint64_t packet_number) { return ids_.rows.next(packet_number); }
  // The ordinal of an exchange that begins: 1, 2 ... on the connection, whatever protocols follow one another on it.
  std::uint64_t new_ordinal() { return ++ids_.exchanges; }

  // The readers around and the one that is called, as in the connection's `layers`; valid during the call.
  std::string_view layers() const { return layers_; }
  // For a channel whose bytes come decrypted out of TLS.
  Context within_tls() const {
    Context inside = *this;
    inside.secure_ = true;
    return inside;
  }
  // Whether they do: what is http elsewhere is https.
  bool secure() const { return secure_; }

  // The side whose call this is.
  Side side() const { return side_; }
  // Whether a byte of the other side has ever come, and whether it has ended.
  bool other_side_seen() const { return other_seen_; }
  bool other_side_ended() const { return other_ended_; }
  // True once a side has been held so long that waiting has no sense any more (limits::hold_bytes, an end, a gap): a
  // reader must then go on with what it has.
  bool must_proceed() const { return must_proceed_; }
  // A hole follows `in`.
  bool before_hole() const { return before_hole_; }

 private:
  friend class Channel;
  Stamp stamp_at(std::uint64_t offset) const;

  RowSink& sink_;
  ConnectionIds& ids_;
  Side side_ = Side::client;
  Bytes in_;
  std::uint64_t in_offset_ = 0;       // of in_[0]
  std::span<const StampMark> marks_;  // ascending; the first one covers in_[0]
  Stamp now_;
  std::array<Stamp, 2> skipped_stamps_;
  std::array<std::uint64_t, 2> skipped_{};  // by side, as the stamps
  bool other_seen_ = false, other_ended_ = false, must_proceed_ = false, before_hole_ = false, secure_ = false;
  std::string_view layers_;
};

}  // namespace longwire
