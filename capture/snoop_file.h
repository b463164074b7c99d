// The snoop format of Solaris, RFC 1761.
#pragma once

#include "capture/packet_reader.h"

namespace longwire {

class SnoopFile : public PacketReader {
 public:
  static bool recognizes(Bytes head);

  std::string_view format() const override { return "snoop"; }
  Advance header(Bytes window, CaptureLog& log) override;
  Advance read(Bytes window, CaptureLog& log) override;

 private:
  LinkType link_ = LinkType::ethernet;
};

}  // namespace longwire
