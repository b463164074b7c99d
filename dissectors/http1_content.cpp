#include "dissectors/http1_content.h"

namespace longwire {

std::unique_ptr<Http1Content> Http1Content::make(const Http1Fields& fields, bool of_response, std::int64_t exchange_id,
                                                 const DissectOptions& options) {
  const bool coded_transfer = !fields.transfer_codings.empty();
  const bool kept = options.bodies != nullptr;
  const bool coded_content = (of_response || kept) && !fields.content_codings.empty();
  if (!coded_transfer && !coded_content && !kept) return nullptr;
  auto content = std::make_unique<Http1Content>();
  content->coded_transfer_ = coded_transfer;
  content->coded_content_ = coded_content;
  if (kept) content->file_ = options.bodies->open(exchange_id, of_response ? Side::server : Side::client);
  if (coded_transfer) content->transfer_ = ContentDecoder::make(fields.transfer_codings, content.get());
  if (coded_content) content->content_ = ContentDecoder::make(fields.content_codings, content->file_.get());
  return content;
}

void Http1Content::add(Bytes bytes) {
  if (coded_transfer_) {
    if (transfer_ != nullptr && !missed_) transfer_->add(bytes);
  } else {
    take(bytes);
  }
}

void Http1Content::take(Bytes content) {
  content_bytes_ += content.size();
  if (coded_content_) {
    if (content_ != nullptr && !missed_) content_->add(content);
  } else if (file_ != nullptr) {
    file_->take(content);
  }
}

std::string_view Http1Content::finish(bool whole) {
  if (!whole || missed_) return {};
  std::string_view wrong;
  if (transfer_ != nullptr) wrong = transfer_->finish();
  if (content_ != nullptr && wrong.empty()) wrong = content_->finish();
  damaged_ = !wrong.empty();
  return wrong;
}

std::uint64_t Http1Content::memory() const {
  std::uint64_t bytes = sizeof *this;
  if (transfer_ != nullptr) bytes += transfer_->memory();
  if (content_ != nullptr) bytes += content_->memory();
  return bytes;
}

Integer Http1Content::content_bytes() const {
  if (coded_transfer_ && (transfer_ == nullptr || missed_ || damaged_)) return {};
  return content_bytes_;
}

Integer Http1Content::decoded_bytes() const {
  if (!coded_content_) return content_bytes();
  if (content_ == nullptr || missed_ || damaged_ || content_bytes().is_null()) return {};
  return content_->decoded_bytes();
}

}  // namespace longwire
