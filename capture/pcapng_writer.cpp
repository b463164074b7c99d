// pcapng (draft-ietf-opsawg-pcapng), as it is written here: one section, numbers in little-endian order, ticks of a nanosecond.
//
//   file    = section-header 1*interface-description *enhanced-packet *interface-statistics
//   block   = type:u32 length:u32 body length:u32             length counts the whole block, a multiple of 4
//   options = *(code:u16 length:u16 value padding to 4) 0:u16 0:u16
//
//   section-header        0a0d0d0a   1a2b3c4d:u32 1:u16 0:u16 ffffffffffffffff:u64 shb_userappl
//   interface-description        1   link:u16 0:u16 snaplen:u32 if_name if_description if_filter if_tsresol
//   enhanced-packet              6   interface:u32 ticks:u64 captured:u32 wire:u32 data padding
//   interface-statistics         5   interface:u32 ticks:u64 isb_ifrecv isb_ifdrop
//
// Ticks are two u32, the high one first. Options without a value are left out.
#include "capture/pcapng_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "capture/error.h"
#include "capture/limits.h"
#include "capture/pcapng_block.h"

namespace longwire {
namespace {

using namespace pcapng;

constexpr std::uint16_t version_major = 1, version_minor = 0;
constexpr std::uint64_t length_not_told = ~std::uint64_t{0};  // of a section: blocks tell where they end
constexpr std::uint8_t nanoseconds = 9;                       // if_tsresol: the power of ten
constexpr std::uint8_t filter_in_words = 0;                   // if_filter's first octet
constexpr std::size_t length_at = 4;                          // in a block

constexpr std::size_t flush_bytes = 256 << 10;                              // that wait before they are written; arbitrary, but few calls
constexpr std::size_t most_packet_bytes = 64 + limits::packet_bytes.value;  // of a block

// Appends one block to `out`; its lengths are set by finish().
class BlockWriter {
 public:
  BlockWriter(std::vector<std::uint8_t>& out, std::uint32_t type) : out_(out), begun_(out.size()) { u32(type).u32(0); }

  BlockWriter& u16(std::uint16_t value) { return numeral(value, 2); }
  BlockWriter& u32(std::uint32_t value) { return numeral(value, 4); }
  BlockWriter& u64(std::uint64_t value) { return numeral(value, 8); }
  BlockWriter& ticks(std::uint64_t value) { return u32(static_cast<std::uint32_t>(value >> 32)).u32(static_cast<std::uint32_t>(value)); }
  BlockWriter& padded(Bytes bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    out_.resize(out_.size() + padding(bytes.size()));
    return *this;
  }
  BlockWriter& option(std::uint16_t code, std::string_view value) {
    if (value.empty()) return *this;
    const std::string_view kept = value.substr(0, limits::pcapng_text_bytes);
    return u16(code).u16(static_cast<std::uint16_t>(kept.size())).padded(as_bytes(kept));
  }
  BlockWriter& option(std::uint16_t code, std::optional<std::uint64_t> value) {
    return value ? u16(code).u16(sizeof *value).u64(*value) : *this;
  }
  BlockWriter& end_of_options() { return u32(option_code::end); }
  void finish() {
    const std::size_t length = out_.size() - begun_ + 4;
    u32(static_cast<std::uint32_t>(length));
    std::copy_n(out_.end() - 4, 4, out_.begin() + static_cast<std::ptrdiff_t>(begun_ + length_at));
  }

 private:
  BlockWriter& numeral(std::uint64_t value, std::size_t width) {
    for (std::size_t n = 0; n < width; ++n) out_.push_back(static_cast<std::uint8_t>(value >> 8 * n));
    return *this;
  }

