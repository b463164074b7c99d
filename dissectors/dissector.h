// The one interface of all readers of byte streams: three verbs in, and an answer to each offer.
//
// A reader is offered everything of one side that it has not used yet, and says how many bytes it used, how many it
// needs before it makes sense to be called again, and who reads next. The channel keeps what was not used. The rows a
// reader makes must not depend on how the bytes were cut into calls: tests run every conversation at every cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "capture/bytes.h"
#include "dissectors/context.h"
#include "reassembly/stream.h"

namespace longwire {

class Dissector;

// The answer to an offer of bytes.
struct Progress {
  // `need` of a reader that waits for the other side, not for more bytes: it is called again after the other side's
  // reader has used something, has met a gap, or has ended; or when limits::hold_bytes are waiting.
  static constexpr std::size_t hold = std::numeric_limits<std::size_t>::max();

  static constexpr std::uint64_t for_good = std::numeric_limits<std::uint64_t>::max();  // `skip` of all that will come

  std::size_t used = 0;               // bytes from the front of `in` that are done with
  std::size_t need = 0;               // wait until this many bytes (counted behind the used ones) are there; 0 = any more
  std::uint64_t skip = 0;             // the next so many bytes behind the used ones are of no interest: the channel drops
                                      // them without a call, and calls with empty `in` and Context::skipped() when done
  bool lost = false;                  // framing is lost behind the used bytes: goes on as after AfterGap::lost
  std::unique_ptr<Dissector> next{};  // who reads both sides from here on; this reader is destroyed after the call
};

// The two common answers.
inline Progress used(std::size_t bytes) {
  return {.used = bytes};
}
inline Progress need(std::size_t bytes) {
  return {.need = bytes};
}

// The answer to a hole.
enum class AfterGap : std::uint8_t {
  resumed,  // the reader goes on with the byte behind the hole
  lost,     // it cannot: the channel looks for the next certain start of a message, and counts what it passes over
};

// What a probe says about the first bytes of a side. `yes` and `no` are final: no later byte may change them.
enum class Match : std::uint8_t { no, maybe, yes };

// A reader for which nothing is pending, in a few words: they are all that an idle connection keeps of it, but for what
// these words own.
class SleepingReader {
 public:
  // `Reader` is made from its own AtRest, by moving it, and goes on as if it had never slept.
  template <class Reader>
  static SleepingReader of(typename Reader::AtRest rest) {
    using Rest = typename Reader::AtRest;
    static_assert(sizeof(Rest) <= sizeof(Words) && std::is_nothrow_move_constructible_v<Rest>);
    static_assert(alignof(Rest) <= alignof(Words));
    static constexpr Kind kind{
        [](Words& words) -> std::unique_ptr<Dissector> { return std::make_unique<Reader>(std::move(words.as<Rest>())); },
        [](Words& from, Words& to) { std::construct_at(&to.as<Rest>(), std::move(from.as<Rest>())); },
        [](Words& words) { std::destroy_at(&words.as<Rest>()); },
        [](const Words& words) -> std::uint64_t {
          if constexpr (requires(const Rest& own) { own.held_memory(); }) return words.as<Rest>().held_memory();
          return 0;
        }};
    SleepingReader asleep(kind);
    std::construct_at(&asleep.words_.as<Rest>(), std::move(rest));
    return asleep;
  }
  SleepingReader(SleepingReader&& other) noexcept : kind_(other.kind_) { kind_->move(other.words_, words_); }
  SleepingReader& operator=(SleepingReader&&) = delete;
  ~SleepingReader() { kind_->destroy(words_); }

  std::unique_ptr<Dissector> wake() { return kind_->wake(words_); }
  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return kind_->held_memory(words_); }

 private:
  struct Words {
    alignas(8) std::array<std::byte, 16> bytes;
    template <class Rest>
    Rest& as() {
      return *std::launder(reinterpret_cast<Rest*>(bytes.data()));
    }
    template <class Rest>
    const Rest& as() const {
      return *std::launder(reinterpret_cast<const Rest*>(bytes.data()));
    }
  };
  // What is known of the reader's type.
  struct Kind {
    std::unique_ptr<Dissector> (*wake)(Words&);
    void (*move)(Words& from, Words& to);
    void (*destroy)(Words&);
    std::uint64_t (*held_memory)(const Words&);
  };
  explicit SleepingReader(const Kind& kind) : kind_(&kind) {}

  Words words_;
  const Kind* kind_;
};

class Dissector {
 public:
  virtual ~Dissector() = default;

  // Stands in `layers`: a literal such as "http1".
  virtual std::string_view name() const = 0;

  // Of a reader that unwraps another protocol: the layers of the channel inside, its own among them, "tls/http1". Empty
  // where there is nothing inside, or nothing yet.
  virtual std::string_view inner_layers() const { return {}; }

  // `in` are the bytes of `side` from the first unused one on; never empty, but for an end of skip. Returns at once when
  // what it has just read lets the other side go on.
  virtual Progress data(Side side, Bytes in, Context& context) = 0;

  // `missing` bytes behind `in` (unused bytes before the hole, maybe empty) were never captured. Whatever of `in` is
  // not used by now is dropped.
  virtual AfterGap gap(Side side, Bytes in, std::uint64_t missing, Context& context) = 0;

  // The side has ended behind `in` (unused bytes, maybe empty). After both ends the reader must have made all its rows.
  virtual void end(Side side, Bytes in, End how, Context& context) = 0;

  // Live, any time between other calls: the rows that it would make for what is still open, if that ended now. They have the ids
  // of the rows that it makes in the end, which take their place; so only rows that have one, and no id is given out for them.
  virtual void report_open([[maybe_unused]] Context& context) const {}

  // Bytes that it takes now, its own object's included: what can grow counts by what it holds.
  virtual std::uint64_t memory() const = 0;

  // What it comes to where nothing is pending for it; nothing where something is, or where it cannot be put in so few
  // words. Asked only where its channel keeps no bytes; the reader is destroyed then.
  virtual std::optional<SleepingReader> sleep() { return std::nullopt; }

  // True where a new message can certainly start at `in` (behind a hole, or midstream): see AfterGap::lost.
  virtual Match restart(Side side, Bytes in) const = 0;
  // `in` is all that is there before a hole, and restart() says maybe: true where it begins a message all the same.
  virtual bool restart_before_hole([[maybe_unused]] Side side, [[maybe_unused]] Bytes in) const { return false; }
};

}  // namespace longwire
