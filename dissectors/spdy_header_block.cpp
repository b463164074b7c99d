#include "dissectors/spdy_header_block.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "capture/limits.h"
#include "dissectors/spdy_dictionary.h"

namespace longwire {
namespace {

constexpr std::uint64_t inflater_memory = 48 << 10;  // bytes, zlib's window of 32 KiB included

// SPDY's names of what HTTP/2 has pseudo-header fields for; those of SPDY/2 have no colon.
std::string_view name_in_http2(std::string_view name, unsigned version) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> version_2{{{"method", ":method"},
                                                                                    {"url", ":path"},
                                                                                    {"scheme", ":scheme"},
                                                                                    {"host", ":authority"},
                                                                                    {"status", ":status"},
                                                                                    {"version", ":version"}}};
  if (version == 3) return name == ":host" ? ":authority" : name;
  const auto known = std::find_if(version_2.begin(), version_2.end(), [name](const auto& each) { return each.first == name; });
  return known == version_2.end() ? name : known->second;
}

}  // namespace

struct SpdyHeaderBlock::Inflater {
  Inflater() { sound = inflateInit(&stream) == Z_OK; }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  bool sound = false;
};

SpdyHeaderBlock::SpdyHeaderBlock() = default;
SpdyHeaderBlock::~SpdyHeaderBlock() = default;

std::uint64_t SpdyHeaderBlock::held_memory() const {
  return plain_.capacity() + fields_.held_memory() + (inflater_ == nullptr ? 0 : inflater_memory);
}

// The whole block into plain_. What is beyond the limit is inflated all the same: the next blocks refer to it.
std::string_view SpdyHeaderBlock::inflate(Bytes block, unsigned version) {
  if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
  if (!inflater_->sound) return "spdy.headers.zlib";
  z_stream& stream = inflater_->stream;
  stream.next_in = const_cast<Bytef*>(block.data());  // zlib reads from it only
  stream.avail_in = static_cast<uInt>(block.size());
  std::string_view wrong;
  std::array<char, 4096> room;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = room.size();
    int result = ::inflate(&stream, Z_SYNC_FLUSH);
    if (result == Z_NEED_DICT) {
      const Bytes dictionary = as_bytes(spdy_dictionary(version));
      if (inflateSetDictionary(&stream, dictionary.data(), static_cast<uInt>(dictionary.size())) != Z_OK) return "spdy.headers.zlib";
      result = ::inflate(&stream, Z_SYNC_FLUSH);
    }
    if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) return "spdy.headers.zlib";
    const std::size_t made = room.size() - stream.avail_out;
    if (plain_.size() + made > limits::http2_header_bytes) {
      wrong = "spdy.headers.expansion";
    } else {
      plain_.append(room.data(), made);
    }
    plain_bytes_ += made;
    if (made == 0) break;
  } while (stream.avail_in > 0 || stream.avail_out == 0);
  return wrong;
}

std::string_view SpdyHeaderBlock::read(Bytes block, unsigned version, const Secrets* secrets) {
  wire_bytes_ += block.size();
  fields_.begin(secrets);
  plain_.clear();
  reason_.clear();
  std::string_view wrong;
  if (!lost_) wrong = inflate(block, version);
  if (wrong == "spdy.headers.zlib") {
    lost_ = true;
    plain_.clear();
  }
  Cursor in(as_bytes(plain_));
  const auto number = [&] { return version == 2 ? in.u16() : in.u32(); };
  const auto text = [&] { return as_text(in.take(number())); };
  for (std::uint64_t left = plain_.empty() ? 0 : number(); left > 0 && in.ok(); --left) {
    const std::string_view name = text(), value = text();
    if (!in.ok()) break;
    add(name_in_http2(name, version), value);
  }
  if (!in.ok() && wrong.empty()) wrong = "spdy.headers.malformed";
  fields_.finish();
  return wrong;
}

// A field of several values becomes several fields.
void SpdyHeaderBlock::add(std::string_view name, std::string_view value) {
  if (name == ":version") return;
  if (name == ":status") {
    reason_ = value.substr(std::min<std::size_t>(value.size(), 4));
    value = value.substr(0, 3);
  }
  for (;;) {
    const std::size_t end = value.find('\0');
    fields_.add({name, value.substr(0, end)});
    if (end == std::string_view::npos) return;
    value.remove_prefix(end + 1);
  }
}

}  // namespace longwire
