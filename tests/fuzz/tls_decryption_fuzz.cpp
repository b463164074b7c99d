// Conversations of TLS whose keys are known, read whole and in pieces: the rows must be the same. Records are sealed as their
// sender would, in any order and by any key, so that what is inside reaches the readers behind. The steps are those of
// tests/script_reader.h:
//
//   unit     kind(1), then
//     0      a handshake message in the clear: type, length, body
//     1      a ClientHello, 2 a ServerHello: bit 0: of TLS 1.3, else of 1.2; bit 1: with early data, or a PSK
//     3      sealed: key, content type, length, content
//     4      a sealed handshake message: key, type, length, body
//     5      HTTP, sealed: key
//     6      ChangeCipherSpec
//     other  a record: content type, length, fragment
//   key      bit 0: of the server; bits 1 and 2: of the handshake, application data, early data, TLS 1.2
#include <memory>

#include "dissectors/tls.h"
#include "tests/script_reader.h"
#include "tests/tls_bytes.h"
#include "tests/tls_sealer.h"

namespace {

using namespace longwire;
using namespace longwire::test;

constexpr const char* suite13 = "TLS_AES_128_GCM_SHA256";
constexpr const char* suite12 = "TLS_RSA_WITH_AES_128_GCM_SHA256";
const std::string client_random(32, 'c'), server_random(32, 's');

std::string secret(char name) {
  return std::string(32, name);
}

struct Sealers {
  TlsSealer of_handshake[2] = {sealer_of_traffic_secret(suite13, secret('h')), sealer_of_traffic_secret(suite13, secret('H'))};
  TlsSealer of_application[2] = {sealer_of_traffic_secret(suite13, secret('a')), sealer_of_traffic_secret(suite13, secret('A'))};
  TlsSealer of_early = sealer_of_traffic_secret(suite13, secret('e'));
  MasterSecretOf master{std::string(48, 'm'), client_random, server_random};
  TlsSealer of_tls12[2] = {sealer_of_master(suite12, 0x0303, master, Side::client),
                           sealer_of_master(suite12, 0x0303, master, Side::server)};

  TlsSealer& by(std::uint8_t key) {
    const unsigned side = key & 1;
    switch (key >> 1 & 3) {
      case 0:
        return of_handshake[side];
      case 1:
        return of_application[side];
      case 2:
        return of_early;
      default:
        return of_tls12[side];
    }
  }
};
std::unique_ptr<Sealers> sealers;  // of the conversation that is being made

TlsKeys& keys() {
  static TlsKeys all;
  if (all.any()) return all;
  const auto line = [](const char* label, const std::string& of) {
    std::string text = std::string(label) + " ";
    for (const std::string* part : {&client_random, &of}) {
      for (const char c : *part) (text += "0123456789abcdef"[c >> 4]) += "0123456789abcdef"[c & 15];
      text += part == &client_random ? " " : "\n";
    }
    return text;
  };
  all.add_block(line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", secret('h')) + line("SERVER_HANDSHAKE_TRAFFIC_SECRET", secret('H')) +
                    line("CLIENT_TRAFFIC_SECRET_0", secret('a')) + line("SERVER_TRAFFIC_SECRET_0", secret('A')) +
                    line("CLIENT_EARLY_TRAFFIC_SECRET", secret('e')) + line("CLIENT_RANDOM", std::string(48, 'm')),
                0);
  return all;
}

std::string text(Cursor& in) {
  return std::string(as_text(in.take(std::min<std::size_t>(in.u8(), in.left()))));
}

std::string hello_of_client(std::uint8_t how) {
  ClientHelloFields fields;
  fields.random = client_random;
  fields.suites = {(how & 1) != 0 ? 0x1301u : 0x009cu};
  if ((how & 1) != 0) fields.extensions = {supported_versions({0x0304}), alpn({"http/1.1"})};
  if ((how & 2) != 0) fields.extensions.emplace_back(42, "");
  if ((how & 2) != 0) fields.extensions.emplace_back(41, vec16(vec16("identity") + u16(0) + u16(0)) + vec16(vec8(secret('b'))));
  return handshake_record(1, client_hello_body(fields));
}

std::string hello_of_server(std::uint8_t how) {
  ServerHelloFields fields;
  fields.random = server_random;
  fields.suite = (how & 1) != 0 ? 0x1301 : 0x009c;
  if ((how & 1) != 0) fields.extensions = {{43, u16(0x0304)}};
  if ((how & 2) != 0) fields.extensions.emplace_back(41, u16(0));
  return handshake_record(2, server_hello_body(fields));
}

std::string http(bool of_server) {
  return of_server ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc" : "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string record(Cursor& in) {
  const std::uint8_t kind = in.u8();
  switch (kind) {
    case 0: {
      const std::uint8_t type = in.u8();
      return handshake_record(type, text(in));
    }
    case 1:
      return hello_of_client(in.u8());
    case 2:
      return hello_of_server(in.u8());
    case 3: {
      TlsSealer& by = sealers->by(in.u8());
      const std::uint8_t type = in.u8();
      return by.seal(type, text(in));
    }
    case 4: {
      TlsSealer& by = sealers->by(in.u8());
      const std::uint8_t type = in.u8();
      return by.seal(handshake, tls_message(type, text(in)));
    }
    case 5: {
      const std::uint8_t key = in.u8();
      return sealers->by(key).seal(application_data, http((key & 1) != 0));
    }
    case 6:
      return change_cipher_spec_record();
    default: {
      const std::uint8_t type = in.u8();
      return tls_record(type, text(in));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sealers = std::make_unique<Sealers>();
  ScriptReader reader({data, size}, record);
  if ((reader.begin() & 1) != 0) reader.midstream();
  DissectOptions options;
  options.keyring = &keys();
  same_rows_or_abort(reader.read(), make_tls, options);
  return 0;
}
