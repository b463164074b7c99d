#include "storage/rotation.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>

namespace longwire {
namespace {

namespace fs = std::filesystem;

constexpr const char* logs[] = {"-wal", "-shm", "-journal"};  // what SQLite puts beside a database

std::uint64_t size_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

RotatedFiles::RotatedFiles(std::string path) {
  const fs::path name(std::move(path));
  folder_ = name.parent_path().string();
  stem_ = name.stem().string();
  extension_ = name.extension().string();
}

std::string RotatedFiles::path(const RotationStamp& stamp) const {
  const std::string number = stamp.number == 1 ? "" : fmt::format("-{}", stamp.number);
  return (fs::path(folder_) / fmt::format("{}-{}{}{}", stem_, stamp.time, number, extension_)).string();
}

std::vector<RotatedFiles::File> RotatedFiles::files() const {
  static const std::regex behind_stem("-([0-9]{8}T[0-9]{6}Z)(?:-([0-9]{1,9}))?");
  std::vector<File> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_.empty() ? "." : folder_, error)) {
    const fs::path& path = entry.path();
    const std::string stem = path.stem().string();
    std::smatch match;
    if (path.extension() != extension_ || !stem.starts_with(stem_) || !entry.is_regular_file(error)) continue;
    const std::string behind = stem.substr(stem_.size());
    if (!std::regex_match(behind, match, behind_stem)) continue;
    std::uint64_t bytes = size_of(path);
    for (const char* log : logs) bytes += size_of(path.string() + log);
    found.push_back({{match[1], match[2].matched ? std::stoull(match[2]) : 1}, path.string(), bytes});
  }
  std::sort(found.begin(), found.end(), [](const File& a, const File& b) { return a.stamp < b.stamp; });
  return found;
}

RotationStamp next_stamp(const std::vector<RotatedFiles>& series, const RotationStamp& last, std::int64_t now) {
  RotationStamp latest = last;
  for (const RotatedFiles& each : series) {
    if (const auto there = each.files(); !there.empty()) latest = std::max(latest, there.back().stamp);
  }
  RotationStamp next{fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(now)), 1};
  if (!(latest < next)) next = {latest.time, latest.number + 1};
  return next;
}

std::vector<std::string> remove_oldest(const std::vector<RotatedFiles>& series, KeepFiles keep) {
  std::map<RotationStamp, std::vector<RotatedFiles::File>> of_stamp;
  std::uint64_t bytes = 0;
  for (const RotatedFiles& each : series) {
    for (RotatedFiles::File& file : each.files()) {
      bytes += file.bytes;
      of_stamp[file.stamp].push_back(std::move(file));
    }
  }
  std::vector<std::string> gone;
  std::size_t left = of_stamp.size();
  for (const auto& [stamp, files] : of_stamp) {
    const bool too_many = keep.count != 0 && left > keep.count, too_much = keep.bytes != 0 && bytes > keep.bytes;
    if (left <= 1 || (!too_many && !too_much)) break;
    --left;
    for (const RotatedFiles::File& file : files) {
      bytes -= file.bytes;
      std::error_code error;
      if (!fs::remove(file.path, error)) continue;
      for (const char* log : logs) fs::remove(file.path + log, error);
      gone.push_back(file.path);
    }
  }
  return gone;
}

}  // namespace longwire
