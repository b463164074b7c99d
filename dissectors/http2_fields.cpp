#include "dissectors/http2_fields.h"

#include <algorithm>

#include "capture/limits.h"
#include "dissectors/http1_fields.h"
#include "dissectors/http_exchange.h"

namespace longwire {
namespace {

constexpr std::array<std::string_view, 6> pseudo_names{":method", ":scheme", ":authority", ":path", ":protocol", ":status"};

// Fields that speak of a connection, which HTTP/2 does by other means (RFC 9113 section 8.2.2).
bool of_connection(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 5> names{"connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"};
  return std::find(names.begin(), names.end(), name) != names.end() || (name == "te" && value != "trailers");
}

// RFC 9113 section 8.2.1.
bool sound_value(std::string_view value) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!value.empty() && (blank(value.front()) || blank(value.back()))) return false;
  return value.find_first_of(std::string_view("\0\r\n", 3)) == std::string_view::npos;
}

bool has_upper_case(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

void Http2Fields::begin(const Secrets* secrets) {
  for (Kept& each : pseudo_) each.there = each.known = false;
  host_.there = host_.known = false;
  json_.clear();
  writer_.emplace(json_, secrets);
  codings_.clear();
  semantics_.clear();
  urgency_ = {};
  content_length_ = -1;
  count_ = never_indexed_ = plain_bytes_ = 0;
  regular_ = limited_ = holed_ = false;
}

std::string_view Http2Fields::add(const HpackField& field) {
  ++count_;
  never_indexed_ += field.never_indexed;
  plain_bytes_ += field.name.size() + field.value.size();
  if (field.name.data() == nullptr || field.value.data() == nullptr) holed_ = true;
  std::string_view wrong;
  if (field.name.starts_with(':')) {
    wrong = add_pseudo(field);
    if (wrong != "http2.pseudo.unknown" && wrong != "http2.pseudo.repeated") return wrong;
  } else {
    regular_ = true;
    wrong = read_regular(field.name, field.value);
  }
  if (json_.size() + field.name.size() + field.value.size() > limits::http2_header_bytes) {
    limited_ = true;
    return wrong;
  }
  writer_->add(field.name, field.value);
  // Pseudo-header fields stand before all others (RFC 9113 section 8.3), so that it is known whose section this is.
  const bool known = field.name.data() != nullptr && field.value.data() != nullptr;
  if (known && (asks() || answers())) semantics_.read(asks() ? Side::client : Side::server, field.name, field.value);
  return wrong;
}

// What is no pseudo-header field, or one too many, stays among the others.
std::string_view Http2Fields::add_pseudo(const HpackField& field) {
  const auto found = std::find(pseudo_names.begin(), pseudo_names.end(), field.name);
  if (found == pseudo_names.end()) return "http2.pseudo.unknown";
  Kept& kept = pseudo_[static_cast<std::size_t>(found - pseudo_names.begin())];
  if (kept.there) return "http2.pseudo.repeated";
  kept.there = true;
  kept.known = field.value.data() != nullptr;
  kept.text.assign(field.value.substr(0, limits::http2_header_bytes));
  return regular_ ? "http2.pseudo.order" : std::string_view{};
}

std::string_view Http2Fields::read_regular(std::string_view name, std::string_view value) {
  if (name.empty()) return {};
  if (equal_ignoring_case(name, "host")) {
    if (!host_.there) host_.text.assign(value.substr(0, limits::http2_header_bytes));
    host_.there = true;
    host_.known = value.data() != nullptr;
  } else if (equal_ignoring_case(name, "content-encoding") && codings_.size() < limits::http2_header_bytes) {
    if (!codings_.empty()) codings_ += ',';
    codings_ += value;
  } else if (equal_ignoring_case(name, "content-length")) {
    content_length_ = read_decimal(value);
    if (content_length_ < 0 && value.data() != nullptr) return "http2.content_length.invalid";
  } else if (equal_ignoring_case(name, "priority")) {
    urgency_.read(value);
  }
  if (has_upper_case(name)) return "http2.field.upper_case";
  if (of_connection(name, value)) return "http2.field.connection";
  return sound_value(value) ? std::string_view{} : "http2.field.value";
}

void Http2Fields::finish() {
  writer_->finish();
}

std::string_view Http2Fields::value(Pseudo which) const {
  return pseudo(which).known ? std::string_view(pseudo(which).text) : std::string_view{};
}

std::string_view Http2Fields::host() const {
  if (!host_.known) return {};
  return std::string_view(host_.text).substr(host_.text.rfind('@') + 1);  // as of HTTP/1; npos + 1 is 0
}

bool Http2Fields::any_pseudo() const {
  return std::any_of(pseudo_.begin(), pseudo_.end(), [](const Kept& each) { return each.there; });
}

std::uint16_t Http2Fields::status() const {
  const std::string_view text = value(Pseudo::status);
  const std::int64_t number = text.size() == 3 ? read_decimal(text) : -1;
  return number < 0 ? HttpExchange::no_status : static_cast<std::uint16_t>(number);
}

}  // namespace longwire
