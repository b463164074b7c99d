// Names of databases that follow one another, and which old ones go.
#include "storage/rotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/example_database.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t noon = 1'795'867'200;  // 2026-11-28T12:00:00Z

class RotationTest : public ::testing::Test {
 protected:
  void make(const std::string& name, std::size_t bytes = 10) { std::ofstream(directory_.file(name)) << std::string(bytes, 'x'); }

  TemporaryDirectory directory_;
  RotatedFiles databases_{directory_.file("eth0.db")}, packets_{directory_.file("eth0.pcapng")};
  const std::vector<RotatedFiles> both_{databases_, packets_};
};

TEST_F(RotationTest, PutsTheTimeIntoTheName) {
  EXPECT_EQ(databases_.path(next_stamp(both_, {}, noon)), directory_.file("eth0-20261128T120000Z.db"));
  make("eth0-20261128T120000Z.db");
  EXPECT_EQ(databases_.path(next_stamp(both_, {}, noon)), directory_.file("eth0-20261128T120000Z-2.db"));
  EXPECT_EQ(RotatedFiles("plain").path(next_stamp({}, {}, noon)), "plain-20261128T120000Z");
}

TEST_F(RotationTest, WhatBeginsLaterIsLaterByNameHoweverTheClockWasSet) {
  const RotationStamp first = next_stamp(both_, {}, noon);
  EXPECT_EQ(packets_.path(next_stamp(both_, first, noon)), directory_.file("eth0-20261128T120000Z-2.pcapng")) << "none is there yet";
  make("eth0-20261128T120000Z.pcapng");
  const RotationStamp earlier = next_stamp(both_, {}, noon - 3600);
  EXPECT_EQ(databases_.path(earlier), directory_.file("eth0-20261128T120000Z-2.db")) << "set back an hour";
  make("eth0-20261128T120000Z-2.db");
  remove_oldest(both_, {.count = 1});
  EXPECT_THAT(directory_.names(), ElementsAre("eth0-20261128T120000Z-2.db")) << "what is written now stays";
  EXPECT_EQ(databases_.path(next_stamp(both_, earlier, noon + 1)), directory_.file("eth0-20261128T120001Z.db")) << "and on again";
}

TEST_F(RotationTest, KnowsItsOwnFilesInTheirOrder) {
  for (const char* name :
       {"eth0-20261128T120000Z-10.db", "eth0-20261128T120000Z-2.db", "eth0-20261128T120000Z.db", "eth0-20261127T235959Z.db", "eth0.db",
        "eth0-notes.db", "eth0-20261128T120000Z.pcapng", "eth01-20261128T120000Z.db", "eth0-20261128T120000Z.db-wal"})
    make(name);
  std::vector<std::string> names;
  for (const RotatedFiles::File& file : databases_.files()) names.push_back(file.path);
  EXPECT_THAT(names, ElementsAre(directory_.file("eth0-20261127T235959Z.db"), directory_.file("eth0-20261128T120000Z.db"),
                                 directory_.file("eth0-20261128T120000Z-2.db"), directory_.file("eth0-20261128T120000Z-10.db")));
  EXPECT_EQ(databases_.files()[1].bytes, 20u) << "with its log";
}

TEST_F(RotationTest, RemovesTheOldestBeyondACount) {
  for (const char* hour : {"08", "09", "10", "11"}) {
    make("eth0-20261128T" + std::string(hour) + "0000Z.db");
    make("eth0-20261128T" + std::string(hour) + "0000Z.db-wal");
    make("eth0-20261128T" + std::string(hour) + "0000Z.pcapng");
  }
  EXPECT_EQ(remove_oldest({databases_, packets_}, {.count = 2}).size(), 4u);
  EXPECT_THAT(directory_.names(), ElementsAre("eth0-20261128T100000Z.db", "eth0-20261128T100000Z.db-wal", "eth0-20261128T100000Z.pcapng",
                                              "eth0-20261128T110000Z.db", "eth0-20261128T110000Z.db-wal", "eth0-20261128T110000Z.pcapng"));
}

TEST_F(RotationTest, RemovesTheOldestBeyondASizeOfAllButNeverTheNewest) {
  make("eth0-20261128T080000Z.db", 400);
  make("eth0-20261128T090000Z.db", 400);
  make("eth0-20261128T090000Z.pcapng", 400);
  make("eth0-20261128T100000Z.db", 400);
  remove_oldest({databases_, packets_}, {.bytes = 1200});
  EXPECT_THAT(directory_.names(), ElementsAre("eth0-20261128T090000Z.db", "eth0-20261128T090000Z.pcapng", "eth0-20261128T100000Z.db"));
  remove_oldest({databases_, packets_}, {.bytes = 1});
  EXPECT_THAT(directory_.names(), ElementsAre("eth0-20261128T100000Z.db"));
}

TEST_F(RotationTest, KeepsEverythingWithoutABound) {
  make("eth0-20261128T080000Z.db");
  make("eth0-20261128T090000Z.db");
  EXPECT_THAT(remove_oldest({databases_}, {}), ElementsAre());
}

}  // namespace
}  // namespace longwire
