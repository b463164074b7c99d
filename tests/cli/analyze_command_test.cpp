// `longwire analyze` as a user runs it: the program itself, its exit code, its lines, and what lies on disk afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/progress.h"
#include "storage/query.h"
#include "tests/capture_files.h"
#include "tests/example_database.h"
#include "tests/http_capture.h"

namespace longwire {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string lines;  // standard output and standard error
};

class AnalyzeCommand : public ::testing::Test {
 protected:
  // `arguments` as in a shell, in the temporary directory.
  Outcome run(const std::string& arguments, const std::string& before = "") {
    const std::string command = "cd '" + directory_.file("") + "' && " + before + " '" LONGWIRE_PROGRAM "' " + arguments + " 2>&1";
    Outcome outcome;
    std::FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    while (std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) outcome.lines.append(buffer, n);
    outcome.code = WEXITSTATUS(pclose(pipe));
    return outcome;
  }
  void write(const std::string& name, const Octets& octets) const {
    std::ofstream(directory_.file(name), std::ios::binary).write(reinterpret_cast<const char*>(octets.data()), octets.size());
  }
  std::int64_t number(const std::string& database, const std::string& sql) const {
    std::int64_t n = -1;
    Database(directory_.file(database))
        .query(
            sql, [](const auto&) {},
            [&](const std::vector<Value>& row) {
              n = std::get<std::int64_t>(row[0]);
              return true;
            });
    return n;
  }

  const Octets capture_ = http_capture({.connections = 20, .exchanges_per_connection = 2});
  TemporaryDirectory directory_;
};

TEST_F(AnalyzeCommand, NamesTheDatabaseAfterTheFirstFileAndTellsWhatIsInIt) {
  write("monday.pcap", capture_);
  const Outcome outcome = run("monday.pcap");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.lines, HasSubstr("monday.db: 180 packets, 20 connections, 40 HTTP exchanges, 0 anomalies"));
  EXPECT_THAT(directory_.names(), ElementsAre("monday.db", "monday.pcap"));
}

TEST_F(AnalyzeCommand, IsSilentWhereAsked) {
  write("a.pcap", capture_);
  EXPECT_EQ(run("analyze a.pcap -o a.db --quiet").lines, "");
}

TEST_F(AnalyzeCommand, ReadsStandardInput) {
  write("a.pcap", capture_);
  const Outcome outcome = run("analyze - -o a.db", "cat a.pcap |");
  EXPECT_EQ(outcome.code, 0) << outcome.lines;
  EXPECT_EQ(number("a.db", "SELECT count(*) FROM http_exchanges"), 40);
}

TEST_F(AnalyzeCommand, ReadsSeveralFilesInTheOrderOfTheirFirstPackets) {
  FileBytes late = pcap_file(ByteOrder::little), early = pcap_file(ByteOrder::little);
  const Octets packet = PacketBuilder().ethernet().ipv4("192.0.2.1", "192.0.2.2").tcp({.flags = tcp_flag::syn}).bytes();
  add_record(early, {.seconds = 100, .data = packet});
  add_record(late, {.seconds = 200, .data = packet});
  write("a.pcap", late.octets());
  write("b.pcap", early.octets());
  EXPECT_EQ(run("analyze a.pcap b.pcap -o set.db --quiet").code, 0);
  EXPECT_EQ(number("set.db", "SELECT id FROM captures WHERE path = 'b.pcap'"), 1);
  EXPECT_EQ(number("set.db", "SELECT first_packet FROM captures WHERE path = 'a.pcap'"), 2);
}

TEST_F(AnalyzeCommand, AnalyzesOnlyWhatTheFilterLetsPass) {
  write("a.pcap", capture_);
  EXPECT_EQ(run("analyze a.pcap -o a.db --quiet -f 'host 10.0.0.7'").code, 0);
  EXPECT_EQ(number("a.db", "SELECT count(*) FROM connections"), 1);
  EXPECT_EQ(number("a.db", "SELECT filtered FROM captures"), 180 - 9);
  EXPECT_EQ(number("a.db", "SELECT first_frame FROM connections"), 8) << "frames count what the filter dropped, too";
}

