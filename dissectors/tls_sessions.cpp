#include "dissectors/tls_sessions.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "capture/limits.h"

namespace longwire {

std::string session_name_of_id(Bytes id) {
  return "id " + std::string(as_text(id));
}

// By their hash: tickets are long.
std::string session_name_of_ticket(Bytes ticket) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  EVP_Digest(ticket.data(), ticket.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return "ticket " + std::string(as_text(Bytes(hash).first(size)));
}

void TlsSessions::add(const std::string& name, const TlsSession& session, std::uint64_t number) {
  auto& same_name = sessions_[name];
  const auto at = std::find_if(same_name.begin(), same_name.end(), [&](const Entry& entry) { return entry.number > number; });
  same_name.insert(at, {number, session});
  order_.emplace_back(number, name);
  // Twice as old as anyone asks for: a worker that is behind still finds what it must.
  while (order_.front().first + 2 * limits::tls_session_packets < number) {
    const auto old = sessions_.find(order_.front().second);
    std::erase_if(old->second, [&](const Entry& entry) { return entry.number == order_.front().first; });
    if (old->second.empty()) sessions_.erase(old);
    order_.pop_front();
  }
}

std::optional<TlsSession> TlsSessions::find(const std::string& name, std::uint64_t number) const {
  const auto same_name = sessions_.find(name);
  if (same_name == sessions_.end()) return std::nullopt;
  const auto& entries = same_name->second;
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) { return entry.number < number; });
  if (newest == entries.rend() || newest->number + limits::tls_session_packets < number) return std::nullopt;
  return newest->session;
}

}  // namespace longwire
