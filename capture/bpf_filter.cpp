#include "capture/bpf_filter.h"

#include <fmt/format.h>
#include <pcap.h>

#include <initializer_list>

#include "capture/error.h"
#include "capture/limits.h"
#include "capture/link_type.h"

namespace longwire {
namespace {

// Returns what libpcap says against it; nothing where it is good, and `code` is the caller's to free.
std::string compile(const std::string& expression, int dlt, bpf_program& code) {
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> handle(pcap_open_dead(dlt, static_cast<int>(limits::packet_bytes.value)),
                                                              pcap_close);
  if (handle == nullptr) throw std::bad_alloc();
  return pcap_compile(handle.get(), &code, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0 ? "" : pcap_geterr(handle.get());
}

bool is_filter(const std::string& expression, int dlt) {
  bpf_program code{};
  if (!compile(expression, dlt, code).empty()) return false;
  pcap_freecode(&code);
  return true;
}

}  // namespace

std::string filter_error(const std::string& expression, const std::string& said, int dlt) {
  constexpr std::string_view white = " \t\n";
  if (!said.ends_with("syntax error")) return said;
  std::size_t end = expression.size();
  while ((end = expression.find_last_of(white, end - 1)) != std::string::npos && end > 0) {
    const std::string beginning = expression.substr(0, end);
    if (beginning.find_first_not_of(white) == std::string::npos || !is_filter(beginning, dlt)) continue;
    const std::size_t next = expression.find_first_not_of(white, end);
    return next == std::string::npos ? said : fmt::format("{} behind '{}', at character {}", said, beginning, next + 1);
  }
  return said;
}

class BpfFilter::Program {
 public:
  // Leaves error() behind where libpcap refuses.
  Program(LinkType link, const std::string& expression) : link_(link) {
    error_ = compile(expression, dlt_of(link), code_);
    compiled_ = error_.empty();
    if (!compiled_) error_ = filter_error(expression, error_, dlt_of(link));
  }
  ~Program() {
    if (compiled_) pcap_freecode(&code_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  LinkType link() const { return link_; }
  bool compiled() const { return compiled_; }
  const std::string& error() const { return error_; }

  std::uint64_t refused() const { return refused_; }

  bool passes(const Packet& packet) {
    if (!compiled_) {
      ++refused_;
      return false;
    }
    pcap_pkthdr header{};
    header.caplen = static_cast<bpf_u_int32>(packet.data.size());
    header.len = packet.wire_length;
    return pcap_offline_filter(&code_, &header, packet.data.data()) != 0;
  }

 private:
  LinkType link_;
  bpf_program code_{};
  bool compiled_ = false;
  std::uint64_t refused_ = 0;  // packets of a link type on which it cannot be used
  std::string error_;
};

BpfFilter::BpfFilter(std::string expression) : expression_(std::move(expression)) {
  // Words like "wlan" or "inbound" are known to some link types only: wrong is what all of these refuse.
  std::string error;
  for (LinkType link : {LinkType::ethernet, LinkType::raw, LinkType::linux_sll2, LinkType::ieee802_11_radiotap, LinkType::ppp}) {
    const Program program(link, expression_);
    if (program.compiled()) return;
    if (error.empty()) error = program.error();
  }
  throw UsageError(fmt::format("filter '{}': {}", expression_, error));
}

BpfFilter::~BpfFilter() = default;

BpfFilter::Program& BpfFilter::program_for(LinkType link) {
  for (const auto& program : programs_) {
    if (program->link() == link) return *program;
  }
  return *programs_.emplace_back(std::make_unique<Program>(link, expression_));
}

bool BpfFilter::passes(const Packet& packet) {
  if (current_ == nullptr || current_->link() != packet.link) current_ = &program_for(packet.link);
  return current_->passes(packet);
}

std::vector<BpfFilter::Refusal> BpfFilter::refusals() const {
  std::vector<Refusal> all;
  for (const auto& program : programs_) {
    if (program->compiled()) continue;
    all.push_back({program->refused(), fmt::format("filter '{}' cannot be used on link type {}: {}", expression_,
                                                   link_type_name(program->link()), program->error())});
  }
  return all;
}

}  // namespace longwire
