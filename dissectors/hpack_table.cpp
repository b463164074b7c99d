#include "dissectors/hpack_table.h"

#include <array>

namespace longwire {
namespace {

// RFC 7541 Appendix A.
constexpr std::array<HpackField, 61> static_table{{
    {":authority", "", false},
    {":method", "GET", false},
    {":method", "POST", false},
    {":path", "/", false},
    {":path", "/index.html", false},
    {":scheme", "http", false},
    {":scheme", "https", false},
    {":status", "200", false},
    {":status", "204", false},
    {":status", "206", false},
    {":status", "304", false},
    {":status", "400", false},
    {":status", "404", false},
    {":status", "500", false},
    {"accept-charset", "", false},
    {"accept-encoding", "gzip, deflate", false},
    {"accept-language", "", false},
    {"accept-ranges", "", false},
    {"accept", "", false},
    {"access-control-allow-origin", "", false},
    {"age", "", false},
    {"allow", "", false},
    {"authorization", "", false},
    {"cache-control", "", false},
    {"content-disposition", "", false},
    {"content-encoding", "", false},
    {"content-language", "", false},
    {"content-length", "", false},
    {"content-location", "", false},
    {"content-range", "", false},
    {"content-type", "", false},
    {"cookie", "", false},
    {"date", "", false},
    {"etag", "", false},
    {"expect", "", false},
    {"expires", "", false},
    {"from", "", false},
    {"host", "", false},
    {"if-match", "", false},
    {"if-modified-since", "", false},
    {"if-none-match", "", false},
    {"if-range", "", false},
    {"if-unmodified-since", "", false},
    {"last-modified", "", false},
    {"link", "", false},
    {"location", "", false},
    {"max-forwards", "", false},
    {"proxy-authenticate", "", false},
    {"proxy-authorization", "", false},
    {"range", "", false},
    {"referer", "", false},
    {"refresh", "", false},
    {"retry-after", "", false},
    {"server", "", false},
    {"set-cookie", "", false},
    {"strict-transport-security", "", false},
    {"transfer-encoding", "", false},
    {"user-agent", "", false},
    {"vary", "", false},
    {"via", "", false},
    {"www-authenticate", "", false},
}};

}  // namespace

HpackTable::Found HpackTable::find(std::uint64_t index, HpackField& field) const {
  if (index == 0) return Found::none;
  if (index <= static_table.size()) {
    field = static_table[index - 1];
    return Found::known;
  }
  const std::uint64_t age = index - static_table.size() - 1;  // 0 = the newest
  if (age >= count()) {
    field = {};
    return incomplete_ || max_ > kept_max() ? Found::unknown : Found::none;
  }
  const Entry& entry = entries_[entries_.size() - 1 - age];
  field.name = text(entry.begin, entry.name);
  field.value = text(entry.begin + (entry.name == Entry::unknown ? 0 : entry.name), entry.value);
  field.never_indexed = false;
  return field.name.data() != nullptr && field.value.data() != nullptr ? Found::known : Found::unknown;
}

std::string_view HpackTable::text(std::uint64_t begin, std::uint32_t size) const {
  if (size == Entry::unknown) return {};
  return std::string_view(text_).substr(begin - text_at_, size);
}

void HpackTable::insert(std::string_view name, std::string_view value) {
  Entry entry;
  entry.name = name.data() == nullptr ? Entry::unknown : static_cast<std::uint32_t>(name.size());
  entry.value = value.data() == nullptr ? Entry::unknown : static_cast<std::uint32_t>(value.size());
  if (entry.size() > kept_max()) return evict_down_to(0);  // RFC 7541 section 4.4: no error
  inserted_.assign(name).append(value);                    // before its source may move
  evict_down_to(kept_max() - entry.size());
  forget_evicted();
  entry.begin = text_at_ + text_.size();
  text_ += inserted_;
  entries_.push_back(entry);
  size_ += entry.size();
}

void HpackTable::set_max(std::uint64_t bytes) {
  max_ = bytes;
  evict_down_to(kept_max());
}

void HpackTable::evict_down_to(std::uint64_t bytes) {
  while (size_ > bytes) size_ -= entries_[first_++].size();
  if (size_ > 0) return;
  text_at_ += text_.size();
  text_.clear();
  entries_.clear();
  first_ = 0;
}

// Once as much is evicted as is left: so each byte is moved about once.
void HpackTable::forget_evicted() {
  if (first_ > 0 && first_ >= count()) drop_evicted();
}

void HpackTable::drop_evicted() {
  if (first_ == 0) return;
  const std::uint64_t dead = entries_[first_].begin - text_at_;
  text_.erase(0, dead);
  text_at_ += dead;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

void HpackTable::shrink() {
  drop_evicted();
  text_.shrink_to_fit();
  entries_.shrink_to_fit();
  inserted_.clear();
  inserted_.shrink_to_fit();
}

void HpackTable::lose() {
  evict_down_to(0);
  incomplete_ = true;
}

}  // namespace longwire
