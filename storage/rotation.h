// Files of a capture that begins new ones now and then: their names, and which old ones go.
//
//   traffic.db  ->  traffic-20261128T172000Z.db, traffic-20261128T182000Z.db ...   UTC; "-2" behind it where there is one
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace longwire {

// What stays, the newest files first; 0 = no bound.
struct KeepFiles {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  bool bounded() const { return count != 0 || bytes != 0; }
};

// What is behind a file's name, and orders it among its like.
struct RotationStamp {
  std::string time;  // "20261128T172000Z"
  std::uint64_t number = 1;
  bool operator<(const RotationStamp& other) const { return std::tie(time, number) < std::tie(other.time, other.number); }
};

class RotatedFiles {
 public:
  // `path`: as the user names it. What lies beside a database (its log) belongs to it.
  explicit RotatedFiles(std::string path);

  std::string path(const RotationStamp& stamp) const;

  struct File {
    RotationStamp stamp;
    std::string path;
    std::uint64_t bytes;
  };
  // Those that are there, of earlier runs too.
  std::vector<File> files() const;

 private:
  std::string folder_, stem_, extension_;
};

// Of files that begin at `now`, seconds since the Unix epoch: no file has it yet, and it is later than `last` and than all that
// are there, also where the clock was set back, so that what is written now is never taken for the oldest.
RotationStamp next_stamp(const std::vector<RotatedFiles>& series, const RotationStamp& last, std::int64_t now);

// Removes the oldest files of these series until what stays is within bounds; the count is of stamps, the newest stamp
// always stays. Returns the paths that are gone. What cannot be removed stays without a word: it is tried again next time.
std::vector<std::string> remove_oldest(const std::vector<RotatedFiles>& series, KeepFiles keep);

}  // namespace longwire
