#include "cli/pipeline_live.h"

#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include "cli/capture_rows.h"
#include "cli/pipeline_workers.h"
#include "cli/pipeline_writer.h"

namespace longwire {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Clock::duration tick_length = std::chrono::seconds(1);
// Ticks that a closed connection lingers at most, however few packets come: Linux's TCP_TIMEWAIT_LEN, 60 s.
constexpr std::size_t linger_ticks = 60;
// Captures before this one whose rows the next database repeats, as connections in it may have begun in them. Arbitrary:
// days, where a database holds an hour.
constexpr std::uint32_t repeated_captures = 100;

std::int64_t wall_time() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What the reading thread does beside reading: it keeps the seconds.
class Seconds {
 public:
  Seconds(LiveSource& input, const std::string& path, const LivePipelineOptions& options, PipelineWriter& writer, Workers& workers,
          Decoder& decoder)
      : input_(input),
        options_(options),
        writer_(writer),
        workers_(workers),
        decoder_(decoder),
        capture_rows_(options.pipeline.options_text, options.pipeline.dissect.first_capture_id),
        counted_(input.counters()) {
    neighbours_.emplace_back();
    begin_database({0, path});
  }

  bool due() const { return Clock::now() >= next_; }

  // What the packets of this batch were below TCP. False once rows can no longer be written.
  bool add(const SegmentBatch& segments) {
    capture_rows_.anomalies(segments.anomalies, *rows_);
    return !rows_->full() || flush({database_});
  }

  // What the workers have to do now.
  PipelineTick begin(std::uint64_t last_number) {
    const auto now = Clock::now();
    while (next_ <= now) next_ += tick_length;
    PipelineTick tick;
    last_numbers_.push_back(last_number);
    if (last_numbers_.size() > linger_ticks) {
      tick.forget_closed_by = last_numbers_.front();
      last_numbers_.pop_front();
    }
    target_ = writer_.take_state();
    tick.tell_all = std::exchange(lost_rows_, target_.lost_rows) != target_.lost_rows;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - database_began_).count();
    if (options_.next_database) tick.next_path = options_.next_database(target_.bytes, static_cast<std::uint64_t>(seconds));
    if (!tick.next_path.empty()) tick.next_capture = capture_ + 1;
    return tick;
  }

  // After the workers have been told. False once rows can no longer be written.
  bool finish(const PipelineTick& tick) {
    neighbours_.back().next = tick.next_path;
    add_statistics();
    add_capture();
    if (!flush({database_, true, tick.next_capture.has_value()})) return false;
    if (tick.next_capture) {
      neighbours_.push_back({path_, {}});
      input_.begin_capture();
      static_cast<void>(decoder_.take_kinds());
      ++capture_;
      begin_database({database_.number + 1, tick.next_path});
      if (options_.begun) options_.begun();
    }
    if (options_.each_second) options_.each_second(status());
    return true;
  }

  // The last words, when the workers have said theirs.
  void end() {
    add_statistics();
    add_capture();
    flush({database_});
  }

 private:
  void begin_database(const TargetDatabase& database) {
    database_began_ = Clock::now();
    path_ = database.path;
    database_ = database;
    const std::uint32_t first = capture_ > repeated_captures ? capture_ - repeated_captures : 0;
    for (std::uint32_t i = first; i < capture_; ++i) capture_rows_.capture(i, input_.captures()[i], neighbours_[i], *rows_);
  }

  void add_capture() {
    capture_rows_.capture(capture_, input_.captures()[capture_], neighbours_[capture_], *rows_);
    capture_rows_.kinds(capture_, decoder_.kinds(), *rows_);
  }

