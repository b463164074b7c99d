// The tables that HPACK's indexes point into (RFC 7541 section 2.3): the static one, and a dynamic one for each direction,
// as far as an observer knows it.
//
// Behind bytes that were never captured the dynamic table is not known, but what is inserted from there on is: an index
// counts from the newest entry. So entries that an index reaches beyond those are unknown, never guessed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/limits.h"

namespace longwire {

// Views are null where an observer cannot know the text, and valid until the table or the decoder is used again.
struct HpackField {
  std::string_view name, value;
  bool never_indexed = false;  // the sender wants no one on the way to remember it (RFC 7541 section 7.1.3)
};

class HpackTable {
 public:
  static constexpr std::uint64_t entry_overhead = 32;  // bytes that an entry counts beside its text (RFC 7541 section 4.1)
  static constexpr std::uint64_t default_max = 4096;   // SETTINGS_HEADER_TABLE_SIZE before any (RFC 9113 section 6.5.2)

  enum class Found : std::uint8_t { known, unknown, none };
  // `index` from 1, static entries first.
  Found find(std::uint64_t index, HpackField& field) const;

  // Null texts are unknown. The text may be the table's own.
  void insert(std::string_view name, std::string_view value);

  std::uint64_t max() const { return max_; }
  // What the entries may come to; the oldest ones go. Beyond limits::hpack_table_bytes they go earlier than the sender's.
  void set_max(std::uint64_t bytes);

  // Header blocks were lost here.
  void lose();
  // Whether entries may stand behind the known ones.
  bool incomplete() const { return incomplete_; }

  // Gives back what no entry stands in.
  void shrink();
  // Bytes beside the object's own.
  std::uint64_t held_memory() const { return text_.capacity() + inserted_.capacity() + entries_.capacity() * sizeof(Entry); }

 private:
  struct Entry {
    static constexpr std::uint32_t unknown = 0xffffffff;
    std::uint64_t begin = 0;            // of its text; counted through, whatever was forgotten
    std::uint32_t name = 0, value = 0;  // sizes

    std::uint64_t text_size() const { return (name == unknown ? 0 : name) + std::uint64_t{value == unknown ? 0 : value}; }
    std::uint64_t size() const { return text_size() + entry_overhead; }
  };

  std::uint64_t kept_max() const { return max_ < limits::hpack_table_bytes ? max_ : limits::hpack_table_bytes.value; }
  std::size_t count() const { return entries_.size() - first_; }
  std::string_view text(std::uint64_t begin, std::uint32_t size) const;
  void evict_down_to(std::uint64_t bytes);
  void forget_evicted();
  void drop_evicted();

  std::string text_;           // of the entries, one behind the other, and of evicted ones before them
  std::uint64_t text_at_ = 0;  // where text_ begins, counted as Entry::begin
  std::vector<Entry> entries_;
  std::size_t first_ = 0;  // those before it are evicted
  std::string inserted_;   // the entry being inserted
  std::uint64_t size_ = 0;
  std::uint64_t max_ = default_max;
  bool incomplete_ = false;
};

}  // namespace longwire
