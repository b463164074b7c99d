#include "tests/conversation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <utility>

#include "dissectors/secrets.h"

namespace longwire::test {
namespace {

constexpr std::size_t random_readings = 40;

// The sink of one reading.
struct Reading {
  Reading(const Conversation& talk, RowBatch& rows, const MakeReader& make, const DissectOptions& user_options)
      : facts(talk.facts), options(user_options) {
    sink.rows = &rows;
    if (options.secrets == nullptr) options.secrets = &fixed_secrets();
    if (make == nullptr) {
      session = std::make_unique<Session>(options, facts, sink);
    } else {
      channel = std::make_unique<Channel>(make());
    }
  }

  static const Secrets& fixed_secrets() {
    static const Secrets secrets = Secrets::with_key("000102030405060708090a0b0c0d0e0f");
    return secrets;
  }

  void data(Side side, std::string_view bytes, const Stamp& at) {
    const auto own = std::make_unique<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), own.get());
    const Bytes copy(own.get(), bytes.size());
    facts.last = at;
    if (session != nullptr) return session->data(side, copy, at);
    if (!channel->skip(side, copy.size(), at)) channel->data(side, copy, at, context());
  }
  void gap(Side side, std::uint64_t missing, const Stamp& at) {
    session != nullptr ? session->gap(side, missing, at) : channel->gap(side, missing, at, context());
  }
  void end(Side side, End how, const Stamp& at) {
    session != nullptr ? session->end(side, how, at) : channel->end(side, how, at, context());
  }
  // Whatever can sleep does so, and is woken again.
  void sleep() {
    if (session != nullptr) {
      if (auto asleep = session->sleep()) session = std::make_unique<Session>(options, facts, sink, std::move(*asleep));
    } else if (auto asleep = channel->sleep()) {
      channel = std::make_unique<Channel>(std::move(*asleep));
    }
  }
  // What is open has rows now with the ids that it will have in the end, and being asked for them changes nothing.
  void report() {
    if (!open_rows) open_rows = std::make_unique<RowBatch>();
    RowBatch* const rows = std::exchange(sink.rows, open_rows.get());
    session != nullptr ? session->report_open() : channel->report_open(context());
    sink.rows = rows;
  }
  std::string layers() const { return std::string(session != nullptr ? session->layers() : channel->layers()); }
  Context context() { return {options, facts, sink, ids}; }

  ConnectionFacts facts;
  DissectOptions options;
  RowSink sink;
  std::unique_ptr<RowBatch> open_rows;  // null = report() was never called
  ConnectionIds ids;
  std::unique_ptr<Session> session;
  std::unique_ptr<Channel> channel;
};

Stamp stamp(std::uint64_t number) {
  return {packet_time(number), number, number};
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    } else {
      out += c;
    }
  }
}

struct ShownValue {
  bool null;
  std::string text;
};
ShownValue shown(const Integer& value) {
  return {value.is_null(), value.is_null() ? "NULL" : std::to_string(value.value)};
}
ShownValue shown(const Text& value) {
  ShownValue result{value.data() == nullptr, ""};
  if (result.null) {
    result.text = "NULL";
  } else {
    append_escaped(result.text, value);
  }
  return result;
}
ShownValue shown(const Blob& value) {
  return shown(Text(value.bytes));
}

// "table column column": what is shown of a table.
struct Choice {
  std::string table;
  std::vector<std::string> columns;
};

Choice parse_choice(const std::string& text) {
  std::istringstream words(text);
  Choice choice;
  words >> choice.table;
  for (std::string word; words >> word;) choice.columns.push_back(word);
  return choice;
}

// All columns of a row, in order, by name.
template <class Row>
std::vector<std::pair<std::string_view, ShownValue>> values_of(const Row& row) {
  std::vector<std::pair<std::string_view, ShownValue>> values;
  for (const Column<Row>& column : Row::columns) {
    if (column.integer != nullptr) values.emplace_back(column.name, shown(row.*column.integer));
    if (column.text != nullptr) values.emplace_back(column.name, shown(row.*column.text));
    if (column.blob != nullptr) values.emplace_back(column.name, shown(row.*column.blob));
  }
  return values;
}

