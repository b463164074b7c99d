// What decrypting costs, in bytes of records: OpenSSL alone, a record at a time in the way that leaves nothing to gain
// (one context, a new nonce each); the record protection; and the whole way from packets through TLS to the row of the
// response inside. The argument is the plaintext of a record.
#include <array>
#include <map>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "dissectors/secrets.h"
#include "dissectors/tls_agreement.h"
#include "tests/conversation.h"
#include "tests/tls_bytes.h"
#include "tests/tls_sealer.h"

namespace {

using namespace longwire;
using namespace longwire::test;

constexpr std::uint16_t tls13 = 0x0304;
constexpr std::size_t packet_bytes = 1448;      // of payload: Ethernet's, with TCP timestamps
constexpr std::int64_t total_bytes = 16 << 20;  // of plaintext in a turn: more than a cache of one core
constexpr std::array<const char*, 3> suites{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};

std::string secret_of(const std::string& suite) {
  return std::string(suite.ends_with("SHA384") ? 48 : 32, 's');
}

// Records of the server, numbered from 0; their content is that of an endless response.
const std::vector<std::string>& records(const std::string& suite, std::int64_t bytes) {
  static std::map<std::pair<std::string, std::int64_t>, std::vector<std::string>> made;
  auto& list = made[{suite, bytes}];
  if (!list.empty()) return list;
  TlsSealer sealer = sealer_of_traffic_secret(suite, secret_of(suite));
  const std::int64_t count = total_bytes / bytes;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(count * bytes) + "\r\n\r\n";
  list.push_back(sealer.seal(application_data, head));
  for (std::int64_t i = 0; i < count; ++i) {
    list.push_back(sealer.seal(application_data, std::string(static_cast<std::size_t>(bytes), static_cast<char>('a' + i % 26))));
  }
  return list;
}

std::int64_t bytes_of(const std::vector<std::string>& list) {
  std::int64_t bytes = 0;
  for (const std::string& record : list) bytes += static_cast<std::int64_t>(record.size());
  return bytes;
}

void openssl(benchmark::State& state, const EVP_CIPHER* algorithm) {
  const std::vector<std::uint8_t> key(32, 'k');
  std::vector<std::uint8_t> text(static_cast<std::size_t>(state.range(0))), out(text.size() + 16), header(5), tag(16);
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  EVP_DecryptInit_ex(context, algorithm, nullptr, key.data(), nullptr);
  std::array<std::uint8_t, 12> nonce{};
  int size = 0;
  for (auto _ : state) {
    ++nonce[0];
    EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data());
    EVP_DecryptUpdate(context, nullptr, &size, header.data(), static_cast<int>(header.size()));
    EVP_DecryptUpdate(context, out.data(), &size, text.data(), static_cast<int>(text.size()));
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag.data());
    benchmark::DoNotOptimize(EVP_DecryptFinal_ex(context, out.data(), &size));  // false, as fast as true
  }
  EVP_CIPHER_CTX_free(context);
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void record_protection(benchmark::State& state, const std::string& suite) {
  const auto& list = records(suite, state.range(0));
  const std::string secret = secret_of(suite);
  const auto cipher = traffic_cipher(*protection_of(suite), tls13, TlsSecret(as_bytes(secret)));
  std::vector<std::uint8_t> out(TlsRecord::most_bytes);
  for (auto _ : state) {
    cipher->jump(0);
    for (const std::string& record : list) {
      const Bytes bytes = as_bytes(record);
      if (!cipher->open(bytes.first(TlsRecord::header_bytes), bytes.subspan(TlsRecord::header_bytes), out))
        state.SkipWithError("not opened");
    }
  }
  state.SetBytesProcessed(state.iterations() * bytes_of(list));
}

void whole_way(benchmark::State& state, const std::string& suite, unsigned suite_code) {
  const auto& list = records(suite, state.range(0));
  std::string stream;
  for (const std::string& record : list) stream += record;
  const auto hex = [](const std::string& bytes) {
    std::string text;
    for (const char c : bytes) text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4], text += "0123456789abcdef"[c & 15];
    return text;
  };
  TlsKeys keys;
  const std::string random(32, 'c');
  for (const char* label : {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"})
    keys.add_block(std::string(label) + " " + hex(random) + " " + hex(secret_of(suite)) + "\n", 0);
  ClientHelloFields client;
  client.suites = {suite_code};
  client.extensions = {supported_versions({tls13}), alpn({"http/1.1"})};
  ServerHelloFields server;
  server.suite = suite_code;
  server.extensions = {{43, u16(tls13)}};
  TlsSealer of_client = sealer_of_traffic_secret(suite, secret_of(suite)), of_client_data = of_client;
  const std::string hello = handshake_record(1, client_hello_body(client)), answer = handshake_record(2, server_hello_body(server));
  const std::string finished = of_client.seal(handshake, tls_message(20, std::string(secret_of(suite).size(), 'f')));
  const std::string request = of_client_data.seal(application_data, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
  DissectOptions options{.secrets = &secrets};
  options.keyring = &keys;
  const Conversation facts;
  RowBatch rows;
  RowSink sink{&rows};
  std::uint64_t number = 0;
  for (auto _ : state) {
    Session session(options, facts.facts, sink);
    const auto say = [&](Side side, std::string_view bytes) {
      ++number;
      session.data(side, as_bytes(bytes), {packet_time(number), number, number});
    };
    say(Side::client, hello);
    say(Side::server, answer);
    say(Side::client, finished + request);
    for (std::size_t at = 0; at < stream.size(); at += packet_bytes) say(Side::server, std::string_view(stream).substr(at, packet_bytes));
    for (const Side side : {Side::client, Side::server}) session.end(side, End::fin, {packet_time(number), number, number});
    const auto& exchanges = rows.rows<HttpExchangeRow>();
    if (exchanges.empty() || !exchanges.back().complete.value) state.SkipWithError("not read");
    rows.clear();
  }
  state.SetBytesProcessed(state.iterations() * bytes_of(list));
}

void sizes(benchmark::internal::Benchmark* each) {
  each->Arg(16384)->Arg(4096)->Arg(1370);  // full; what many servers send; what fits in a packet
}
BENCHMARK_CAPTURE(openssl, aes_128_gcm, EVP_aes_128_gcm())->Apply(sizes);
BENCHMARK_CAPTURE(openssl, aes_256_gcm, EVP_aes_256_gcm())->Apply(sizes);
BENCHMARK_CAPTURE(openssl, chacha20_poly1305, EVP_chacha20_poly1305())->Apply(sizes);
BENCHMARK_CAPTURE(record_protection, aes_128_gcm, suites[0])->Apply(sizes);
BENCHMARK_CAPTURE(record_protection, aes_256_gcm, suites[1])->Apply(sizes);
BENCHMARK_CAPTURE(record_protection, chacha20_poly1305, suites[2])->Apply(sizes);
BENCHMARK_CAPTURE(whole_way, aes_128_gcm, suites[0], 0x1301)->Apply(sizes);
BENCHMARK_CAPTURE(whole_way, aes_256_gcm, suites[1], 0x1302)->Apply(sizes);
BENCHMARK_CAPTURE(whole_way, chacha20_poly1305, suites[2], 0x1303)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
