// TLS of one connection, SSL 3.0 to TLS 1.3, as a passive observer reads it: its records, the messages in them, and who
// ended the handshake how.
//
// What is encrypted is decrypted where there are keys (TlsDecryption), and the protocol inside is read by a channel of its
// own (TlsApplication). Else it is passed over record by record (Protected); what its place alone tells is told. Between
// handshakes it sleeps: without keys it keeps nothing but its own few words, else keys and what is inside. Owned by a Channel.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "dissectors/dissector.h"
#include "dissectors/repeated_anomalies.h"
#include "dissectors/tls_application.h"
#include "dissectors/tls_decryption.h"
#include "dissectors/tls_handshake.h"
#include "dissectors/tls_message.h"
#include "dissectors/tls_record.h"
#include "dissectors/tls_turns.h"

namespace longwire {

std::unique_ptr<Dissector> make_tls();

class Tls final : public Dissector {
  // What stays of a side between two records.
  struct HalfAtRest {
    bool begun : 1 = false;    // a record was read
    bool changed : 1 = false;  // sent ChangeCipherSpec: before TLS 1.3, all that follows is protected
    bool holed : 1 = false;    // where its next message begins is not known
    bool ended : 1 = false;
  };

 public:
  // What stays after a handshake.
  struct Resting {
    std::int64_t last_id = 0;    // of the last handshake; 0 = none
    std::uint32_t messages = 0;  // told of it
    HalfAtRest client, server;
    bool swapped : 1 = false;   // the TCP server is the TLS client
    bool ssl2 : 1 = false;      // the client's hello had SSL 2.0's form
    bool not_ours : 1 = false;  // SSL 2.0 itself is spoken
    TlsTurns turns;
    RepeatedAnomalies anomalies;
  };
  // What stays where there are keys.
  struct Opened {
    TlsDecryption::AtRest decryption;
    std::optional<TlsApplication::AtRest> application;
    std::uint64_t memory() const { return sizeof *this + (application ? application->held_memory() : 0); }
  };
  // What few connections have.
  struct Seldom {
    std::unique_ptr<TlsHandshake> unanswered;  // its row waits for the server's first word
    std::unique_ptr<Opened> opened;
    std::uint64_t memory() const {
      return sizeof *this + (unanswered != nullptr ? unanswered->memory() : 0) + (opened != nullptr ? opened->memory() : 0);
    }
  };
  struct AtRest {
    std::unique_ptr<Resting> kept;
    std::unique_ptr<Seldom> seldom;
    std::uint64_t held_memory() const {
      return sizeof(Resting) + kept->anomalies.held_memory() + (seldom != nullptr ? seldom->memory() : 0);
    }
  };
  Tls() = default;
  explicit Tls(AtRest rest);

  std::string_view name() const override { return "tls"; }
  std::string_view inner_layers() const override { return application_ ? application_->layers() : std::string_view{}; }
  Progress data(Side side, Bytes in, Context& context) override;
  AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) override;
  void end(Side side, Bytes in, End how, Context& context) override;
  void report_open(Context& context) const override {
    if (application_ != nullptr) application_->report_open(context);
  }
  std::uint64_t memory() const override;
  std::optional<SleepingReader> sleep() override;
  Match restart(Side side, Bytes in) const override;

 private:
  // A record that is passed over, because it is encrypted or because a hole is in it.
  struct Protected {
    TlsRecord record{};
    std::uint32_t left = 0;  // bytes of it to come
    Stamp first;
    bool damaged = false;  // not encrypted, but holed
  };
  struct Half : HalfAtRest {
    Half() = default;
    explicit Half(HalfAtRest rest) : HalfAtRest(rest) {}
    bool pending() const { return passing.left > 0 || messages.inside(); }

    TlsMessages messages;
    Protected passing;
  };
  struct Call {
    Side side;  // of the connection
    Side from;  // the same as TLS calls it
    Context& context;
  };
  struct Span {  // what a row tells of
    Stamp first, last;
    std::uint64_t bytes;
  };

  Half& half(Side side) { return halves_[index(side)]; }
  Side role(Side side) const { return rest_.swapped ? other(side) : side; }
  Call call(Side side, Context& context) const { return {side, role(side), context}; }

  Progress read_next(const Call& call, Bytes in);
  Progress read_ssl2_hello(const Call& call, Bytes in);
  Progress read_ssl2_answer(const Call& call, Bytes in);
  Progress lose_framing(const Call& call, Bytes in, const TlsRecord& record);
  bool unseen(const Call& call);
  bool is_protected(const Call& call, const TlsRecord& record);
  std::optional<Progress> decrypt(const Call& call, Bytes in, std::size_t length);
  void read_opened(const Call& call, Bytes record, const TlsDecryption::Opened& opened);
  Progress pass(const Call& call, Bytes in, const TlsRecord& record);
  void take_skipped(const Call& call);
  void finish_passing(const Call& call, const Stamp& last, Bytes at);

  void read_fragment(const Call& call, TlsContent type, const TlsFragment& fragment);
  void read_messages(const Call& call, const TlsFragment& fragment);
  void read_change_cipher_spec(const Call& call, const TlsFragment& fragment);
  void read_alerts(const Call& call, const TlsFragment& fragment);
  void break_message(const Call& call, Bytes at);

  void take_message(const Call& before, const TlsMessage& message, bool decrypted, Bytes part);
  void know_sides(Side side, TlsMessageType type);
  std::string_view take_body(const Call& call, const TlsMessage& message, Text& type);
  void take_late_certificate(const Call& call, const TlsMessage& message, Bytes part);
  bool begins_handshake(TlsMessageType type, bool decrypted) const;
  bool take_protected(const Call& call, const TlsRecord& record, const Span& span, Bytes at);
  static TlsMessageRow message_row(const Call& call, Text type, const Span& span, bool encrypted);
  void tell(const Call& call, TlsMessageRow row, const Stamp& last, Bytes at);

  void anomaly(const Call& call, std::string_view code, Bytes part, std::string_view detail = {}) {
    rest_.anomalies.tell(call.context, code, part, detail);
  }

  void open(const Call& call, const Stamp& first);
  void settle(const Call& call);
  void close(Context& context);
  void hear_server(const Call& call, TlsContent type);
  void conclude(Context& context);

  Resting rest_;  // its halves are kept in halves_
  std::array<Half, 2> halves_;
  std::unique_ptr<TlsHandshake> handshake_;      // null where none is going on
  std::unique_ptr<TlsHandshake> unanswered_;     // TLS 1.3: over, but for what the server says to the client's Finished
  std::unique_ptr<TlsDecryption> decryption_;    // null where there are no keys
  std::unique_ptr<TlsApplication> application_;  // null before its first byte
};

}  // namespace longwire
