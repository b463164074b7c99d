// A capture filter in the language of pcap-filter(7), compiled by libpcap for each link type it meets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet.h"

namespace longwire {

// What libpcap said of an expression, with the place where it stopped to understand, which it does not tell: behind the longest
// beginning that is an expression itself. "...: syntax error behind 'tcp', at character 5"
std::string filter_error(const std::string& expression, const std::string& said, int dlt);

// Owned by the one thread that reads.
class BpfFilter {
 public:
  // Throws UsageError, with libpcap's message and its place, where the expression is valid for no link type.
  explicit BpfFilter(std::string expression);
  ~BpfFilter();
  BpfFilter(const BpfFilter&) = delete;
  BpfFilter& operator=(const BpfFilter&) = delete;

  // Compiles for the packet's link type if that was not done yet. Where the expression, or any expression, cannot be used
  // on it, none of its packets pass; see refusals().
  bool passes(const Packet& packet);

  struct Refusal {
    std::uint64_t packets;
    std::string why;  // a clause: "filter 'wlan type mgt' cannot be used on link type EN10MB: ..."
  };
  // A link type each.
  std::vector<Refusal> refusals() const;

 private:
  class Program;
  Program& program_for(LinkType link);

  std::string expression_;
  std::vector<std::unique_ptr<Program>> programs_;
  Program* current_ = nullptr;  // of the link type asked for last
};

}  // namespace longwire
