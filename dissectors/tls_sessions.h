// Master secrets that the capture itself gave, for sessions resumed later in it: by session id (RFC 5246 section F.1.4), and
// by ticket (RFC 5077).
//
// Several workers may add to it in any order, one at a time. What is found for a packet does not depend on that order, as
// long as all that came before this packet has been added.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dissectors/tls_key_schedule.h"
#include "dissectors/tls_secrets.h"

namespace longwire {

struct TlsSession {
  TlsSecret master;
  TlsKeySource source = TlsKeySource::rsa_key;
};

// What a client names a session by.
std::string session_name_of_id(Bytes id);
std::string session_name_of_ticket(Bytes ticket);

class TlsSessions {
 public:
  // From the packet behind `number` on.
  void add(const std::string& name, const TlsSession& session, std::uint64_t number);
  // The newest one of that name for packet `number`, of the last limits::tls_session_packets before it.
  std::optional<TlsSession> find(const std::string& name, std::uint64_t number) const;

 private:
  struct Entry {
    std::uint64_t number;
    TlsSession session;
  };
  std::unordered_map<std::string, std::vector<Entry>> sessions_;
  std::deque<std::pair<std::uint64_t, std::string>> order_;  // as added
};

}  // namespace longwire