TEST_F(AnalyzeCommand, KeepsAnExistingDatabaseUnlessToldOtherwise) {
  write("a.pcap", capture_);
  ASSERT_EQ(run("analyze a.pcap -o a.db --quiet").code, 0);
  const Outcome refused = run("analyze a.pcap -o a.db --quiet");
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.lines, AllOf(HasSubstr("a.db exists"), HasSubstr("--force"), HasSubstr("--append")));
  EXPECT_EQ(run("analyze a.pcap -o a.db --quiet --append").code, 0);
  EXPECT_EQ(number("a.db", "SELECT count(*) FROM http_exchanges"), 80);
  EXPECT_EQ(number("a.db", "SELECT count(DISTINCT connection_id) FROM http_exchanges"), 40);
  EXPECT_EQ(run("analyze a.pcap -o a.db --quiet --force").code, 0);
  EXPECT_EQ(number("a.db", "SELECT count(*) FROM http_exchanges"), 40);
  EXPECT_EQ(run("analyze a.pcap -o a.db --force --append").code, 2);
}

TEST_F(AnalyzeCommand, NeverWritesOverWhatItReads) {
  write("a.pcap", capture_);
  std::filesystem::create_symlink("a.pcap", directory_.file("link"));
  for (const std::string target : {"a.pcap", "./a.pcap", "link"}) {
    const Outcome outcome = run("analyze a.pcap --force -o " + target);
    EXPECT_EQ(outcome.code, 2) << outcome.lines;
    EXPECT_THAT(outcome.lines, HasSubstr("is a capture to read"));
  }
  EXPECT_EQ(std::filesystem::file_size(directory_.file("a.pcap")), capture_.size());
}

TEST_F(AnalyzeCommand, SaysWhereFilesWereRecordedAtTheSameTime) {
  write("a.pcap", capture_);
  write("b.pcap", capture_);
  const Outcome outcome = run("analyze a.pcap b.pcap -o set.db");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.lines, HasSubstr("longwire: b.pcap begins before a.pcap ends"));
}

TEST_F(AnalyzeCommand, SaysThatTokensOfAnotherRunAreOthers) {
  write("a.pcap", capture_);
  const auto said = HasSubstr("--token-key");
  EXPECT_THAT(run("analyze a.pcap -o a.db").lines, Not(said));
  EXPECT_THAT(run("analyze a.pcap -o a.db --append").lines, said);
  EXPECT_THAT(run("analyze a.pcap -o a.db --append --token-key 000102030405060708090a0b0c0d0e0f").lines, Not(said));
}

// An Ethernet interface, and one of a link type that no filter can be compiled for.
TEST_F(AnalyzeCommand, LeavesOutPacketsThatTheFilterCannotBeUsedOn) {
  FileBytes file(ByteOrder::little);
  add_section(file);
  add_interface(file, 1);
  add_interface(file, 147);
  add_enhanced_packet(file, 0, 1, PacketBuilder().ethernet().ipv4("192.0.2.1", "192.0.2.2").tcp({.flags = tcp_flag::syn}).bytes());
  write("ethernet.pcapng", file.octets());
  add_enhanced_packet(file, 1, 2, Octets(60));
  write("both.pcapng", file.octets());
  EXPECT_EQ(run("analyze ethernet.pcapng -o a.db --quiet -f tcp").lines, "");
  const Outcome outcome = run("analyze both.pcapng -o b.db --quiet -f tcp");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.lines, AllOf(HasSubstr("filter 'tcp' cannot be used on link type 147: "), HasSubstr("left out (1 in all)")));
  EXPECT_EQ(number("b.db", "SELECT count(*) FROM connections"), 1);
}

TEST_F(AnalyzeCommand, WritesBodiesNamedByExchange) {
  write("a.pcap", capture_);
  ASSERT_EQ(run("analyze a.pcap -o a.db --quiet --bodies out").code, 0);
  std::size_t bodies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.file("out"))) {
    std::ifstream in(entry.path());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "hello");
    ++bodies;
  }
  EXPECT_EQ(bodies, 40u);
}

TEST_F(AnalyzeCommand, StoresSecretsAsTokensUnlessToldToKeepThem) {
  write("a.pcap", capture_);
  const std::string cookies = "SELECT count(*) FROM http_headers WHERE name = 'Cookie' AND value ";
  ASSERT_EQ(run("analyze a.pcap -o a.db --quiet").code, 0);
  EXPECT_EQ(number("a.db", cookies + "LIKE 'n=token:%'"), 40);
  ASSERT_EQ(run("analyze a.pcap -o kept.db --quiet --keep-secrets").code, 0);
  EXPECT_EQ(number("kept.db", cookies + "= 'n=7'"), 2);
  ASSERT_EQ(run("analyze a.pcap -o b.db --quiet --token-key 000102030405060708090a0b0c0d0e0f").code, 0);
  ASSERT_EQ(run("analyze a.pcap -o c.db --quiet --token-key 000102030405060708090a0b0c0d0e0f").code, 0);
  EXPECT_EQ(run("query b.db \"SELECT request_headers FROM http_exchanges\"").lines,
            run("query c.db \"SELECT request_headers FROM http_exchanges\"").lines);
}

