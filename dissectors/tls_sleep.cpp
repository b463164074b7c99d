// What a connection of TLS takes in memory, and what of it stays while it is idle.
#include <utility>

#include "dissectors/tls.h"

namespace longwire {

std::uint64_t Tls::memory() const {
  std::uint64_t bytes = sizeof *this + halves_[0].messages.held_memory() + halves_[1].messages.held_memory();
  if (handshake_ != nullptr) bytes += handshake_->memory();
  if (unanswered_ != nullptr) bytes += unanswered_->memory();
  if (decryption_ != nullptr) bytes += decryption_->memory();
  if (application_ != nullptr) bytes += sizeof *application_ + application_->held_memory();
  return bytes;
}

Tls::Tls(AtRest rest) : rest_(std::move(*rest.kept)), halves_{Half(rest_.client), Half(rest_.server)} {
  if (rest.seldom == nullptr) return;
  unanswered_ = std::move(rest.seldom->unanswered);
  if (rest.seldom->opened == nullptr) return;
  Opened& opened = *rest.seldom->opened;
  decryption_ = std::make_unique<TlsDecryption>(opened.decryption);
  if (opened.application) application_ = std::make_unique<TlsApplication>(std::move(*opened.application));
}

std::optional<SleepingReader> Tls::sleep() {
  if (handshake_ != nullptr || halves_[0].pending() || halves_[1].pending()) return std::nullopt;
  if (application_ != nullptr && decryption_ == nullptr)
    return std::nullopt;  // what could be opened has ended, and is told with the connection
  std::unique_ptr<Seldom> seldom;
  if (unanswered_ != nullptr || decryption_ != nullptr) seldom = std::make_unique<Seldom>();
  if (decryption_ != nullptr) {
    const auto decryption = decryption_->rest();
    if (!decryption) return std::nullopt;
    seldom->opened = std::make_unique<Opened>(Opened{*decryption, std::nullopt});
  }
  if (application_ != nullptr) {  // the last that may say no: it is of no use behind its yes
    auto inside = application_->sleep();
    if (!inside) return std::nullopt;
    seldom->opened->application.emplace(std::move(*inside));
  }
  if (unanswered_ != nullptr) seldom->unanswered = std::make_unique<TlsHandshake>(*unanswered_);
  auto kept = std::make_unique<Resting>(rest_);
  kept->client = halves_[0];
  kept->server = halves_[1];
  return SleepingReader::of<Tls>({std::move(kept), std::move(seldom)});
}

}  // namespace longwire
