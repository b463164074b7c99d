// One capture format, read from windows of bytes: where the bytes come from, and how many at once, is not its business.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "capture/bytes.h"
#include "capture/capture_log.h"

namespace longwire {

// A reader's answer to a window.
struct Advance {
  std::size_t used = 0;  // bytes at the window's front that are read; what is reported as damage begins behind them
  std::size_t need = 0;  // bytes needed behind those to go on; 0 = the log is full, or damaged
};

class PacketReader {
 public:
  virtual ~PacketReader() = default;

  // "pcap", "pcap-ns", "pcapng" or "snoop".
  virtual std::string_view format() const = 0;

  // Reads the file's header, once, before anything else. `window` begins the file. Throws InputError where the
  // header is of a version that nobody can read.
  virtual Advance header(Bytes window, CaptureLog& log) = 0;

  // Reads on until the log is full, the window ends within a unit, or the file is damaged. The window begins where
  // the last one's used bytes ended. The packets found point into the window. The same bytes give the same packets
  // however they are cut into windows.
  virtual Advance read(Bytes window, CaptureLog& log) = 0;

  // Bytes that a file must have for its format to be told.
  static constexpr std::size_t magic_bytes = 8;
  // The reader for a file that begins so; nothing where the format is not known. `head` may be shorter than
  // magic_bytes where the file is.
  static std::unique_ptr<PacketReader> for_file(Bytes head);
};

}  // namespace longwire
