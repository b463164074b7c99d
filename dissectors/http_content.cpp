#include "dissectors/http_content.h"

namespace longwire {

std::unique_ptr<HttpContent> HttpContent::make(const Codings& codings, bool of_response, std::int64_t exchange_id,
                                               const DissectOptions& options) {
  const bool coded_transfer = !codings.transfer.empty();
  const bool kept = options.bodies != nullptr;
  const bool coded_content = (of_response || kept) && !codings.content.empty();
  if (!coded_transfer && !coded_content && !kept) return nullptr;
  auto content = std::make_unique<HttpContent>();
  content->coded_transfer_ = coded_transfer;
  content->coded_content_ = coded_content;
  if (kept) content->file_ = options.bodies->open(exchange_id, of_response ? Side::server : Side::client);
  if (coded_transfer) content->transfer_ = ContentDecoder::make(codings.transfer, content.get());
  if (coded_content) content->content_ = ContentDecoder::make(codings.content, content->file_.get());
  return content;
}

void HttpContent::add(Bytes bytes) {
  if (coded_transfer_) {
    if (transfer_ != nullptr && !missed_) transfer_->add(bytes);
  } else {
    take(bytes);
  }
}

void HttpContent::take(Bytes content) {
  content_bytes_ += content.size();
  if (coded_content_) {
    if (content_ != nullptr && !missed_) content_->add(content);
  } else if (file_ != nullptr) {
    file_->take(content);
  }
}

std::string_view HttpContent::finish(bool whole) {
  if (!whole || missed_) return {};
  std::string_view wrong;
  if (transfer_ != nullptr) wrong = transfer_->finish();
  if (content_ != nullptr && wrong.empty()) wrong = content_->finish();
  damaged_ = !wrong.empty();
  return wrong;
}

std::uint64_t HttpContent::memory() const {
  std::uint64_t bytes = sizeof *this;
  if (transfer_ != nullptr) bytes += transfer_->memory();
  if (content_ != nullptr) bytes += content_->memory();
  return bytes;
}

Integer HttpContent::content_bytes() const {
  if (coded_transfer_ && (transfer_ == nullptr || missed_ || damaged_)) return {};
  return content_bytes_;
}

Integer HttpContent::decoded_bytes() const {
  if (!coded_content_) return content_bytes();
  if (content_ == nullptr || missed_ || damaged_ || content_bytes().is_null()) return {};
  return content_->decoded_bytes();
}

}  // namespace longwire