// 6,000 connections of one exchange each, 100 at a time, that are left open and silent: about 3 MB in the end.
TEST_F(AnalyzeCommand, ForgetsTheLongestSilentConnectionsBeyondTheMemoryLimitAndSaysSoInTheirRows) {
  std::string files;
  for (unsigned first = 0; first < 6000; first += 100) {
    write(std::to_string(first) + ".pcap",
          http_capture({.connections = 100, .exchanges_per_connection = 1, .closed = false, .first = first}));
    files += std::to_string(first) + ".pcap ";
  }
  ASSERT_EQ(run("analyze " + files + "-o all.db --quiet").code, 0);
  EXPECT_EQ(number("all.db", "SELECT count(*) FROM connections WHERE close_kind = 'open' AND NOT limited"), 6000);

  ASSERT_EQ(run("analyze " + files + "-o one.db --quiet --threads 1 --memory-limit 2M").code, 0);
  EXPECT_EQ(number("one.db", "SELECT count(*) FROM connections"), 6000);
  EXPECT_EQ(number("one.db", "SELECT count(*) FROM http_exchanges WHERE status = 200"), 6000);
  EXPECT_GT(number("one.db", "SELECT count(*) FROM connections WHERE close_kind = 'evicted'"), 1000);
  EXPECT_GT(number("one.db", "SELECT count(*) FROM connections WHERE close_kind = 'open'"), 1000);
  EXPECT_EQ(number("one.db", "SELECT count(*) FROM connections WHERE (close_kind = 'evicted') <> limited"), 0);
  // in each of the table's parts the longest silent go first: of the first file nobody is left, of the last nobody is missing
  EXPECT_EQ(number("one.db", "SELECT max(close_kind) = 'evicted' FROM connections WHERE client_port < 20100"), 1);
  EXPECT_EQ(number("one.db", "SELECT max(close_kind) = 'open' AND min(close_kind) = 'open' FROM connections WHERE client_port >= 25900"),
            1);

  ASSERT_EQ(run("analyze " + files + "-o four.db --quiet --threads 4 --memory-limit 2M").code, 0);
  const std::string rows = " \"SELECT id, close_kind, limited, end_ns, exchanges FROM connections ORDER BY id\"";
  EXPECT_EQ(run("query one.db" + rows).lines, run("query four.db" + rows).lines);
}

TEST_F(AnalyzeCommand, RefusesAMemoryLimitThatHoldsNothing) {
  write("a.pcap", capture_);
  EXPECT_EQ(run("analyze a.pcap --memory-limit 1000").code, 2);
  EXPECT_EQ(run("analyze a.pcap --memory-limit much").code, 2);
}

// ---- bad input: one clear line, the right exit code, nothing left behind ----

TEST_F(AnalyzeCommand, RefusesWhatIsNoCaptureWithOneLineAndExitCode3) {
  write("empty.pcap", {});
  write("letter.txt", Octets(100, 'x'));
  std::filesystem::create_directory(directory_.file("folder"));
  for (const std::string name : {"missing.pcap", "empty.pcap", "letter.txt", "folder"}) {
    const Outcome outcome = run("analyze " + name + " -o out.db");
    EXPECT_EQ(outcome.code, 3) << name;
    EXPECT_THAT(outcome.lines, AllOf(HasSubstr("longwire: "), HasSubstr(name))) << name;
    EXPECT_EQ(std::count(outcome.lines.begin(), outcome.lines.end(), '\n'), 1) << outcome.lines;
  }
  EXPECT_THAT(directory_.names(), ElementsAre("empty.pcap", "folder", "letter.txt"));
}

