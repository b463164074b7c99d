// One capture file, of whatever format, compressed or not, mapped or streamed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "capture/byte_feed.h"
#include "capture/byte_stream.h"
#include "capture/packet_reader.h"
#include "capture/source.h"

namespace longwire {

class CaptureFile {
 public:
  // Opens the file ("-" is standard input) and reads its header. Throws InputError, one line that begins with the
  // path, where there is none, or none of a known format.
  explicit CaptureFile(const std::string& path, FileAccess access = FileAccess::read);
  // The same for bytes that come from elsewhere, through buffers of `buffer_bytes`.
  CaptureFile(std::string path, std::unique_ptr<ByteStream> stream, std::size_t buffer_bytes);

  // The format with the compression's suffix: "pcapng.gz".
  const std::string& format() const { return format_; }
  // True where opening the path again gives the same bytes.
  bool reopenable() const { return reopenable_; }
  // Bytes on disk, where it is a regular file; and how many of them have been read.
  std::optional<std::uint64_t> size() const { return size_; }
  std::uint64_t bytes_read() const { return feed_->bytes_read(); }

  // The time of the first packet, where one comes early enough. Only before the first next(); takes nothing away.
  std::optional<Time> first_time();

  // Fills the batch with at most `most` packets, and the log with whatever else there is; false at the end of the file
  // or where it is damaged, as the log then says. The log is the same from call to call.
  bool next(PacketBatch& batch, std::size_t most, CaptureLog& log);

 private:
  void stream_from(std::unique_ptr<ByteStream> stream, std::size_t buffer_bytes);
  void recognize();
  Bytes header(PacketReader& reader, CaptureLog& log, Advance& advance);
  void end(Bytes left, std::size_t need, CaptureLog& log);

  std::string path_;
  std::unique_ptr<ByteFeed> feed_;
  std::string format_;
  std::string suffix_;
  bool reopenable_ = false;
  std::optional<std::uint64_t> size_;
  std::unique_ptr<PacketReader> reader_;  // nothing before the first next()
  std::size_t need_ = 1;
  bool ended_ = false;
};

}  // namespace longwire
