// libnghttp2's HPACK, as the peer that ours is compared with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_hd_deflater;
struct nghttp2_hd_inflater;

namespace longwire::test {

class PeerInflater {
 public:
  PeerInflater();
  void allow(std::size_t table_bytes);
  // As test::decoded() tells a block, size updates left out; nothing where it gives up, for good.
  std::optional<std::string> decoded(std::string_view block);

 private:
  std::unique_ptr<nghttp2_hd_inflater, void (*)(nghttp2_hd_inflater*)> inflater_;
};

class PeerDeflater {
 public:
  explicit PeerDeflater(std::size_t table_bytes);
  void resize(std::size_t table_bytes);
  struct Field {
    std::string name, value;
    bool never_indexed = false;
  };
  std::string block(const std::vector<Field>& fields);

 private:
  std::unique_ptr<nghttp2_hd_deflater, void (*)(nghttp2_hd_deflater*)> deflater_;
};

}  // namespace longwire::test
