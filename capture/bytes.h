// Bytes of packets, and the one way to read them.
//
// Packet memory belongs to the capture room: a Bytes is valid only during the call that received it, unless a comment
// at the receiving interface says longer. No other file of the project does pointer arithmetic on packet memory;
// everything reads through Cursor, or through subspan/first/last of Bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace longwire {

static_assert(std::endian::native == std::endian::little, "Cursor's byte order");

using Bytes = std::span<const std::uint8_t>;

// The same bytes as text; nothing is checked or copied, the lifetime is that of `bytes`.
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The same text as bytes; nothing is copied, the lifetime is that of `text`.
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// How far `part` stands from the start of `whole`; 0 where it does not lie inside.
inline std::size_t offset_of(Bytes part, Bytes whole) {
  const auto at = reinterpret_cast<std::uintptr_t>(part.data());
  const auto start = reinterpret_cast<std::uintptr_t>(whole.data());
  return at >= start && at <= start + whole.size() ? at - start : 0;
}

// Reads fields in network order from the front of a Bytes.
//
// A failed read is sticky: it and all later reads yield zero or empty, ok() is false for good, and wanted() tells how
// many bytes, counted from the start, would have been needed for the first read that failed. So a unit is read field
// by field and checked once. At a stream's head a failed read means "wait for wanted() bytes"; inside a
// length-prefixed child it means "malformed".
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t wanted() const { return ok_ ? position_ : wanted_; }
  std::size_t position() const { return position_; }
  std::size_t left() const { return ok_ ? bytes_.size() - position_ : 0; }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return __builtin_bswap16(number<std::uint16_t>()); }
  std::uint32_t u24() {
    if (!has(3)) return 0;
    const std::uint32_t high = u8();
    return high << 16 | u16();
  }
  std::uint32_t u32() { return __builtin_bswap32(number<std::uint32_t>()); }
  std::uint64_t u64() { return __builtin_bswap64(number<std::uint64_t>()); }

  // Little-endian, for the few formats that are (capture files, radiotap).
  std::uint16_t u16le() { return number<std::uint16_t>(); }
  std::uint32_t u32le() { return number<std::uint32_t>(); }
  std::uint64_t u64le() { return number<std::uint64_t>(); }

  Bytes take(std::size_t n) {
    if (!has(n)) return {};
    Bytes taken = bytes_.subspan(position_, n);
    position_ += n;
    return taken;
  }
  Bytes rest() { return take(left()); }
  void skip(std::size_t n) { take(n); }

  // Children with a length prefix of 8, 16 or 24 bits.
  Bytes vec8() { return take(u8()); }
  Bytes vec16() { return take(u16()); }
  Bytes vec24() { return take(u24()); }

  // The bytes before the next `mark`, which is read too; fails where there is none.
  Bytes until(std::uint8_t mark) {
    Bytes all = ok_ ? bytes_.subspan(position_) : Bytes{};
    const void* found = all.empty() ? nullptr : std::memchr(all.data(), mark, all.size());
    if (found == nullptr) {
      fail(bytes_.size() + 1);
      return {};
    }
    const auto n = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - all.data());
    position_ += n + 1;
    return all.first(n);
  }

 private:
  bool has(std::size_t n) {
    if (ok_ && n <= bytes_.size() - position_) return true;
    if (ok_) fail(position_ + n);
    return false;
  }
  void fail(std::size_t wanted) {
    if (ok_) wanted_ = wanted;
    ok_ = false;
  }
  // As it lies in memory: the host is little-endian (checked above).
  template <class Unsigned>
  Unsigned number() {
    Unsigned value = 0;
    if (!has(sizeof value)) return 0;
    std::memcpy(&value, bytes_.data() + position_, sizeof value);
    position_ += sizeof value;
    return value;
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  std::size_t wanted_ = 0;
  bool ok_ = true;
};

// A header whose fields stand at fixed places, behind one check for all of them. Of a Bytes with fewer than `Size`
// bytes every field is zero and ok() is false. The hot path's way; elsewhere Cursor reads easier.
template <std::size_t Size>
class FixedHeader {
 public:
  explicit FixedHeader(Bytes bytes) : bytes_(bytes.size() >= Size ? bytes.data() : zeros), ok_(bytes.size() >= Size) {}

  bool ok() const { return ok_; }
  template <std::size_t At>
  std::uint8_t u8() const {
    return number<std::uint8_t, At>();
  }
  template <std::size_t At>
  std::uint16_t u16() const {
    return __builtin_bswap16(number<std::uint16_t, At>());
  }
  template <std::size_t At>
  std::uint32_t u32() const {
    return __builtin_bswap32(number<std::uint32_t, At>());
  }
  template <std::size_t At, std::size_t Count>
  std::span<const std::uint8_t, Count> bytes() const {
    static_assert(At + Count <= Size);
    return std::span<const std::uint8_t, Count>(bytes_ + At, Count);
  }

 private:
  static constexpr std::uint8_t zeros[Size] = {};

  template <class Unsigned, std::size_t At>
  Unsigned number() const {
    static_assert(At + sizeof(Unsigned) <= Size);
    Unsigned value = 0;
    std::memcpy(&value, bytes_ + At, sizeof value);
    return value;
  }

  const std::uint8_t* bytes_;
  bool ok_;
};

}  // namespace longwire
