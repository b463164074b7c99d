#include "dissectors/socks.h"

#include <algorithm>
#include <optional>
#include <string>

#include "capture/endpoint.h"
#include "dissectors/detector.h"
#include "dissectors/opaque.h"
#include "dissectors/rows/socks.h"
#include "dissectors/wire_text.h"

namespace longwire {
namespace {

constexpr std::uint8_t version4 = 4, version5 = 5, password_version = 1;
constexpr std::uint8_t connect = 1, bind = 2, udp_associate = 3;
constexpr std::uint8_t by_address = 1, by_name = 3, by_ipv6_address = 4;
constexpr std::uint8_t without_authentication = 0, by_password = 2, no_method = 0xff;
constexpr std::uint8_t last_assigned_method = 9, first_private_method = 0x80;  // IANA, SOCKS Methods
constexpr std::uint8_t granted4 = 90, last_code4 = 93;
constexpr std::size_t reply4_bytes = 8;
constexpr std::size_t most_text_bytes = 255;  // of a user id or a name of version 4a: what version 5 has room for

// Of a message: how long it is. wrong: it is none.
struct Extent {
  std::size_t length = 0;  // 0 = more bytes are needed
  bool wrong = false;
};
constexpr Extent wrong{0, true};

Extent extent_of(const Cursor& read) {
  return {read.ok() ? read.position() : 0};
}

struct Request {
  Text version;
  std::uint8_t command = 0;
  std::string host;
  std::uint16_t port = 0;
};

// Up to a 0 that must come soon; nothing but printable characters.
bool read_text(Cursor& message, Bytes all, Bytes& text) {
  const std::size_t begin = message.position();
  text = message.until(0);
  const Bytes seen = message.ok() ? text : all.subspan(std::min(begin, all.size()));
  return seen.size() <= most_text_bytes && std::all_of(seen.begin(), seen.end(), [](std::uint8_t c) { return c > ' ' && c != 0x7f; });
}

Extent read_request4(Bytes in, Request& request) {
  Cursor message(in);
  message.skip(1);
  request.command = message.u8();
  if (message.ok() && request.command != connect && request.command != bind) return wrong;
  request.port = message.u16();
  if (message.ok() && request.port == 0) return wrong;
  const Bytes address = message.take(4);
  if (!message.ok()) return {};
  const bool named = address[0] == 0;
  if (named && (address[1] != 0 || address[2] != 0 || address[3] == 0)) return wrong;
  Bytes user, name;
  if (!read_text(message, in, user)) return wrong;
  if (message.ok() && named && !read_text(message, in, name)) return wrong;
  if (message.ok() && named && name.empty()) return wrong;
  request.version = named ? "4a" : "4";
  request.host.clear();
  if (named) append_as_utf8(request.host, as_text(name));
  if (!named) request.host = Address::from(address).to_string();
  return extent_of(message);
}

// address and port, as requests and replies of version 5 have them behind their first three bytes.
bool read_destination5(Cursor& message, Request& request) {
  const std::uint8_t type = message.u8();
  if (message.ok() && type != by_address && type != by_name && type != by_ipv6_address) return false;
  const Bytes address = type == by_name ? message.vec8() : message.take(type == by_address ? 4 : 16);
  request.port = message.u16();
  if (!message.ok()) return true;
  request.host.clear();
  if (type == by_name) append_as_utf8(request.host, as_text(address));
  if (type != by_name) request.host = Address::from(address).to_string();
  return true;
}

Extent read_request5(Bytes in, Request& request) {
  Cursor message(in);
  bool right = message.u8() == version5;
  request.version = "5";
  request.command = message.u8();
  right = right && (!message.ok() || (request.command >= connect && request.command <= udp_associate));
  message.skip(1);
  right = right && read_destination5(message, request);
  return right ? extent_of(message) : wrong;
}

Extent read_reply4(Bytes in, std::uint8_t& code) {
  Cursor message(in);
  bool right = message.u8() == 0;
  code = message.u8();
  right = right && (!message.ok() || (code >= granted4 && code <= last_code4));
  message.skip(reply4_bytes - 2);
  return right ? extent_of(message) : wrong;
}

Extent read_reply5(Bytes in, std::uint8_t& code) {
  Cursor message(in);
  Request bound;
  bool right = message.u8() == version5;
  code = message.u8();
  message.skip(1);
  right = right && read_destination5(message, bound);
  return right ? extent_of(message) : wrong;
}

bool is_method(std::uint8_t method) {
  return method <= last_assigned_method || method >= first_private_method;
}

Extent read_greeting5(Bytes in) {
  Cursor message(in);
  bool right = message.u8() == version5;
  const std::uint8_t count = message.u8();
  right = right && (!message.ok() || count > 0);
  const std::size_t there = std::min<std::size_t>(message.left(), count);
  const Bytes methods = message.take(there);
  right = right && std::all_of(methods.begin(), methods.end(), [](std::uint8_t m) { return is_method(m) && m != no_method; });
  message.skip(count - there);
  return right ? extent_of(message) : wrong;
}

std::string_view command_name(std::uint8_t command) {
  return command == connect ? "connect" : command == bind ? "bind" : "udp_associate";
}

// RFC 1928 section 6; of version 4 as its description has them.
std::string reply_name(std::uint8_t code) {
  switch (code) {
    case 0:
    case granted4:
      return "granted";
    case 1:
      return "general_failure";
    case 2:
      return "not_allowed";
    case 3:
      return "network_unreachable";
    case 4:
      return "host_unreachable";
    case 5:
      return "connection_refused";
    case 6:
      return "ttl_expired";
    case 7:
      return "command_not_supported";
    case 8:
      return "address_type_not_supported";
    case 91:
      return "rejected";
    case 92:
      return "identd_unreachable";
    case last_code4:
      return "identd_differs";
    default:
      return std::to_string(code);
  }
}

class Socks final : public Dissector {
 public:
  std::string_view name() const override { return "socks"; }

