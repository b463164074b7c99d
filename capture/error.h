// The environment failed: the only things that are thrown. Each is caught once, in main, where it becomes one line on
// standard error and an exit code. Bytes on the wire never throw.
#pragma once

#include <stdexcept>

namespace longwire {

// A wrong command line. Exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Input that cannot be read. Exit code 3.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// A target that cannot be written. Exit code 4.
struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// An interface that cannot be captured from. Exit code 5.
struct CaptureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace longwire
