#include "cli/input_remarks.h"

#include <cstdio>

#include <fmt/format.h>

#include "capture/error.h"

namespace longwire {
namespace {

bool is_packed(const std::string& format) {
  return format.find('.') != std::string::npos;  // "pcap.gz"
}

}  // namespace

bool tell_damage(const CaptureSet& input) {
  bool damaged = false;
  for (const CaptureInfo& info : input.captures()) {
    if (!info.damaged_at) continue;
    fmt::print(stderr, "longwire: {}: damaged at byte {}{}: {}; {}\n", info.path, *info.damaged_at,
               is_packed(info.format) ? " of what it unpacks to" : "", info.damage,
               info.read_on ? "read on behind it" : "everything before it was analyzed");
    damaged = true;
  }
  return damaged;
}

std::vector<std::string> overlaps(const std::vector<CaptureInfo>& captures) {
  std::vector<std::string> lines;
  const CaptureInfo* before = nullptr;
  for (const CaptureInfo& info : captures) {
    if (!info.started || !info.ended) continue;
    if (before != nullptr && *info.started < *before->ended)
      lines.push_back(
          fmt::format("{} begins before {} ends: they were read one after the other; merge them first (mergecap) where they "
                      "hold the same connections",
                      info.path, before->path));
    if (before == nullptr || *info.ended > *before->ended) before = &info;
  }
  return lines;
}

void tell_unfiltered(const CaptureSet& input) {
  const std::uint64_t left_out = input.unfiltered_packets();
  if (left_out == 0) return;
  const std::vector<std::string> lines = input.unfiltered();
  std::uint64_t packets = 0;
  for (const CaptureInfo& info : input.captures()) packets += info.packets + info.filtered;
  if (left_out == packets) throw UsageError(lines.front());
  for (const std::string& line : lines) fmt::print(stderr, "longwire: {}; its packets are left out ({} in all)\n", line, left_out);
}

std::string why_no_rsa_key_fits(const Database& database, std::int64_t first_capture_id) {
  std::int64_t all = 0, by_rsa = 0, decrypted = 0;
  database.query(
      fmt::format("SELECT count(*), count(*) FILTER (WHERE h.key_exchange = 'RSA' AND h.resumed IS NOT 'session_id' AND "
                  "h.resumed IS NOT 'ticket'), count(*) FILTER (WHERE h.decrypted_by = 'rsa key') FROM tls_handshakes AS h "
                  "JOIN connections AS c ON c.id = h.connection_id WHERE c.capture_id >= {}",
                  first_capture_id),
      [](const auto&) {},
      [&](const std::vector<Value>& row) {
        all = std::get<std::int64_t>(row[0]);
        by_rsa = std::get<std::int64_t>(row[1]);
        decrypted = std::get<std::int64_t>(row[2]);
        return true;
      });
  if (decrypted > 0) return {};
  if (all == 0) return "--rsa-key decrypted nothing: there is no TLS handshake in the capture";
  if (by_rsa == 0)
    return "--rsa-key decrypted nothing: no handshake in the capture exchanged keys by RSA alone; a key log (--keylog) decrypts the others";
  return fmt::format(
      "--rsa-key decrypted nothing: it fits none of the handshakes that exchanged keys by RSA ({} in all); it must be the "
      "private key of the server's certificate",
      by_rsa);
}

}  // namespace longwire
