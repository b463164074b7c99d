#include "capture/live_interface.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "capture/bpf_filter.h"
#include "capture/error.h"
#include "capture/file_stream.h"
#include "capture/interfaces.h"
#include "capture/link_layer.h"
#include "capture/link_type.h"

namespace longwire {
namespace {

constexpr std::uint64_t largest_buffer = 2047u << 20;  // bytes; libpcap takes an int

[[noreturn]] void refuse(pcap_t* handle, const std::string& name, int status) {
  const std::string said = pcap_geterr(handle);
  switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      throw CaptureError(fmt::format("no permission to capture on {}: {}", name, how_to_get_permission()));
    case PCAP_ERROR_NO_SUCH_DEVICE:
      throw CaptureError(fmt::format("no interface {}; 'longwire interfaces' lists them", name));
    case PCAP_ERROR_IFACE_NOT_UP:
      throw CaptureError(fmt::format("interface {} is down; bring it up first: ip link set {} up", name, name));
    default:
      throw CaptureError(fmt::format("cannot capture on {}: {}", name, said.empty() ? pcap_statustostr(status) : said));
  }
}

// Counters of the kernel are of 32 bits and may wrap.
void add_up(std::uint64_t& sum, std::uint32_t& last, std::uint32_t now) {
  sum += now - last;
  last = now;
}

}  // namespace

