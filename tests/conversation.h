// A conversation between two sides, and what is read from it at every cut.
//
//   Conversation talk;
//   talk.client("GET / HTTP/1.1\r\nHost: a\r\n\r\n").server("HTTP/1.1 204 No Content\r\n\r\n").close();
//   EXPECT_EQ(rows_at_every_cut(talk, {"http_exchanges method path status"}),
//             "http_exchanges method=GET path=/ status=204\n");
//
// Each entry is one packet, numbered from 1 and 1 ms apart, however it is cut into calls: so the rows of all cuts must be
// equal to the last column.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dissectors/channel.h"
#include "dissectors/session.h"

namespace longwire::test {

struct Entry {
  enum class Verb { data, gap, end } verb = Verb::data;
  Side side = Side::client;
  std::string bytes;          // data
  std::uint64_t missing = 0;  // gap
  End how = End::fin;         // end
};

class Conversation {
 public:
  Conversation();

  Conversation& client(std::string_view bytes) { return say(Side::client, bytes); }
  Conversation& server(std::string_view bytes) { return say(Side::server, bytes); }
  Conversation& say(Side side, std::string_view bytes);
  Conversation& gap(Side side, std::uint64_t missing);
  Conversation& end(Side side, End how = End::fin);
  Conversation& close(End how = End::fin) { return end(Side::client, how).end(Side::server, how); }
  Conversation& midstream();

  const std::vector<Entry>& entries() const { return entries_; }
  // What reassembly would say of the connection: id 7, 192.0.2.1:50000 -> 198.51.100.2:80.
  ConnectionFacts facts;

 private:
  std::vector<Entry> entries_;
};

// The time of the packet with this number: 2023-11-14T22:13:20Z plus a millisecond each.
Time packet_time(std::uint64_t number);

// Where data entries are cut into calls: offsets into all data bytes counted through, ascending.
using Cuts = std::vector<std::size_t>;

// Makes the first reader of the channel.
using MakeReader = std::function<std::unique_ptr<Dissector>()>;

// Reads the conversation once, through the reader, or through a Session with its detector where `make` is null. Each
// call gets its bytes in an allocation of their own, so that sanitizers see every step outside. A conversation that
// does not end every side is ended with End::open.
// The rows go into `rows`; the texts of `layers` come back.
std::string read(const Conversation& talk, const Cuts& cuts, RowBatch& rows, const MakeReader& make = nullptr,
                 const DissectOptions& options = {});

// Every row of every table as a line "table column=value ...", in the order of tables and rows, NULLs left out; texts
// with \n, \r, \t, \\ and \xNN escaped. `chosen`, each "table column column ...", keeps those tables and columns alone,
// in this order, and shows NULL as such; "table" alone keeps all columns.
std::string rows_as_text(const RowBatch& rows, const std::vector<std::string>& chosen = {});

// The rows as text of the conversation read whole, after asserting that every other way to cut it gives the very same
// rows in all tables and columns: at each single place (under AddressSanitizer, of a long row of one and the same byte,
// at some), at all places, and at random places; and so where everything that can sleep sleeps between any two calls,
// and where it is asked for what is open.
std::string rows_at_every_cut(const Conversation& talk, const std::vector<std::string>& chosen = {}, const MakeReader& make = nullptr,
                              const DissectOptions& options = {});

}  // namespace longwire::test
