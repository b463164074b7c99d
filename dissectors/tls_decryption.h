// Opens one connection's records, where there are keys.
//
// Tls tells it what it reads in the clear, asks it about each record that is protected (look), and has it opened (open).
// Behind a hole, or where keys came late, the number of the next record is not known: the following ones are tried, up to
// limits::tls_resync, and those of the next keys of TLS 1.3. A record that does not open is told once, `tls.decrypt.failed`
// (`tls.decrypt.lost` behind a hole), and its side stays closed.
//
// Sides are those that TLS tells apart, by who sent the ClientHello. Owned by a Tls; while the connection is idle, keys and
// numbers are all that stays (AtRest), and ciphers are made anew.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "dissectors/context.h"
#include "dissectors/tls_agreement.h"
#include "dissectors/tls_cipher.h"
#include "dissectors/tls_keyring.h"

namespace longwire {

class TlsDecryption {
  // What stays of a side.
  struct HalfAtRest {
    TlsSecret secret;       // TLS 1.3: what its cipher is made of
    TlsSecretKind stage{};  // TLS 1.3: of the next record
    bool changed = false;   // before TLS 1.3: its ChangeCipherSpec was seen
    bool keyed = false;     // has the last keys that follow from agreement_ alone
    bool early = false;     // TLS 1.3: early data that does not open may come
    bool closed = false;
    std::optional<TlsKeySource> source;
    std::uint64_t expected = 0;    // offset of the next record; 0 = not known
    std::uint64_t lost_bytes = 0;  // of records that were not opened, since the last one that was, or the change of keys
    std::uint64_t tries = 0;       // since then
  };

 public:
  enum class Look : std::uint8_t {
    closed,  // no keys: it is passed over
    wait,    // for what the other side says
    open,
  };
  struct Opened {
    Scratch memory;  // of the plaintext
    TlsCipher::Plaintext plaintext;
    std::uint64_t missing;  // bytes of content before it that were not opened; of CBC at most so many
  };

  struct AtRest {
    TlsKeyring* keyring;
    struct Half {
      HalfAtRest kept;             // before TLS 1.3, `secret` is the cipher's key and IV
      std::uint64_t sequence = 0;  // of the next record
      bool equipped = false;       // it has a cipher
    };
    std::array<Half, 2> halves;
    std::uint16_t version;
    TlsProtection protection;
    std::optional<TlsKeySource> source;
  };

  explicit TlsDecryption(TlsKeyring& keyring);
  explicit TlsDecryption(const AtRest& rest);
  // Nothing while a handshake or its keys are pending, or where a side's cipher cannot be made anew: all but AEADs.
  std::optional<AtRest> rest() const;

  // A handshake begins: the first, or a renegotiation.
  void begin();
  void take(Side from, const TlsMessage& message, const Context& context);
  void take_ssl2_hello(const ClientHello& hello, Bytes message) { agreement_->take_ssl2_hello(hello, message); }
  // SSL 3.0 to TLS 1.2: what `from` sends behind it has new keys.
  void take_change_cipher_spec(Side from);

  // A record begins at this offset of its side: whether bytes before it were lost.
  void arrive(Side from, std::uint64_t offset);
  // It ends there, whatever became of it.
  void leave(Side from, std::uint64_t offset) { half(from).expected = offset; }

  // Of the record that begins with `header`, a part of the context's bytes: an anomaly points there.
  Look look(Side from, Bytes header, Context& context);
  // `record` is whole, a part of the context's bytes. Nothing where it does not open.
  std::optional<Opened> open(Side from, Bytes record, Context& context);
  // A protected record of so many bytes, header included, was passed over.
  void pass(Side from, std::size_t bytes) { half(from).lost_bytes += bytes; }
  // The handshake is over: who has no keys by now gets none.
  void end_handshake(const Context& context);

  // Neither side will ever be opened.
  bool useless() const { return halves_[0].closed && halves_[1].closed; }
  bool closed(Side from) const { return halves_[index(from)].closed; }
  // Of the keys that opened a record; nothing before.
  std::optional<TlsKeySource> source() const { return source_; }
  std::uint64_t memory() const;

 private:
  using Plaintext = TlsCipher::Plaintext;
  struct Half : HalfAtRest {
    std::unique_ptr<TlsCipher> cipher;  // null before the first keys, and where they have changed
  };

  Half& half(Side from) { return halves_[index(from)]; }

  Look look_tls13(Side from, bool may_wait, Bytes header, Context& context);
  Look look_older(Side from, bool may_wait, Bytes header, Context& context);
  bool waits_for_answer(bool may_wait, const Context& context) const;
  bool find_traffic_keys(Half& here, TlsSecretKind stage, Bytes header, Context& context);
  Look equip(Half& here, std::unique_ptr<TlsCipher> cipher, TlsKeySource source, Bytes header, Context& context);
  static Look give_up(Half& here, bool with_keys, Bytes header, Context& context);
  void forget_agreement();

  std::optional<Plaintext> open_next(Half& here, Bytes record, std::span<std::uint8_t> out, Context& context);
  std::optional<Plaintext> search(Half& here, Bytes record, std::span<std::uint8_t> out, std::uint64_t& missing, Context& context);
  std::optional<Plaintext> try_numbers(Half& here, Bytes record, std::span<std::uint8_t> out, std::uint64_t& missing) const;
  bool change_keys(Half& here, Bytes header, Context& context);

  TlsKeyring& keyring_;
  std::unique_ptr<TlsAgreement> agreement_;  // of the handshake that is going on, or whose keys are still wanted
  std::array<Half, 2> halves_;
  std::uint16_t version_ = 0;  // TLS 1.3: what traffic keys are made with
  TlsProtection protection_;
  std::optional<TlsKeySource> source_;
};

}  // namespace longwire