class LiveInterface::State {
 public:
  State(const std::string& name, const LiveOptions& options, int block_ms) : name_(name) {
    char error[PCAP_ERRBUF_SIZE] = "";
    handle_ = pcap_create(name.c_str(), error);
    if (handle_ == nullptr) throw CaptureError(fmt::format("cannot capture on {}: {}", name, error));
    try {
      activate(options, block_ms);
    } catch (...) {
      pcap_close(handle_);
      throw;
    }
  }
  ~State() { pcap_close(handle_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int read(int most, Taker take, void* self) {
    taking_ = {this, take, self};
    const int count = pcap_dispatch(handle_, most, &State::arrived, reinterpret_cast<u_char*>(&taking_));
    if (count == PCAP_ERROR_BREAK) return most;
    if (count < 0) error_ = pcap_geterr(handle_);
    return count < 0 ? -1 : count;
  }

  Drops drops() {
    pcap_stat now{};
    if (pcap_stats(handle_, &now) == 0) add_up(drops_.by_kernel, last_kernel_, now.ps_drop);
    const std::uint64_t missed = missed_by_interface();
    drops_.by_interface = missed > missed_before_ ? missed - missed_before_ : 0;
    return drops_;
  }

  bool is_down() const {
    const auto set = flags();
    return set && (*set & IFF_UP) == 0;
  }

  const std::string& name() const { return name_; }
  const std::string& error() const { return error_; }
  LinkType link() const { return link_; }
  int descriptor() const { return pcap_get_selectable_fd(handle_); }

 private:
  // netdevice(7), IFF_...; nothing where the system does not say, as of "any".
  std::optional<int> flags() const {
    ifreq request{};
    name_.copy(request.ifr_name, IFNAMSIZ - 1);
    if (::ioctl(pcap_fileno(handle_), SIOCGIFFLAGS, &request) != 0) return std::nullopt;
    return request.ifr_flags;
  }

  // A loopback shows each packet twice, going out and coming in, and libpcap leaves out one of them; but the kernel would keep
  // both, and count both where it has to drop them.
  void take_once() {
    const auto set = flags();
    if (!set || (*set & IFF_LOOPBACK) == 0) return;
    const int on = 1;
    ::setsockopt(pcap_fileno(handle_), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);  // since Linux 4.20
  }

  // What the driver could not take in for want of buffers, since the interface is there; 0 where it is not told. libpcap reads
  // the same counters, but only in promiscuous mode and by opening them each time.
  std::uint64_t missed_by_interface() const {
    std::uint64_t sum = 0;
    for (const FileDescriptor& counter : counters_) {
      char text[32] = "";
      if (counter.number() >= 0 && ::pread(counter.number(), text, sizeof text - 1, 0) > 0) sum += std::strtoull(text, nullptr, 10);
    }
    return sum;
  }
  void open_counters() {
    if (name_.find('/') != std::string::npos) return;
    for (const char* counter : {"rx_missed_errors", "rx_fifo_errors"}) {
      const std::string path = fmt::format("/sys/class/net/{}/statistics/{}", name_, counter);
      counters_.emplace_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    }
    missed_before_ = missed_by_interface();
  }

  struct Taking {
    State* state;
    Taker take;
    void* self;
  };

  void activate(const LiveOptions& options, int block_ms) {
    if (options.buffer == 0 || options.buffer > largest_buffer) throw UsageError("--buffer takes a size of up to 2047M");
    pcap_set_snaplen(handle_, static_cast<int>(options.snaplen));
    pcap_set_promisc(handle_, options.promiscuous ? 1 : 0);
    pcap_set_timeout(handle_, block_ms);
    pcap_set_buffer_size(handle_, static_cast<int>(options.buffer));
    pcap_set_tstamp_precision(handle_, PCAP_TSTAMP_PRECISION_NANO);  // where it is refused, they are microseconds
    const int status = pcap_activate(handle_);
    if (status < 0) refuse(handle_, name_, status);
    nanoseconds_ = pcap_get_tstamp_precision(handle_) == PCAP_TSTAMP_PRECISION_NANO;
    link_ = link_type_of(pcap_datalink(handle_));
    if (!is_read(link_)) throw CaptureError(fmt::format("{} has link type {}, which longwire does not read", name_, link_type_name(link_)));
    set_filter(options.filter);
    take_once();
    open_counters();
    char error[PCAP_ERRBUF_SIZE] = "";
    if (pcap_setnonblock(handle_, 1, error) != 0) throw CaptureError(fmt::format("cannot capture on {}: {}", name_, error));
  }

  void set_filter(const std::string& expression) {
    if (expression.empty()) return;
    bpf_program code{};
    if (pcap_compile(handle_, &code, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
      throw CaptureError(fmt::format("cannot capture on {} with filter '{}': {}", name_, expression,
                                     filter_error(expression, pcap_geterr(handle_), pcap_datalink(handle_))));
    const int status = pcap_setfilter(handle_, &code);
    pcap_freecode(&code);
    if (status != 0) throw CaptureError(fmt::format("cannot filter on {}: {}", name_, pcap_geterr(handle_)));
  }

  static void arrived(u_char* user, const pcap_pkthdr* header, const u_char* data) {
    const Taking& taking = *reinterpret_cast<const Taking*>(user);
    const Time fraction = taking.state->nanoseconds_ ? header->ts.tv_usec : header->ts.tv_usec * Time{1000};
    const Arrived packet{header->ts.tv_sec * one_second + fraction, header->len, Bytes(data, header->caplen)};
    if (!taking.take(taking.self, packet)) pcap_breakloop(taking.state->handle_);
  }

  std::string name_, error_;
  pcap_t* handle_ = nullptr;
  LinkType link_ = LinkType::ethernet;
  bool nanoseconds_ = false;
  Taking taking_{};
  Drops drops_;
  std::uint32_t last_kernel_ = 0;
  std::vector<FileDescriptor> counters_;
  std::uint64_t missed_before_ = 0;
};

LiveInterface::LiveInterface(const std::string& name, const LiveOptions& options, int block_ms)
    : state_(std::make_unique<State>(name, options, block_ms)) {}
LiveInterface::~LiveInterface() = default;

const std::string& LiveInterface::name() const {
  return state_->name();
}
LinkType LiveInterface::link() const {
  return state_->link();
}
int LiveInterface::descriptor() const {
  return state_->descriptor();
}
int LiveInterface::read(int most, Taker take, void* self) {
  return state_->read(most, take, self);
}
const std::string& LiveInterface::error() const {
  return state_->error();
}
bool LiveInterface::is_down() const {
  return state_->is_down();
}
LiveInterface::Drops LiveInterface::drops() {
  return state_->drops();
}

}  // namespace longwire
