#include "dissectors/body_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "capture/error.h"

namespace longwire {
namespace {

namespace fs = std::filesystem;

class BodyFilesTest : public testing::Test {
 protected:
  BodyFilesTest() { fs::create_directories(directory); }
  ~BodyFilesTest() override { fs::remove_all(directory); }

  std::string content(const fs::path& name) const {
    std::ifstream in(directory / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const fs::path directory = fs::temp_directory_path() / ("longwire-bodies-" + std::to_string(getpid()));
};

TEST_F(BodyFilesTest, BodiesAreNamedByExchangeAndSide) {
  const BodyFiles files(directory / "made" / "here");
  files.open(4711000, Side::client)->take(as_bytes("question"));
  files.open(4711000, Side::server)->take(as_bytes("answer"));
  EXPECT_EQ(content("made/here/4711000.request"), "question");
  EXPECT_EQ(content("made/here/4711000.response"), "answer");
  EXPECT_EQ(files.failed(), 0u);
}

TEST_F(BodyFilesTest, ALargeBodyIsWrittenInPieces) {
  const BodyFiles files(directory);
  std::string whole;
  {
    const auto file = files.open(1, Side::server);
    for (int i = 0; i < 50; ++i) {
      const std::string piece(5000, static_cast<char>('a' + i % 26));
      whole += piece;
      file->take(as_bytes(piece));
    }
  }
  EXPECT_EQ(content("1.response"), whole);
}

TEST_F(BodyFilesTest, AnEarlierRunsFileIsReplaced) {
  std::ofstream(directory / "1.response") << "something much longer from before";
  const BodyFiles files(directory);
  files.open(1, Side::server)->take(as_bytes("new"));
  EXPECT_EQ(content("1.response"), "new");
}

TEST_F(BodyFilesTest, ABodyWithoutBytesMakesNoFile) {
  const BodyFiles files(directory);
  files.open(1, Side::server);
  EXPECT_TRUE(fs::is_empty(directory));
}

TEST_F(BodyFilesTest, ALinkIsNotFollowedOut) {
  fs::create_symlink(directory / "elsewhere", directory / "1.response");
  const BodyFiles files(directory);
  files.open(1, Side::server)->take(as_bytes("x"));
  EXPECT_FALSE(fs::exists(directory / "elsewhere"));
  EXPECT_EQ(files.failed(), 1u);
}

TEST_F(BodyFilesTest, WhatIsNoDirectoryIsAnError) {
  std::ofstream(directory / "file") << "x";
  EXPECT_THROW(BodyFiles((directory / "file").string()), OutputError);
}

}  // namespace
}  // namespace longwire
