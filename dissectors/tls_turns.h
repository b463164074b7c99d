// The turns of a connection whose bytes cannot be read: what the client sent, and what the server sent then, told by the
// directions and sizes of encrypted records.
//
//   turn   records of the client, then records of the server: a request and its response where nothing else tells them; or
//          records of the server alone, where it speaks unasked
//
// What is no data of the protocol inside is left out as far as its size gives it away:
//   - TLS 1.3 hides the type of a record. One of an alert's size is left out; one of a KeyUpdate's size never begins a turn
//     (RFC 8446 sections 4.6.3, 6);
//   - session tickets (section 4.6.1): what a TLS 1.3 server sends before the client has sent anything, and records of equal
//     size that its first response seems to begin with, where there are two or more;
//   - where HTTP/2 is or may be inside: control frames, up to the size of PING and GOAWAY (RFC 9113 sections 6.7, 6.8).
//
// Owned by a Tls. Plain data: it is kept while the connection sleeps.
#pragma once

#include <cstdint>
#include <optional>

#include "dissectors/context.h"

namespace longwire {

class TlsTurns {
 public:
  // What the handshake says of the records behind it; as it stands, where none was seen.
  struct Agreement {
    bool tls13 = false;
    std::uint8_t alert_bytes = 19;     // of a record that holds an alert and hides it; 0 = alerts are told by the record's type
    std::uint8_t overhead_bytes = 24;  // of a record, beside the plaintext; the most of AES-GCM's and ChaCha20's in TLS 1.2
    std::optional<bool> multiplexed;   // HTTP/2 is inside
  };
  void agree(const Agreement& agreement) { agreement_ = agreement; }

  struct Record {
    std::uint32_t bytes;  // of the fragment
    Stamp first, last;
    Bytes at{};  // where an anomaly points at, as Context::anomaly() has it
  };
  // The next record, as records end. `from`: as TLS calls it.
  void take(Side from, const Record& record, Context& context);
  // No record will come.
  void finish(Context& context);

 private:
  struct Moment {
    Moment() = default;
    explicit Moment(const Stamp& at) : time(at.time), frame(at.frame) {}
    Time time = 0;
    std::uint64_t frame = 0;
  };
  struct Part {
    Moment first, last;
    std::uint64_t bytes = 0;
    std::uint32_t records = 0;

    void add(const Record& record);
  };

  bool is_control(const Record& record) const;
  bool is_ticket(const Record& record);
  void tell(Bytes at, Context& context);

  Part request_, response_;
  Time last_end_ = 0;               // of the turn before
  std::uint32_t turns_ = 0;         // before this one
  std::uint32_t ticket_bytes_ = 0;  // of records that hold a session ticket; 0 = not known
  bool asked_ = false;              // the client has sent something
  Agreement agreement_;
};

}  // namespace longwire
