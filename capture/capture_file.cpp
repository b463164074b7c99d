#include "capture/capture_file.h"

#include <fmt/format.h>

#include "capture/compressed_stream.h"
#include "capture/error.h"
#include "capture/file_stream.h"
#include "capture/limits.h"
#include "capture/mapped_file.h"
#include "capture/stream_feed.h"

namespace longwire {

CaptureFile::CaptureFile(const std::string& path, FileAccess access) : path_(path) {
  FileDescriptor file = FileDescriptor::open(path);
  // A descriptor that was handed over has a position of its own, which a map knows nothing of.
  reopenable_ = path != "-" && file.is_regular_file();
  if (reopenable_) size_ = file.size();
  if (reopenable_ && access == FileAccess::map) {
    feed_ = MappedFile::map(FileDescriptor::open(path), path);
    if (feed_ && compression_of([&](std::size_t count) { return feed_->window(count); })) feed_.reset();
  }
  if (!feed_) stream_from(std::make_unique<FileStream>(std::move(file)), StreamFeed::default_buffer_bytes);
  recognize();
}

CaptureFile::CaptureFile(std::string path, std::unique_ptr<ByteStream> stream, std::size_t buffer_bytes) : path_(std::move(path)) {
  stream_from(std::move(stream), buffer_bytes);
  recognize();
}

void CaptureFile::stream_from(std::unique_ptr<ByteStream> stream, std::size_t buffer_bytes) {
  auto peeked = std::make_unique<PeekedStream>(std::move(stream));
  const auto compression = compression_of([&](std::size_t count) { return peeked->peek(count); });
  if (compression) {
    suffix_ = suffix(*compression);
    stream = decompress(*compression, std::move(peeked));
  } else {
    stream = std::move(peeked);
  }
  feed_ = std::make_unique<StreamFeed>(std::move(stream), buffer_bytes);
}

// Reads the header with a reader and a log that are thrown away: next() reads it again when it is known whose entry
// it belongs to.
void CaptureFile::recognize() {
  const Bytes head = feed_->window(PacketReader::magic_bytes);
  if (head.empty() && feed_->damage().empty()) throw InputError(fmt::format("{}: is empty", path_));
  if (head.empty()) throw InputError(fmt::format("{}: {}", path_, feed_->damage()));
  const std::unique_ptr<PacketReader> reader = PacketReader::for_file(head);
  if (!reader) {
    throw InputError(fmt::format("{}: is no capture file that is known (pcap, pcapng or snoop{})", path_,
                                 suffix_.empty() ? ", or one of these in gzip, zstd or lz4" : ""));
  }
  format_ = std::string(reader->format()) + suffix_;
  CaptureInfo info;
  info.path = path_;
  std::vector<DecryptionSecrets> secrets;
  CaptureLog log(info, secrets, 0, nullptr);
  Advance advance;
  header(*reader, log, advance);
}

// The window that begins with the whole header, which the reader has read.
Bytes CaptureFile::header(PacketReader& reader, CaptureLog& log, Advance& advance) {
  Bytes window = feed_->window(PacketReader::magic_bytes);
  for (advance = reader.header(window, log); advance.need > 0; advance = reader.header(window, log)) {
    window = feed_->window(advance.need);
    if (window.size() < advance.need) throw InputError(fmt::format("{}: ends within the header of a {} file", path_, reader.format()));
  }
  return window;
}

std::optional<Time> CaptureFile::first_time() {
  const std::unique_ptr<PacketReader> reader = PacketReader::for_file(feed_->window(PacketReader::magic_bytes));
  CaptureInfo info;
  info.path = path_;
  std::vector<DecryptionSecrets> secrets;
  std::vector<Packet> packets;
  CaptureLog log(info, secrets, 0, nullptr);
  log.fill(packets, 1);
  Advance advance;
  Bytes window = header(*reader, log, advance);
  for (std::size_t used = advance.used; used < limits::first_packet_bytes;) {
    advance = reader->read(window.subspan(used), log);
    used += advance.used;
    if (advance.need == 0) return info.started;
    window = feed_->window(used + advance.need);
    if (window.size() < used + advance.need) break;
  }
  return std::nullopt;
}

bool CaptureFile::next(PacketBatch& batch, std::size_t most, CaptureLog& log) {
  batch.packets.clear();
  batch.memory.reset();
  log.fill(batch.packets, most);
  if (!reader_) {
    reader_ = PacketReader::for_file(feed_->window(PacketReader::magic_bytes));
    Advance advance;
    header(*reader_, log, advance);
    feed_->advance(advance.used);
  }
  while (!ended_ && batch.packets.empty()) {
    const Bytes window = feed_->window(need_);
    if (window.size() < need_) {
      end(window, need_, log);
      break;
    }
    const Advance advance = reader_->read(window, log);
    if (!batch.packets.empty()) batch.memory = feed_->keep(advance.used);
    if (const auto lie = log.take_lie()) log.set_damage_offset(feed_->position() + *lie);
    feed_->advance(advance.used);
    need_ = std::max<std::size_t>(advance.need, 1);
    if (log.damaged()) {
      log.set_damage_offset(feed_->position());
      ended_ = true;
    }
  }
  return !batch.packets.empty();
}

// The bytes have ended, within a unit where some are left.
void CaptureFile::end(Bytes left, std::size_t need, CaptureLog& log) {
  ended_ = true;
  if (const std::string why = feed_->damage(); !why.empty()) {
    log.damage(why);
  } else if (!left.empty()) {
    log.damage(fmt::format("ends within a packet or block, with {} of {} bytes", left.size(), need));
  } else {
    return;
  }
  log.set_damage_offset(feed_->position());
}

}  // namespace longwire
