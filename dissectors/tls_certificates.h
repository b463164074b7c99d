// The certificates of one handshake: what both sides sent, and what became of the server's.
//
// Owned by its TlsHandshake.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/certificate_memory.h"
#include "dissectors/certificate_status.h"
#include "dissectors/context.h"

namespace longwire {

class TlsCertificates {
 public:
  // What a message is read with.
  struct Reading {
    Side from;             // as TLS calls it
    bool tls13;            // the form of the message
    std::string_view sni;  // null where the client named nobody
    Stamp at;              // the message's first packet
  };
  // The bodies of the messages. The code of the anomaly where something is wrong in them, else null.
  std::string_view take(Bytes body, const Reading& reading, Context& context);
  std::string_view take_compressed(Bytes body, Reading reading, Context& context);
  // The certificate in a SERVER-HELLO of SSL 2.0.
  std::string_view take_ssl2(Bytes certificate, const Reading& reading, Context& context);
  std::string_view take_status(Bytes body, Side from);

  // Of the server's chain; nothing where it did not come, cannot be read, or is not verified.
  const std::optional<ChainVerdict>& verdict() const { return verdict_; }
  // Whether the leaf is for the name asked for; nothing where that is not known.
  std::optional<bool> name_matches() const { return named_ && verdict_ ? std::optional(verdict_->name_matches) : std::nullopt; }
  bool limited() const { return limited_; }

  void add_rows(Context& context, std::int64_t handshake_id) const;
  std::uint64_t memory() const;

 private:
  struct Sent {
    std::int64_t id;
    std::string serial;  // of what an OCSP response tells
    OcspStatus ocsp;
  };

  // The message's certificates so far, as views into it.
  struct Chain {
    std::vector<Bytes> certificates;
    std::vector<Sha256> digests;
  };
  // Whether it can be read.
  bool add(Bytes certificate, const Reading& reading, Chain& chain, Context& context);
  static std::string_view take_responses(std::span<Sent> chain, Bytes status);
  void verify(const Chain& chain, const Reading& reading, Context& context);
  std::vector<Sent>& sent_by(Side side) { return sent_[index(side)]; }

  std::array<std::vector<Sent>, 2> sent_;  // by side
  std::optional<ChainVerdict> verdict_;
  bool named_ = false, limited_ = false;
};

}  // namespace longwire