TEST_F(AnalyzeCommand, RefusesASetWithAFileThatIsNoCaptureBeforeAnyWork) {
  write("a.pcap", capture_);
  write("b.pcap", capture_);
  write("empty.pcap", {});
  write("letter.txt", Octets(100, 'x'));
  write("stub.pcap", Octets(capture_.begin(), capture_.begin() + 20));
  std::filesystem::create_directory(directory_.file("folder"));
  const auto before = directory_.names();
  for (const std::string name : {"missing.pcap", "empty.pcap", "letter.txt", "stub.pcap", "folder"}) {
    for (const std::string& files : {"a.pcap " + name + " b.pcap", name + " a.pcap", "a.pcap b.pcap " + name}) {
      const Outcome outcome = run("analyze " + files + " -o out.db");
      EXPECT_EQ(outcome.code, 3) << files;
      EXPECT_THAT(outcome.lines, StartsWith("longwire: " + name + ": ")) << files;
      EXPECT_EQ(std::count(outcome.lines.begin(), outcome.lines.end(), '\n'), 1) << outcome.lines;
      EXPECT_EQ(directory_.names(), before);
    }
  }
}

TEST_F(AnalyzeCommand, AnalyzesTheFilesBehindADamagedOne) {
  const auto cut_by = [&](std::ptrdiff_t n) { return Octets(capture_.begin(), capture_.end() - n); };
  write("a.pcap", cut_by(5));
  write("b.pcap", capture_);
  write("c.pcap", cut_by(10));
  const Outcome outcome = run("analyze a.pcap b.pcap c.pcap -o set.db");
  EXPECT_EQ(outcome.code, 3);
  const auto damage = [](const std::string& name, std::size_t left) {
    return HasSubstr("longwire: " + name + ": damaged at byte " + std::to_string(left) + ": ");
  };
  const std::size_t last_record = capture_.size() - (16 + 54);  // a FIN's ACK: Ethernet, IPv4, TCP and nothing else
  EXPECT_THAT(outcome.lines, AllOf(damage("a.pcap", last_record), damage("c.pcap", last_record), Not(HasSubstr("b.pcap: damaged"))));
  EXPECT_EQ(number("set.db", "SELECT sum(packets) FROM captures"), 179 + 180 + 179);
  EXPECT_EQ(number("set.db", "SELECT count(*) FROM captures WHERE damaged_at IS NOT NULL"), 2);
}

TEST_F(AnalyzeCommand, KeepsWhatStandsBeforeTheDamageAndNamesItsPlace) {
  const std::size_t packet = 16 + capture_.size() / 180;  // somewhere in the middle of a packet
  write("cut.pcap", Octets(capture_.begin(), capture_.end() - static_cast<std::ptrdiff_t>(packet)));
  const Outcome outcome = run("analyze cut.pcap -o cut.db");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.lines, AllOf(HasSubstr("cut.pcap: damaged at byte "), HasSubstr("everything before it was analyzed")));
  EXPECT_EQ(number("cut.db", "SELECT count(*) FROM http_exchanges WHERE complete"), 40);
  EXPECT_GT(number("cut.db", "SELECT damaged_at FROM captures"), 24);
}

TEST_F(AnalyzeCommand, RefusesATargetThatCannotBeWrittenWithExitCode4) {
  write("a.pcap", capture_);
  std::filesystem::create_directory(directory_.file("folder"));
  for (const std::string target : {"folder", "no/such/folder/a.db", "/dev/full"}) {
    const Outcome outcome = run("analyze a.pcap -o " + target);
    EXPECT_EQ(outcome.code, 4) << target << ": " << outcome.lines;
    EXPECT_THAT(outcome.lines, HasSubstr("longwire: ")) << target;
  }
  EXPECT_THAT(directory_.names(), ElementsAre("a.pcap", "folder"));
}