template <class Row>
void append_rows(std::string& out, const RowBatch& rows, const Choice* choice) {
  for (const Row& row : rows.rows<Row>()) {
    const auto values = values_of(row);
    out += Row::table.name;
    if (choice == nullptr || choice->columns.empty()) {
      for (const auto& [name, value] : values) {
        if (!value.null) out.append(" ").append(name).append("=").append(value.text);
      }
    } else {
      for (const std::string& wanted : choice->columns) {
        const auto found = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == wanted; });
        out.append(" ").append(wanted).append("=").append(found == values.end() ? "(no such column)" : found->second.text);
      }
    }
    out += '\n';
  }
}

template <class... Rows>
void append_all(std::string& out, const RowBatch& rows, const Choice* choice, std::tuple<Rows...>*) {
  ((choice == nullptr || Rows::table.name == choice->table ? append_rows<Rows>(out, rows, choice) : void()), ...);
}

void append_tables(std::string& out, const RowBatch& rows, const Choice* choice) {
  append_all(out, rows, choice, static_cast<AllRows*>(nullptr));
}

std::string all_bytes(const Conversation& talk) {
  std::string all;
  for (const Entry& entry : talk.entries()) all += entry.bytes;
  return all;
}

// AddressSanitizer makes every reading ten times as long.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LONGWIRE_SLOW_READING
#endif
#endif
#ifdef LONGWIRE_SLOW_READING
constexpr std::size_t amid_the_same_step = 97;
#else
constexpr std::size_t amid_the_same_step = 1;
#endif

// Here a cut is like its neighbours.
bool amid_the_same(std::string_view all, std::size_t cut) {
  constexpr std::size_t far = 32;
  if (cut < far || cut + far > all.size()) return false;
  const std::string_view near = all.substr(cut - far, 2 * far);
  return near.find_first_not_of(near[0]) == std::string_view::npos;
}

// What happens between any two calls.
struct Between {
  bool sleeps = false, reports = false;
};

template <class Row>
void expect_same_ids(const RowBatch& open_rows, const RowBatch& rows) {
  std::set<std::int64_t> ids;
  for (const Row& row : rows.rows<Row>()) ids.insert(row.id.value);
  for (const Row& row : open_rows.rows<Row>()) {
    EXPECT_TRUE(ids.contains(row.id.value)) << Row::table.name << " " << row.id.value << " was reported as open, and never came";
  }
}

std::string read(const Conversation& talk, const Cuts& cuts, RowBatch& rows, const MakeReader& make, const DissectOptions& options,
                 Between between) {
  Reading reading(talk, rows, make, options);
  std::array<bool, 2> ended{};
  std::uint64_t number = 0;
  std::size_t done = 0;
  auto cut = cuts.begin();
  for (const Entry& entry : talk.entries()) {
    const Stamp at = stamp(++number);
    if (between.sleeps) reading.sleep();
    if (between.reports) reading.report();
    if (entry.verb == Entry::Verb::gap) reading.gap(entry.side, entry.missing, at);
    if (entry.verb == Entry::Verb::end) {
      reading.end(entry.side, entry.how, at);
      ended[index(entry.side)] = true;
    }
    std::string_view left = entry.bytes;
    while (!left.empty()) {
      while (cut != cuts.end() && *cut <= done) ++cut;
      const std::size_t piece = cut == cuts.end() ? left.size() : std::min(left.size(), *cut - done);
      reading.data(entry.side, left.substr(0, piece), at);
      if (between.sleeps) reading.sleep();
      if (between.reports) reading.report();
      left.remove_prefix(piece);
      done += piece;
    }
  }
  if (between.sleeps) reading.sleep();
  if (between.reports) reading.report();
  for (const Side side : {Side::client, Side::server}) {
    if (!ended[index(side)]) reading.end(side, End::open, stamp(std::max<std::uint64_t>(number, 1)));
  }
  if (between.reports) {
    expect_same_ids<HttpExchangeRow>(*reading.open_rows, rows);
    expect_same_ids<WebSocketRow>(*reading.open_rows, rows);
    EXPECT_EQ(reading.open_rows->size(), reading.open_rows->rows<HttpExchangeRow>().size() + reading.open_rows->rows<WebSocketRow>().size())
        << "rows without an id are told again and again";
  }
  return reading.layers();
}

