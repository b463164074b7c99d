// Which response answers which request: the open exchanges of one connection, in the order of their requests.
//
// Responses come in the order of their requests (RFC 9112 section 9.3.2), so the first exchange without a response is
// the one that a response belongs to. Behind holes that is not certain any more. Then packets tell: no response begins
// before its request was sent, and a client that has not been seen to pipeline sends a request only when everything
// before was answered. So
//   - where requests may be lost, a response that was captured before the first request behind the hole is of a lost one;
//   - where responses may be lost, the last request captured before a response is the one it answers, and those before
//     it have lost theirs; of a client that pipelines none can be told, and the response stands alone.
// Once everything open is answered, order tells again.
//
// More than limits::http1_pipeline are not kept open: the row of the oldest is made without its response, which stands
// alone when it comes. As many such responses come first as were given up, so order still tells the others.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "dissectors/http1_exchange.h"

namespace longwire {

class Http1Pairing {
 public:
  // What stays while no exchange is open.
  struct AtRest {
    Integer previous_end;
    std::uint32_t exchanges = 0;
    bool requests_missed : 1 = false, pipelined : 1 = false;
  };
  Http1Pairing() = default;
  explicit Http1Pairing(const AtRest& rest);
  // Nothing where something is pending, or there were more exchanges than it can count.
  std::optional<AtRest> rest() const;

  std::size_t open() const { return open_.size(); }
  std::uint64_t exchanges() const { return exchanges_; }  // begun so far

  // The exchange whose request came last; null = none is open.
  Http1Exchange* last() { return open_.empty() ? nullptr : open_.back().get(); }
  // The exchange that is being answered, or is to be answered next; null = none is open.
  Http1Exchange* first() { return open_.empty() ? nullptr : open_.front().get(); }

  // A request begins at `at`.
  Http1Exchange& ask(const Stamp& at, Context& context);
  // The exchange that a response beginning at `at` belongs to: a new one where its request was not seen. Null = its
  // request may still come, and `may_wait` is set.
  Http1Exchange* answer(const Stamp& at, bool may_wait, Context& context);

  // Its row is made elsewhere.
  void give_away_first() { open_.erase(open_.begin()); }
  // Of the last exchange whose row was made; NULL = there was none.
  Integer previous_end() const { return previous_end_; }

  // Bytes beside the object's own.
  std::uint64_t held_memory() const;

  // Requests, or responses, may have been missed here.
  void miss_requests() { requests_missed_ = true; }
  void miss_responses() { responses_missed_ = !open_.empty(); }

  // The oldest exchange that waits for a response is not waited for any longer: a limit. True where no other one's
  // response is still to come.
  bool give_up_oldest(Context& context);
  // Makes the rows of the exchanges that are over.
  void settle(Context& context);
  // Makes the rows of those that are open, as they are now.
  void report_open(Context& context) const;
  // Nothing more comes: makes all rows.
  void close(Context& context);

 private:
  static bool waits(const Http1Exchange& exchange) { return !exchange.response.seen && !exchange.response.over; }
  bool precedes(const Stamp& at, const Http1Exchange& exchange) const;
  void give_up(std::size_t count, Context& context);
  std::unique_ptr<Http1Exchange> make(const Stamp& at, Context& context);
  Http1Exchange& make_unasked(const Stamp& at, Context& context);

  std::vector<std::unique_ptr<Http1Exchange>> open_;
  Integer previous_end_;
  std::uint64_t exchanges_ = 0;
  std::uint64_t given_up_ = 0;     // responses to come of exchanges that were given up for the limit
  bool requests_missed_ = false;   // between the last request and the next one
  bool responses_missed_ = false;  // and exchanges from before are still open
  bool pipelined_ = false;         // a request was sent while another one waited
};

}  // namespace longwire