  void add_statistics() {
    const std::int64_t now = wall_time();
    const std::uint64_t waits = writer_.waits() + workers_.waits(), lost = target_.lost_rows;
    const std::vector<LiveSource::Counters>& counters = input_.counters();
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const LiveSource::Counters &to = counters[i], &from = counted_[i];
      CaptureStatisticsRow row;
      row.capture_id = options_.pipeline.dissect.first_capture_id + capture_;
      row.interface_number = i;
      row.time_ns = now;
      row.packets = to.packets - from.packets;
      row.bytes = to.bytes - from.bytes;
      row.kernel_dropped = to.dropped_by_kernel - from.dropped_by_kernel;
      row.interface_dropped = to.dropped_by_interface - from.dropped_by_interface;
      row.queue_waits = i == 0 ? waits - waits_ : 0;
      if (i == 0) row.lost_rows = lost;  // of all, as rows that tell of some may be lost themselves
      rows_->add(row);
    }
    counted_ = counters;
    waits_ = waits;
  }

  LiveStatus status() const {
    LiveStatus status;
    for (const LiveSource::Counters& each : counted_) {
      status.packets += each.packets;
      status.bytes += each.bytes;
      status.dropped_by_kernel += each.dropped_by_kernel;
      status.dropped_by_interface += each.dropped_by_interface;
    }
    status.connections = workers_.connections();
    status.lost_rows = target_.lost_rows;
    status.database_bytes = target_.bytes;
    status.remarks = target_.remarks;
    for (std::string& remark : input_.take_remarks()) status.remarks.push_back(std::move(remark));
    return status;
  }

  bool flush(const RowMark& mark) { return (rows_ = writer_.exchange(std::move(rows_), mark)) != nullptr; }

  LiveSource& input_;
  const LivePipelineOptions& options_;
  PipelineWriter& writer_;
  Workers& workers_;
  Decoder& decoder_;
  CaptureRows capture_rows_;
  std::unique_ptr<RowBatch> rows_ = std::make_unique<RowBatch>();
  std::vector<CaptureRows::Neighbours> neighbours_;  // by capture
  std::uint32_t capture_ = 0;
  TargetDatabase database_;
  std::string path_;                           // of that, also of the first
  TargetState target_;                         // at the last tick
  std::deque<std::uint64_t> last_numbers_;     // of packets, at the last ticks
  std::vector<LiveSource::Counters> counted_;  // at the last tick, as the next one
  std::uint64_t waits_ = 0;
  std::uint64_t lost_rows_ = 0;  // when connections were told again
  Clock::time_point next_ = Clock::now() + tick_length, database_began_{};
};

}  // namespace

void run_live_pipeline(LiveSource& input, RowTarget& target, const std::string& path, const LivePipelineOptions& options) {
  const PipelineOptions& pipeline = options.pipeline;
  PipelineWriter writer(target, Workers::count(pipeline.threads) + 1, pipeline.threads > 1);
  Decoder decoder(pipeline.decode);
  Workers workers(pipeline, writer);
  Seconds seconds(input, path, options, writer, workers, decoder);
  bool running = true;
  std::uint64_t last_number = 0;
  while (running) {
    ReadBatch& batch = workers.next_batch();
    batch.segments.clear();
    batch.tick.reset();
    if (options.stop->requested()) input.stop();
    if (!input.next(batch.packets)) break;
    const std::vector<Packet>& packets = batch.packets.packets;
    for (const Packet& packet : packets) decoder.decode(packet, batch.segments);
    if (!packets.empty()) last_number = packets.back().at.number;
    if (options.copy && !packets.empty()) options.copy(batch.packets);
    running = seconds.add(batch.segments);
    if (seconds.due()) batch.tick = seconds.begin(last_number);
    const std::optional<PipelineTick> tick = batch.tick;  // the batch is the workers' from here on
    if (packets.empty() && !tick) continue;
    running = running && workers.add(batch) && (!tick || seconds.finish(*tick));
  }
  if (running) {
    workers.finish();
    seconds.end();
  } else {
    workers.stop();
  }
  writer.finish();
}

}  // namespace longwire
