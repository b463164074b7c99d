// Capture files made by hand, octet by octet, and read back in every way that a file can be read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capture/byte_stream.h"
#include "capture/file_stream.h"
#include "capture/ordered_cursor.h"
#include "capture/source.h"
#include "tests/packet_builder.h"

namespace longwire {

// Octets appended one field after the other, in one byte order.
class FileBytes {
 public:
  explicit FileBytes(ByteOrder order) : order_(order) {}

  FileBytes& u8(std::uint8_t value);
  FileBytes& u16(std::uint16_t value);
  FileBytes& u32(std::uint32_t value);
  FileBytes& u64(std::uint64_t value);
  FileBytes& raw(const Octets& octets);
  FileBytes& text(std::string_view text);
  FileBytes& pad_to(std::size_t multiple);

  ByteOrder order() const { return order_; }
  const Octets& octets() const { return octets_; }

 private:
  FileBytes& numeral(std::uint64_t value, std::size_t width);

  ByteOrder order_;
  Octets octets_;
};

inline constexpr std::uint32_t pcap_magic = 0xa1b2c3d4;
inline constexpr std::uint32_t pcap_ns_magic = 0xa1b23c4d;

struct PcapHeader {
  std::uint32_t magic = pcap_magic;
  std::uint16_t major = 2, minor = 4;
  std::uint32_t snaplen = 65535;
  std::uint32_t network = 1;
};
FileBytes pcap_file(ByteOrder order, PcapHeader header = {});

struct PcapRecord {
  std::uint32_t seconds = 0, fraction = 0;
  Octets data{};
  std::optional<std::uint32_t> captured{}, wire{};  // what the header says, where it is not the data's size
  Octets extra{};                                   // between header and data, in the patched formats
};
void add_record(FileBytes& file, const PcapRecord& record);

// A pcapng block of the type with the body, which is padded; its two lengths say `length` where given.
void add_block(FileBytes& file, std::uint32_t type, const Octets& body, std::optional<std::uint32_t> length = {});
// A section header, and with it the byte order of the blocks that follow.
void add_section(FileBytes& file);
// `options` are encoded already: see option().
void add_interface(FileBytes& file, std::uint16_t link, std::uint32_t snaplen = 0, const Octets& options = {});
void add_enhanced_packet(FileBytes& file, std::uint32_t interface, std::uint64_t ticks, const Octets& data, const Octets& options = {},
                         std::optional<std::uint32_t> captured = {}, std::optional<std::uint32_t> wire = {});
Octets option(ByteOrder order, std::uint16_t code, const Octets& value);

// A packet with its data copied, and all else that reading a file gave.
struct ReadPacket {
  Stamp at;
  std::uint32_t interface = 0;
  std::uint32_t wire_length = 0;
  LinkType link = LinkType::ethernet;
  std::uint8_t fcs_length = 0;
  Octets data;
};
struct ReadFile {
  std::string error;  // of InputError, which leaves all else empty
  CaptureInfo info;
  std::vector<ReadPacket> packets;
  std::vector<DecryptionSecrets> secrets;
};
// A difference between two readings in words; empty where there is none.
std::string difference(const ReadFile& a, const ReadFile& b);

// As a stream that gives at most `cut` octets a read, through buffers of `buffer_bytes`, `most` packets a batch.
ReadFile read_streamed(const Octets& file, std::size_t cut = 1 << 20, std::size_t buffer_bytes = 1 << 16, std::size_t most = 1024);
// As a mapped file.
ReadFile read_mapped(const Octets& file, std::size_t most = 1024);
// As read_streamed(), but checked to be the same mapped and at other cuts: what tests use.
ReadFile read_file(const Octets& file);

// Octets in memory as a stream that gives at most `cut` of them a read.
class MemoryStream : public ByteStream {
 public:
  MemoryStream(Octets octets, std::size_t cut) : octets_(std::move(octets)), cut_(cut) {}
  std::size_t read(std::span<std::uint8_t> into) override;
  std::uint64_t bytes_read() const override { return position_; }
  std::string damage() const override { return {}; }

 private:
  Octets octets_;
  std::size_t cut_;
  std::size_t position_ = 0;
};

// A file with a path, in memory; there as long as the object.
class FileInMemory {
 public:
  explicit FileInMemory(const Octets& octets);

  std::string path() const;
  void cut_to(std::size_t size) const;

 private:
  FileDescriptor file_;
};

}  // namespace longwire