  std::vector<std::uint8_t>& out_;
  const std::size_t begun_;
};

void append_section_header(std::vector<std::uint8_t>& out, std::string_view tool) {
  BlockWriter block(out, block_type::section_header);
  block.u32(byte_order_magic).u16(version_major).u16(version_minor).u64(length_not_told);
  block.option(option_code::shb_userappl, tool).end_of_options().finish();
}

void append_interface(std::vector<std::uint8_t>& out, const InterfaceInfo& interface) {
  BlockWriter block(out, block_type::interface_description);
  block.u16(static_cast<std::uint16_t>(interface.link)).u16(0).u32(interface.snaplen);
  block.option(option_code::if_name, interface.name).option(option_code::if_description, interface.description);
  if (!interface.filter.empty()) block.option(option_code::if_filter, static_cast<char>(filter_in_words) + interface.filter);
  block.option(option_code::if_tsresol, std::string_view(reinterpret_cast<const char*>(&nanoseconds), 1));
  block.end_of_options().finish();
}

std::uint64_t ticks_of(Time time) {
  return static_cast<std::uint64_t>(std::max<Time>(time, 0));
}

// Where the last whole block ends in the first `most` bytes of `blocks`.
std::size_t whole_blocks(Bytes blocks, std::size_t most) {
  std::size_t end = 0;
  while (true) {
    Cursor head(blocks.subspan(end));
    head.skip(length_at);
    const std::size_t length = head.u32le();
    if (!head.ok() || length == 0 || end + length > most) return end;
    end += length;
  }
}

std::string message(const std::string& path, int reason) {
  return fmt::format("cannot write {}: {}", path, std::generic_category().message(reason));
}

FileDescriptor make_file(const std::string& path) {
  constexpr mode_t owner_alone = 0600;
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, owner_alone));
  if (file.number() < 0) throw OutputError(message(path, errno));
  return file;
}

}  // namespace

PcapngWriter::PcapngWriter(const std::string& path, std::string_view tool, const std::vector<InterfaceInfo>& interfaces)
    : path_(path), file_(make_file(path)) {
  waiting_.reserve(flush_bytes + most_packet_bytes);
  append_section_header(waiting_, tool);
  for (const InterfaceInfo& interface : interfaces) append_interface(waiting_, interface);
  if (!flush()) throw OutputError(problem_);
}

PcapngWriter::~PcapngWriter() {
  flush();
}

bool PcapngWriter::write(const Packet& packet) {
  if (!problem_.empty() || (waiting_.size() >= flush_bytes && !flush())) {
    ++refused_;
    return false;
  }
  BlockWriter block(waiting_, block_type::enhanced_packet);
  block.u32(packet.interface).ticks(ticks_of(packet.at.time));
  block.u32(static_cast<std::uint32_t>(packet.data.size())).u32(packet.wire_length);
  block.padded(packet.data).finish();
  ++packets_;
  last_ = std::max(last_, packet.at.time);
  return true;
}

bool PcapngWriter::flush() {
  std::size_t done = 0;
  int reason = 0;
  while (done < waiting_.size() && reason == 0) {
    const ssize_t n = ::write(file_.number(), waiting_.data() + done, waiting_.size() - done);
    if (n >= 0) done += static_cast<std::size_t>(n);
    if (n == 0) reason = ENOSPC;
    if (n < 0 && errno != EINTR) reason = errno;
  }
  problem_ = reason == 0 ? std::string() : message(path_, reason);
  cut_half_block(done);
  return reason == 0;
}

// `begun` bytes of what waits are in the file: those of whole blocks stay there, the others wait on. Where the file is none
// that can be cut, as a pipe, what was begun is gone on with.
void PcapngWriter::cut_half_block(std::size_t begun) {
  const std::size_t whole = begun == waiting_.size() ? begun : whole_blocks(waiting_, begun);
  std::size_t kept = begun;
  if (whole < begun && file_.is_regular_file() && ::ftruncate(file_.number(), static_cast<off_t>(written_ + whole)) == 0 &&
      ::lseek(file_.number(), static_cast<off_t>(written_ + whole), SEEK_SET) >= 0)
    kept = whole;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(kept));
  written_ += kept;
}

bool PcapngWriter::finish(std::span<const InterfaceInfo> interfaces) {
  for (std::size_t n = 0; n < interfaces.size(); ++n) {
    BlockWriter block(waiting_, block_type::interface_statistics);
    block.u32(static_cast<std::uint32_t>(n)).ticks(ticks_of(last_));
    block.option(option_code::isb_ifrecv, interfaces[n].received).option(option_code::isb_ifdrop, interfaces[n].dropped);
    block.end_of_options().finish();
  }
  return flush();
}

}  // namespace longwire
