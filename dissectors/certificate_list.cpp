#include "dissectors/certificate_list.h"

#include <string_view>

#include "capture/limits.h"
#include "dissectors/content_coding.h"

namespace longwire {
namespace {

// RFC 8879 section 7.3, by the names that the codings have in HTTP: zlib's format is called deflate there.
std::string_view coding_of(std::uint16_t algorithm) {
  switch (algorithm) {
    case 1:
      return "deflate";
    case 2:
      return "br";
    case 3:
      return "zstd";
    default:
      return {};
  }
}

// Keeps one byte more than it should get, so that too many are noticed.
class BoundedSink final : public ContentSink {
 public:
  explicit BoundedSink(std::size_t most) : most_(most) {}
  void take(Bytes decoded) override {
    const Bytes kept = decoded.first(std::min(decoded.size(), most_ + 1 - bytes.size()));
    bytes.insert(bytes.end(), kept.begin(), kept.end());
  }
  std::vector<std::uint8_t> bytes;

 private:
  const std::size_t most_;
};

}  // namespace

CertificateList::CertificateList(Bytes body, bool tls13) : list_(Bytes{}), tls13_(tls13) {
  Cursor message(body);
  if (tls13) message.vec8();
  list_ = Cursor(message.vec24());
  framed_ = message.ok() && message.left() == 0;
}

bool CertificateList::next() {
  if (list_.left() == 0) return false;
  certificate = list_.vec24();
  extensions = tls13_ ? list_.vec16() : Bytes{};
  return list_.ok();
}

std::optional<std::vector<std::uint8_t>> decompress_certificate(Bytes body) {
  Cursor message(body);
  const std::string_view coding = coding_of(message.u16());
  const std::uint32_t length = message.u24();
  const Bytes coded = message.vec24();
  if (!message.ok() || message.left() > 0 || coding.empty() || length > limits::tls_message_bytes) return std::nullopt;
  BoundedSink sink(length);
  const auto decoder = ContentDecoder::make(CodingNames(coding), &sink);
  if (decoder == nullptr) return std::nullopt;
  constexpr std::size_t step = 4096;  // bytes: a bomb is noticed before all of it is decoded
  for (Bytes rest = coded; !rest.empty() && sink.bytes.size() <= length; rest = rest.subspan(std::min(step, rest.size())))
    decoder->add(rest.first(std::min(step, rest.size())));
  if (!decoder->finish().empty() || sink.bytes.size() != length) return std::nullopt;
  return std::move(sink.bytes);
}

}  // namespace longwire