  Progress data(Side side, Bytes in, Context& context) override {
    if (refused_) return {.used = in.size(), .skip = Progress::for_good};
    if (client_ == FromClient::greeting && side == Side::client && in[0] == version4) client_ = FromClient::request4;
    return side == Side::client ? read_client(in, context) : read_server(in, context);
  }

  AfterGap gap(Side, Bytes, std::uint64_t, Context&) override { return AfterGap::lost; }
  void end(Side, Bytes, End, Context& context) override {
    if (context.other_side_ended()) tell(context);
  }
  std::uint64_t memory() const override { return sizeof *this + request_.host.capacity(); }
  Match restart(Side, Bytes) const override { return Match::no; }

 private:
  // What is read next of each side; `nothing`: until the other side has said its part.
  enum class FromClient : std::uint8_t { greeting, request4, password, request5, nothing };
  enum class FromServer : std::uint8_t { nothing, method, status, reply4, reply5 };

  Progress read_client(Bytes in, Context& context) {
    switch (client_) {
      case FromClient::greeting:
        return take(read_greeting5(in), in, context, [&] { await(FromServer::method); });
      case FromClient::password: {
        Cursor message(in);
        const bool right = message.u8() == password_version;
        message.vec8();
        message.vec8();
        return take(right ? extent_of(message) : wrong, in, context, [&] { await(FromServer::status); });
      }
      case FromClient::request4:
        return take(read_request4(in, request_), in, context, [&] { asked(in, FromServer::reply4, context); });
      case FromClient::request5:
        return take(read_request5(in, request_), in, context, [&] { asked(in, FromServer::reply5, context); });
      case FromClient::nothing:
        break;
    }
    return hold(context);
  }

  Progress read_server(Bytes in, Context& context) {
    std::uint8_t code = 0;
    switch (server_) {
      case FromServer::method:
        return read_choice(in, context);
      case FromServer::status: {
        Cursor message(in);
        const bool right = message.u8() == password_version;
        code = message.u8();
        return take(right ? extent_of(message) : wrong, in, context, [&] { welcomed(code == 0); });
      }
      case FromServer::reply4: {
        const Extent reply = read_reply4(in, code);
        return read_reply(reply, code, code == granted4, in, context);
      }
      case FromServer::reply5: {
        const Extent reply = read_reply5(in, code);
        return read_reply(reply, code, code == 0, in, context);
      }
      case FromServer::nothing:
        break;
    }
    return hold(context);
  }