// Rows and layers of one reading: what must not depend on the cuts, nor on whether it sleeps whenever it can.
std::string everything(const Conversation& talk, const Cuts& cuts, const MakeReader& make, const DissectOptions& options,
                       Between between = {}) {
  RowBatch rows;
  const std::string layers = read(talk, cuts, rows, make, options, between);
  return "layers " + layers + "\n" + rows_as_text(rows);
}

std::string name_of(const Cuts& cuts) {
  std::string name;
  for (const std::size_t cut : cuts) name += std::to_string(cut) + " ";
  return name;
}

}  // namespace

Conversation& Conversation::say(Side side, std::string_view bytes) {
  entries_.push_back({Entry::Verb::data, side, std::string(bytes), 0, End::fin});
  return *this;
}

Conversation& Conversation::gap(Side side, std::uint64_t missing) {
  entries_.push_back({Entry::Verb::gap, side, {}, missing, End::fin});
  return *this;
}

Conversation& Conversation::end(Side side, End how) {
  entries_.push_back({Entry::Verb::end, side, {}, 0, how});
  return *this;
}

Conversation& Conversation::midstream() {
  facts.midstream = true;
  return *this;
}

Conversation::Conversation() {
  constexpr std::array<std::uint8_t, 4> client_octets{192, 0, 2, 1}, server_octets{198, 51, 100, 2};  // RFC 5737
  facts.id = 7;
  facts.client = {Address::from(client_octets), 50000};
  facts.server = {Address::from(server_octets), 80};
  facts.first = facts.last = stamp(1);
}

Time packet_time(std::uint64_t number) {
  constexpr Time start = 1'700'000'000'000'000'000, apart = 1'000'000;
  return start + static_cast<Time>(number) * apart;
}

std::string read(const Conversation& talk, const Cuts& cuts, RowBatch& rows, const MakeReader& make, const DissectOptions& options) {
  return read(talk, cuts, rows, make, options, Between{});
}

std::string rows_as_text(const RowBatch& rows, const std::vector<std::string>& chosen) {
  std::string out;
  if (chosen.empty()) append_tables(out, rows, nullptr);
  for (const std::string& text : chosen) {
    const Choice choice = parse_choice(text);
    append_tables(out, rows, &choice);
  }
  return out;
}

std::string rows_at_every_cut(const Conversation& talk, const std::vector<std::string>& chosen, const MakeReader& make,
                              const DissectOptions& options) {
  const std::string whole = everything(talk, {}, make, options);
  const std::string all = all_bytes(talk);
  const std::size_t size = all.size();
  std::vector<Cuts> ways;
  for (std::size_t cut = 1; cut < size; ++cut) {
    if (cut % amid_the_same_step == 0 || !amid_the_same(all, cut)) ways.push_back({cut});
  }
  Cuts every(size);
  for (std::size_t i = 0; i < size; ++i) every[i] = i + 1;
  ways.push_back(every);
  std::mt19937 random(1);  // the same cuts on every run
  for (std::size_t i = 0; i < random_readings; ++i) {
    std::bernoulli_distribution here(1.0 / static_cast<double>(2 + i * i));
    Cuts some;
    std::copy_if(every.begin(), every.end(), std::back_inserter(some), [&](std::size_t) { return here(random); });
    ways.push_back(some);
  }
  EXPECT_EQ(everything(talk, {}, make, options, {.sleeps = true}), whole) << "sleeping between packets gives other rows";
  EXPECT_EQ(everything(talk, every, make, options, {.sleeps = true}), whole) << "sleeping between bytes gives other rows";
  EXPECT_EQ(everything(talk, {}, make, options, {.reports = true}), whole) << "asking for what is open gives other rows";
  EXPECT_EQ(everything(talk, every, make, options, {.sleeps = true, .reports = true}), whole) << "so does asking between bytes";
  for (const Cuts& cuts : ways) {
    const std::string rows = everything(talk, cuts, make, options);
    if (rows == whole) continue;
    ADD_FAILURE() << "cut at " << name_of(cuts) << "gives other rows\n" << rows << "than uncut\n" << whole;
    break;
  }
  RowBatch rows;
  read(talk, {}, rows, make, options);
  return rows_as_text(rows, chosen);
}

}  // namespace longwire::test
