#include "tests/capture_files.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "capture/capture_file.h"
#include "capture/error.h"

namespace longwire {
namespace {

ReadFile read_all(CaptureFile& file, std::size_t most) {
  ReadFile result;
  result.info.format = file.format();
  CaptureLog log(result.info, result.secrets, 0, nullptr);
  PacketBatch batch;
  while (file.next(batch, most, log)) {
    for (const Packet& packet : batch.packets) {
      result.packets.push_back({packet.at, packet.interface, packet.wire_length, packet.link, packet.fcs_length,
                                Octets(packet.data.begin(), packet.data.end())});
    }
  }
  return result;
}

template <class Open>
ReadFile read_opened(std::size_t most, Open open) {
  try {
    CaptureFile file = open();
    return read_all(file, most);
  } catch (const InputError& error) {
    ReadFile failed;
    failed.error = error.what();
    failed.error.erase(0, failed.error.find(": "));  // the path differs
    return failed;
  }
}

std::string in_words(const ReadPacket& packet) {
  return fmt::format("frame {} number {} time {} interface {} wire {} link {} fcs {} data {}", packet.at.frame, packet.at.number,
                     packet.at.time, packet.interface, packet.wire_length, static_cast<int>(packet.link), packet.fcs_length,
                     packet.data.size());
}

}  // namespace

FileBytes& FileBytes::numeral(std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t shift = 8 * (order_ == ByteOrder::little ? i : width - 1 - i);
    octets_.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  return *this;
}
FileBytes& FileBytes::u8(std::uint8_t value) {
  return numeral(value, 1);
}
FileBytes& FileBytes::u16(std::uint16_t value) {
  return numeral(value, 2);
}
FileBytes& FileBytes::u32(std::uint32_t value) {
  return numeral(value, 4);
}
FileBytes& FileBytes::u64(std::uint64_t value) {
  return numeral(value, 8);
}
FileBytes& FileBytes::raw(const Octets& octets) {
  octets_.insert(octets_.end(), octets.begin(), octets.end());
  return *this;
}
FileBytes& FileBytes::text(std::string_view text) {
  octets_.insert(octets_.end(), text.begin(), text.end());
  return *this;
}
FileBytes& FileBytes::pad_to(std::size_t multiple) {
  while (octets_.size() % multiple != 0) octets_.push_back(0);
  return *this;
}

FileBytes pcap_file(ByteOrder order, PcapHeader header) {
  FileBytes file(order);
  file.u32(header.magic).u16(header.major).u16(header.minor).u64(0).u32(header.snaplen).u32(header.network);
  return file;
}

void add_record(FileBytes& file, const PcapRecord& record) {
  const auto size = static_cast<std::uint32_t>(record.data.size());
  file.u32(record.seconds).u32(record.fraction).u32(record.captured.value_or(size)).u32(record.wire.value_or(size));
  file.raw(record.extra).raw(record.data);
}

void add_block(FileBytes& file, std::uint32_t type, const Octets& body, std::optional<std::uint32_t> length) {
  FileBytes padded(file.order());
  padded.raw(body).pad_to(4);
  const std::uint32_t told = length.value_or(static_cast<std::uint32_t>(padded.octets().size() + 12));
  file.u32(type).u32(told).raw(padded.octets()).u32(told);
}

void add_section(FileBytes& file) {
  add_block(file, 0x0a0d0d0a, FileBytes(file.order()).u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0}).octets());
}

void add_interface(FileBytes& file, std::uint16_t link, std::uint32_t snaplen, const Octets& options) {
  add_block(file, 1, FileBytes(file.order()).u16(link).u16(0).u32(snaplen).raw(options).octets());
}

void add_enhanced_packet(FileBytes& file, std::uint32_t interface, std::uint64_t ticks, const Octets& data, const Octets& options,
                         std::optional<std::uint32_t> captured, std::optional<std::uint32_t> wire) {
  const auto size = static_cast<std::uint32_t>(data.size());
  FileBytes body(file.order());
  body.u32(interface).u32(static_cast<std::uint32_t>(ticks >> 32)).u32(static_cast<std::uint32_t>(ticks));
  body.u32(captured.value_or(size)).u32(wire.value_or(size)).raw(data).pad_to(4).raw(options);
  add_block(file, 6, body.octets());
}

Octets option(ByteOrder order, std::uint16_t code, const Octets& value) {
  return FileBytes(order).u16(code).u16(static_cast<std::uint16_t>(value.size())).raw(value).pad_to(4).octets();
}

std::string difference(const ReadFile& a, const ReadFile& b) {
  if (a.error != b.error) return fmt::format("error '{}' or '{}'", a.error, b.error);
  for (std::size_t i = 0; i < std::min(a.packets.size(), b.packets.size()); ++i) {
    const std::string left = in_words(a.packets[i]), right = in_words(b.packets[i]);
    if (left != right) return left + " or " + right;
    if (a.packets[i].data != b.packets[i].data) return fmt::format("data of frame {}", a.packets[i].at.frame);
  }
  if (a.info.format != b.info.format) return fmt::format("format {} or {}", a.info.format, b.info.format);
  if (a.packets.size() != b.packets.size()) return fmt::format("{} or {} packets", a.packets.size(), b.packets.size());
  if (a.info.packets != b.info.packets || a.info.bytes != b.info.bytes) return "counts";
  if (a.info.started != b.info.started || a.info.ended != b.info.ended) return "times";
  if (a.info.damaged_at != b.info.damaged_at) {
    return fmt::format("damaged at {} or {}", a.info.damaged_at.value_or(0), b.info.damaged_at.value_or(0));
  }
  if (a.info.damage != b.info.damage) return fmt::format("damage '{}' or '{}'", a.info.damage, b.info.damage);
  if (a.info.interfaces.size() != b.info.interfaces.size()) return "interfaces";
  if (a.secrets.size() != b.secrets.size()) return "secrets";
  return {};
}

ReadFile read_streamed(const Octets& file, std::size_t cut, std::size_t buffer_bytes, std::size_t most) {
  return read_opened(most, [&] { return CaptureFile("stream", std::make_unique<MemoryStream>(file, cut), buffer_bytes); });
}

ReadFile read_mapped(const Octets& file, std::size_t most) {
  const FileInMemory in_memory(file);
  return read_opened(most, [&] { return CaptureFile(in_memory.path(), FileAccess::map); });
}

ReadFile read_file(const Octets& file) {
  const ReadFile whole = read_streamed(file);
  const auto same = [&whole](const ReadFile& other) {
    if (const std::string how = difference(whole, other); !how.empty()) throw std::logic_error("read differently: " + how);
  };
  same(read_mapped(file));
  same(read_mapped(file, 1));
  for (std::size_t cut : {1, 2, 3, 5, 7, 13}) same(read_streamed(file, cut, 64, 1 + cut % 4));
  return whole;
}

std::size_t MemoryStream::read(std::span<std::uint8_t> into) {
  const std::size_t n = std::min({into.size(), cut_, octets_.size() - position_});
  std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(position_), n, into.begin());
  position_ += n;
  return n;
}

FileInMemory::FileInMemory(const Octets& octets) : file_(::memfd_create("capture", 0)) {
  if (::write(file_.number(), octets.data(), octets.size()) != static_cast<ssize_t>(octets.size())) {
    throw std::runtime_error("no file in memory");
  }
}

std::string FileInMemory::path() const {
  return fmt::format("/proc/self/fd/{}", file_.number());
}

void FileInMemory::cut_to(std::size_t size) const {
  if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0) throw std::runtime_error("cannot be cut");
}

}  // namespace longwire
