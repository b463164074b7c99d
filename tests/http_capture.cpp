#include "tests/http_capture.h"

#include <fmt/format.h>

#include "tests/capture_files.h"

namespace longwire {
namespace {

constexpr std::uint32_t first_second = 1'700'000'000;

// One connection: what each side has sent so far, and its next packet.
class Talk {
 public:
  explicit Talk(unsigned n) : n_(n), seq_{1000 + n, 0xffffff00u + n} {}  // the server's numbers wrap

  Octets open(unsigned step) {
    if (step == 0) return send(0, tcp_flag::syn, "");
    if (step == 1) return send(1, tcp_flag::syn | tcp_flag::ack, "");
    return send(0, tcp_flag::ack, "");
  }
  Octets request(unsigned exchange) {
    return send(0, tcp_flag::ack | tcp_flag::psh,
                fmt::format("GET /{}/{} HTTP/1.1\r\nHost: a.test\r\nCookie: n={}\r\n\r\n", n_, exchange, n_));
  }
  Octets response() { return send(1, tcp_flag::ack | tcp_flag::psh, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"); }
  Octets fin(unsigned side) { return send(side, tcp_flag::fin | tcp_flag::ack, ""); }

 private:
  Octets send(unsigned side, std::uint8_t flags, const std::string& payload) {
    const std::string client = fmt::format("10.0.{}.{}", n_ >> 8, n_ & 255);
    const auto port = static_cast<std::uint16_t>(20000 + n_);
    TcpFields fields{.source = side == 0 ? port : std::uint16_t{80}, .destination = side == 0 ? std::uint16_t{80} : port};
    fields.seq = seq_[side];
    fields.ack = flags == tcp_flag::syn ? 0 : seq_[1 - side];
    fields.flags = flags;
    seq_[side] += static_cast<std::uint32_t>(payload.size()) + ((flags & (tcp_flag::syn | tcp_flag::fin)) != 0 ? 1 : 0);
    PacketBuilder packet;
    packet.ethernet().ipv4(side == 0 ? client : "10.9.9.9", side == 0 ? "10.9.9.9" : client).tcp(fields);
    if (!payload.empty()) packet.payload(payload);
    return packet.bytes();
  }

  unsigned n_;
  std::uint32_t seq_[2];
};

}  // namespace

Octets http_capture(const HttpCapture& what) {
  std::vector<Talk> talks;
  for (unsigned n = 0; n < what.connections; ++n) talks.emplace_back(what.first + n);
  FileBytes file = pcap_file(ByteOrder::little);
  const unsigned packets = 5 + 2 * what.exchanges_per_connection;  // of one connection
  std::uint32_t microseconds = what.first * packets * 10;
  const auto each = [&](auto next_packet) {
    for (Talk& talk : talks) {
      microseconds += 10;
      add_record(file,
                 {.seconds = first_second + microseconds / 1'000'000, .fraction = microseconds % 1'000'000, .data = next_packet(talk)});
    }
  };
  for (unsigned step = 0; step < 3; ++step) each([&](Talk& talk) { return talk.open(step); });
  for (unsigned exchange = 0; exchange < what.exchanges_per_connection; ++exchange) {
    each([&](Talk& talk) { return talk.request(exchange); });
    each([](Talk& talk) { return talk.response(); });
  }
  for (unsigned side = 0; what.closed && side < 2; ++side) each([&](Talk& talk) { return talk.fin(side); });
  return file.octets();
}

}  // namespace longwire