TEST_F(AnalyzeCommand, LeavesNothingBehindWhereTheDiskIsFull) {
  if (std::system("unshare -rm mount -t tmpfs none /mnt 2>/dev/null") != 0) GTEST_SKIP() << "no file system can be mounted here";
  write("a.pcap", http_capture({.connections = 300, .exchanges_per_connection = 20}));
  ASSERT_EQ(run("analyze a.pcap -o whole.db --quiet").code, 0);
  const auto size = std::filesystem::file_size(directory_.file("whole.db"));
  std::filesystem::create_directory(directory_.file("disk"));
  // Full at the first page, among the rows, and among the indexes.
  for (const auto room : {std::uintmax_t{8192}, size / 2, size - 100'000}) {
    const Outcome outcome = run("analyze a.pcap -o disk/a.db", "unshare -rm sh -c 'mount -t tmpfs -o size=" + std::to_string(room) +
                                                                   " none disk && \"$0\" \"$@\"; code=$?; ls -A disk; exit $code'");
    EXPECT_EQ(outcome.code, 4) << room;
    EXPECT_EQ(outcome.lines, "longwire: cannot write disk/a.db: database or disk is full\n") << room;
  }
}

TEST_F(AnalyzeCommand, LeavesNothingBehindWhereTheFileMayNotGrow) {
  write("a.pcap", http_capture({.connections = 300, .exchanges_per_connection = 20}));
  const Outcome outcome = run("analyze a.pcap -o a.db", "trap '' XFSZ; ulimit -f 500 &&");
  EXPECT_EQ(outcome.code, 4) << outcome.lines;
  EXPECT_THAT(outcome.lines, HasSubstr("cannot write a.db"));
  EXPECT_THAT(directory_.names(), ElementsAre("a.pcap"));
}

// A pipe that stays open and says nothing more is where a program is likeliest to be stuck.
TEST_F(AnalyzeCommand, TheFirstSignalEndsItAtOnceWhereverItWaitsAndLeavesNothingBehind) {
  write("a.pcap", capture_);
  struct Case {
    std::string pipe, signal;
    int code;
  };
  const std::string never_opened = "mkfifo pipe && ", silent = never_opened + "exec 3<>pipe && ", begun = silent + "cat a.pcap >&3 && ";
  for (const Case& stuck : {Case{never_opened, "HUP", 129}, Case{silent, "TERM", 143}, Case{begun, "INT", 130}}) {
    const Outcome outcome =
        run("analyze pipe -o a.db --threads 4", stuck.pipe + "timeout --preserve-status --kill-after 10 --signal " + stuck.signal + " 1.5");
    EXPECT_EQ(outcome.code, stuck.code) << stuck.pipe << outcome.lines;
    EXPECT_EQ(outcome.lines, "longwire: stopped; nothing was written to a.db\n") << stuck.pipe;
    EXPECT_THAT(directory_.names(), ElementsAre("a.pcap", "pipe"));
    std::filesystem::remove(directory_.file("pipe"));
  }
}

TEST_F(AnalyzeCommand, ASignalLeavesTheDatabaseThatWasToBeReplacedOrAddedToAsItWas) {
  write("a.pcap", capture_);
  ASSERT_EQ(run("analyze a.pcap -o a.db --quiet").code, 0);
  for (const std::string how : {"--force", "--append"}) {
    const Outcome outcome = run("analyze pipe -o a.db " + how,
                                "rm -f pipe && mkfifo pipe && exec 3<>pipe && cat a.pcap >&3 && timeout --preserve-status -s INT 1.5");
    EXPECT_EQ(outcome.code, 130) << outcome.lines;
    EXPECT_EQ(number("a.db", "SELECT count(*) FROM http_exchanges"), 40);
    EXPECT_THAT(directory_.names(), ElementsAre("a.db", "a.pcap", "pipe"));
  }
}

TEST_F(AnalyzeCommand, RefusesAWrongCommandLineWithExitCode2) {
  write("a.pcap", capture_);
  for (const std::string arguments : {"analyze", "analyze a.pcap --no-such-option", "analyze a.pcap --threads 0",
                                      "analyze a.pcap --threads x", "analyze a.pcap --overlap middle", "analyze a.pcap -f 'host host'",
                                      "analyze a.pcap --token-key 12", "analyze a.pcap --keylog missing.keys", "no-such-command", ""}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments << ": " << outcome.lines;
  }
  EXPECT_THAT(directory_.names(), ElementsAre("a.pcap"));
}

TEST_F(AnalyzeCommand, HelpsWithExamples) {
  for (const std::string arguments : {"--help", "analyze --help", "query --help", "report --help"}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.lines, AllOf(HasSubstr("Usage: longwire"), HasSubstr("Examples:"))) << arguments;
  }
}

TEST(ProgressLine, TellsBytesSpeedAndTimeLeft) {
  EXPECT_EQ(ProgressLine::line(2, 500'000'000, 1'000'000'000, 3'000'000), "500 MB of 1.0 GB  50 %  1.5 M packets/s  2 s left");
  EXPECT_EQ(ProgressLine::line(0, 0, 1000, 0), "0 B of 1.0 kB  0 %");
  EXPECT_EQ(ProgressLine::line(4, 12'000, std::nullopt, 400), "12 kB  100 packets/s") << "standard input has no end in view";
}

}  // namespace
}  // namespace longwire
