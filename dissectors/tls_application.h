// The protocol inside TLS: what decrypted records carry, in a channel of its own.
//
// Its bytes have the stamps of the packets that carried them encrypted; the last byte of a record has that of the packet
// which completes the record, since nothing of it can be read sooner. Owned by a Tls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "dissectors/channel.h"
#include "dissectors/detector.h"
#include "dissectors/tls_record.h"

namespace longwire {

class TlsApplication {
 public:
  using MakeReader = std::unique_ptr<Dissector> (*)();

  struct AtRest {
    MakeReader make;
    std::optional<Channel::Asleep> channel;
    std::uint64_t held_memory() const { return channel ? channel->held_memory() : 0; }
  };
  TlsApplication() = default;
  explicit TlsApplication(AtRest rest);
  // Nothing where something is pending inside; else it is of no use any more.
  std::optional<AtRest> sleep();

  // As ALPN or NPN agreed, "h2" ...; where it names nothing that is known, the first bytes tell.
  void agree(std::string_view protocol);

  void data(Side side, const TlsFragment& fragment, const Context& context);
  void gap(Side side, std::uint64_t missing, const Context& context);
  void end(Side side, End how, const Context& context);

  void report_open(const Context& context) const {
    if (channel_) channel_->report_open(context.within_tls());
  }

  // "tls/http1"; empty where no byte of it was seen.
  std::string_view layers() const { return channel_ ? channel_->layers() : std::string_view{}; }
  // Beside the object's own.
  std::uint64_t held_memory() const { return channel_ ? channel_->held_memory() : 0; }

 private:
  Channel& channel(const Context& context);

  MakeReader make_ = make_detector;  // the first one
  std::optional<Channel> channel_;
};

}  // namespace longwire