  // What is spoken behind a method other than these two may be wrapped in anything (RFC 1961).
  Progress read_choice(Bytes in, Context& context) {
    Cursor message(in);
    const bool right = message.u8() == version5;
    method_ = message.u8();
    Progress progress = take(right ? extent_of(message) : wrong, in, context, [&] { welcomed(method_ != no_method); });
    if (progress.used == 0 || method_ == without_authentication || method_ == no_method) return progress;
    if (method_ == by_password) {
      client_ = FromClient::password;
    } else {
      progress.next = make_opaque("unknown");
    }
    return progress;
  }

  Progress read_reply(const Extent& reply, std::uint8_t code, bool granted, Bytes in, Context& context) {
    Progress progress = take(reply, in, context, [&] { answered(in.first(reply.length), code, context); });
    if (progress.used == 0) return progress;
    if (!granted) {
      refused_ = true;
    } else if (request_.command != bind || ++granted_ == 2) {
      progress.next = make_detector();
    }
    return progress;
  }

  // A message of this extent stands at the front of `in`: `then` follows from it.
  template <class Then>
  Progress take(const Extent& message, Bytes in, Context& context, Then then) {
    Progress progress;
    progress.used = message.length;
    if (message.wrong) {
      tell(context);
      context.anomaly("socks.malformed", in.first(1));
      progress.next = make_opaque("unknown");
    } else if (message.length > 0) {
      then();
    }
    return progress;
  }

  Progress hold(Context& context) {
    Progress progress;
    progress.need = Progress::hold;
    if (!context.must_proceed()) return progress;
    tell(context);
    progress.next = make_opaque("unknown");
    return progress;
  }

  void await(FromServer next) {
    client_ = FromClient::nothing;
    server_ = next;
  }
  void asked(Bytes in, FromServer next, const Context& context) {
    await(next);
    request_at_ = context.first_stamp(in);
  }
  void welcomed(bool in) {
    server_ = FromServer::nothing;
    client_ = FromClient::request5;
    refused_ = !in;
  }

  void answered(Bytes reply, std::uint8_t code, Context& context) {
    const std::string name = reply_name(code);
    const Stamp at = context.last_stamp(reply);
    tell(context, &name, &at);
  }

  // The row, once.
  void tell(Context& context, const std::string* reply = nullptr, const Stamp* at = nullptr) {
    if (!request_at_) return;
    SocksRequestRow row;
    row.connection_id = context.connection.id;
    row.version = request_.version;
    row.command = command_name(request_.command);
    row.host = context.text(request_.host);
    row.port = request_.port;
    if (request_.version == "5") row.authentication = method_ == by_password ? "password" : "none";
    row.request_ns = request_at_->time;
    row.request_frame = request_at_->frame;
    if (reply != nullptr) {
      row.reply = context.text(*reply);
      row.reply_ns = at->time;
      row.reply_frame = at->frame;
    }
    context.rows().add(row);
    request_at_.reset();
  }

  FromClient client_ = FromClient::greeting;
  FromServer server_ = FromServer::nothing;
  std::uint8_t method_ = without_authentication;
  std::uint8_t granted_ = 0;  // replies of a bind
  bool refused_ = false;
  Request request_;
  std::optional<Stamp> request_at_;  // until it is told
};

Match match_of(const Extent& message) {
  if (message.wrong) return Match::no;
  return message.length == 0 ? Match::maybe : Match::yes;
}

}  // namespace

Match probe_socks4(Side side, Bytes first) {
  std::uint8_t code = 0;
  if (side == Side::server) return match_of(read_reply4(first, code));
  Request request;
  return first.empty() || first[0] == version4 ? match_of(read_request4(first, request)) : Match::no;
}

Match probe_socks5(Side side, Bytes first) {
  if (side == Side::client) return match_of(read_greeting5(first));
  Cursor choice(first);
  const bool right = choice.u8() == version5;
  const std::uint8_t method = choice.u8();
  return match_of(right && is_method(method) ? extent_of(choice) : wrong);
}

std::unique_ptr<Dissector> make_socks() {
  return std::make_unique<Socks>();
}

}  // namespace longwire
