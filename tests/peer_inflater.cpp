#include "tests/peer_inflater.h"

#include <nghttp2/nghttp2.h>

#include <new>

namespace longwire::test {
namespace {

std::uint8_t* octets(std::string_view text) {  // which nghttp2 does not write to
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

std::string text(const std::uint8_t* octets, std::size_t size) {
  return {reinterpret_cast<const char*>(octets), size};
}

nghttp2_hd_inflater* new_inflater() {
  nghttp2_hd_inflater* made = nullptr;
  if (nghttp2_hd_inflate_new(&made) != 0) throw std::bad_alloc();
  return made;
}

nghttp2_hd_deflater* new_deflater(std::size_t table_bytes) {
  nghttp2_hd_deflater* made = nullptr;
  if (nghttp2_hd_deflate_new(&made, table_bytes) != 0) throw std::bad_alloc();
  return made;
}

}  // namespace

PeerInflater::PeerInflater() : inflater_(new_inflater(), nghttp2_hd_inflate_del) {}

void PeerInflater::allow(std::size_t table_bytes) {
  nghttp2_hd_inflate_change_table_size(inflater_.get(), table_bytes);
}

std::optional<std::string> PeerInflater::decoded(std::string_view block) {
  std::string lines;
  for (;;) {
    nghttp2_nv field;
    int flags = 0;
    const auto used = nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, octets(block), block.size(), 1);
    if (used < 0) return std::nullopt;
    block.remove_prefix(static_cast<std::size_t>(used));
    if (flags & NGHTTP2_HD_INFLATE_EMIT) {
      lines += text(field.name, field.namelen) + ": " + text(field.value, field.valuelen);
      lines += field.flags & NGHTTP2_NV_FLAG_NO_INDEX ? " ! never\n" : "\n";
    }
    if (flags & NGHTTP2_HD_INFLATE_FINAL) break;
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && block.empty()) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  return lines;
}

PeerDeflater::PeerDeflater(std::size_t table_bytes) : deflater_(new_deflater(table_bytes), nghttp2_hd_deflate_del) {}

void PeerDeflater::resize(std::size_t table_bytes) {
  nghttp2_hd_deflate_change_table_size(deflater_.get(), table_bytes);
}

std::string PeerDeflater::block(const std::vector<Field>& fields) {
  std::vector<nghttp2_nv> list;
  for (const Field& field : fields) {
    const auto flags = static_cast<std::uint8_t>(field.never_indexed ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
    list.push_back({octets(field.name), octets(field.value), field.name.size(), field.value.size(), flags});
  }
  std::string block(nghttp2_hd_deflate_bound(deflater_.get(), list.data(), list.size()), '\0');
  const auto size = nghttp2_hd_deflate_hd(deflater_.get(), octets(block), block.size(), list.data(), list.size());
  block.resize(static_cast<std::size_t>(size));
  return block;
}

}  // namespace longwire::test
