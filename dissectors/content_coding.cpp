#include "dissectors/content_coding.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "capture/limits.h"
#include "dissectors/http1_message.h"

namespace longwire {
namespace {

using Coding = CodingStage::Coding;

constexpr std::size_t decode_bytes = 64 << 10;  // of decoded bytes a step; arbitrary, but fits the cache
constexpr std::size_t spares_a_coding = 8;      // arbitrary, but enough for the bodies of one worker at once

// Memory that one worker's decoders use again: stages that nobody uses, and room for what a stage gives, by depth.
struct Workshop {
  std::array<std::vector<std::unique_ptr<CodingStage>>, CodingStage::codings> spare;
  std::vector<std::vector<std::uint8_t>> rooms;  // at most limits::content_codings

  std::unique_ptr<CodingStage> take(Coding coding) {
    auto& stages = spare[static_cast<std::size_t>(coding)];
    std::unique_ptr<CodingStage> stage;
    if (stages.empty()) {
      stage = CodingStage::make(coding);
    } else {
      stage = std::move(stages.back());
      stages.pop_back();
    }
    return stage->reset() ? std::move(stage) : nullptr;
  }
  void give(std::unique_ptr<CodingStage> stage) {
    auto& stages = spare[static_cast<std::size_t>(stage->coding())];
    if (stages.size() < spares_a_coding) stages.push_back(std::move(stage));
  }
  std::span<std::uint8_t> room(std::size_t depth) {
    if (depth >= rooms.size()) rooms.resize(depth + 1);
    rooms[depth].resize(decode_bytes);
    return rooms[depth];
  }
};

Workshop& workshop() {
  thread_local Workshop own;
  return own;
}

// RFC 9110 section 8.4.1, RFC 7932, RFC 8878.
std::optional<Coding> coding_named(std::string_view name) {
  if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip")) return Coding::gzip;
  if (equal_ignoring_case(name, "deflate")) return Coding::deflate;
  if (equal_ignoring_case(name, "br")) return Coding::brotli;
  if (equal_ignoring_case(name, "zstd")) return Coding::zstd;
  return std::nullopt;
}

}  // namespace

void CodingNames::add_list(std::string_view list) {
  while (!list.empty()) add(next_element(list));
}

void CodingNames::add(std::string_view name) {
  if (name.empty() || equal_ignoring_case(name, "identity")) return;
  if (size_ < names_.size()) names_[size_] = name;
  if (!too_many()) ++size_;
}

std::unique_ptr<ContentDecoder> ContentDecoder::make(const CodingNames& codings, ContentSink* sink) {
  if (codings.too_many()) return nullptr;
  std::unique_ptr<ContentDecoder> decoder(new ContentDecoder(sink));
  for (const std::string_view name : codings.kept()) {
    const std::optional<Coding> coding = coding_named(name);
    if (!coding) return nullptr;
    Stage stage{workshop().take(*coding)};
    if (stage.coding == nullptr) return nullptr;
    decoder->stages_.push_back(std::move(stage));
  }
  std::reverse(decoder->stages_.begin(), decoder->stages_.end());  // the last one applied is taken off first
  return decoder;
}

ContentDecoder::~ContentDecoder() {
  for (Stage& stage : stages_) workshop().give(std::move(stage.coding));
}

void ContentDecoder::add(Bytes coded) {
  if (wrong_.empty() && !coded.empty()) decode(0, coded);
}

// Passes bytes through the stages from `depth` on.
void ContentDecoder::decode(std::size_t depth, Bytes coded) {
  if (depth == stages_.size()) {
    decoded_bytes_ += coded.size();
    if (sink_ != nullptr) sink_->take(coded);
    return;
  }
  Stage& stage = stages_[depth];
  stage.coded_bytes += coded.size();
  Bytes decoded;
  do {
    const bool sound = stage.coding->step(coded, workshop().room(depth), decoded);
    stage.decoded_bytes += decoded.size();
    if (!decoded.empty()) decode(depth + 1, decoded);
    if (!sound && wrong_.empty()) wrong_ = "http.coding.damaged";
    if (too_much(stage)) wrong_ = "http.coding.limit";
  } while (wrong_.empty() && !decoded.empty());
}

// Against what came over the wire, not what the stage before made of it: bombs are packed several times.
bool ContentDecoder::too_much(const Stage& stage) const {
  const std::uint64_t decoded = stage.decoded_bytes;
  return decoded > limits::content_bytes ||
         (decoded > limits::ratio_free_bytes && decoded / limits::content_ratio > stages_.front().coded_bytes);
}

std::uint64_t ContentDecoder::memory() const {
  std::uint64_t bytes = sizeof *this;
  for (const Stage& stage : stages_) bytes += sizeof stage + CodingStage::usual_memory(stage.coding->coding());
  return bytes;
}

std::string_view ContentDecoder::finish() {
  for (const Stage& stage : stages_) {
    if (wrong_.empty() && !stage.coding->complete() && stage.coded_bytes > 0) wrong_ = "http.coding.truncated";
  }
  return wrong_;
}

}  // namespace longwire
