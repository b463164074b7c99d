// For fuzzing: a conversation must give the same rows however it is cut.
#pragma once

#include "tests/conversation.h"

namespace longwire::test {

// A conversation as an input tells it.
struct Script {
  Conversation talk;
  Cuts cuts;             // where the input says
  std::size_t size = 0;  // of all data
};

// Reads it whole, at its cuts and at every byte; says on standard error where rows differ, and aborts then.
void same_rows_or_abort(const Script& script, const MakeReader& make = nullptr, const DissectOptions& options = {});
// As a connection, through the detector, and at once by the reader, so that no first byte hides what follows.
inline void same_rows_both_ways_or_abort(const Script& script, const MakeReader& make) {
  same_rows_or_abort(script);
  same_rows_or_abort(script, make);
}

}  // namespace longwire::test
