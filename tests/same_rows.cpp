#include "tests/same_rows.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace longwire::test {
namespace {

// As sorted lines: a cut may let one side's anomaly come before the other side's.
std::string rows(const Script& script, const Cuts& cuts, const MakeReader& make, const DissectOptions& options) {
  RowBatch batch;
  std::string all = read(script.talk, cuts, batch, make, options) + "\n";
  std::istringstream text(rows_as_text(batch));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

}  // namespace

void same_rows_or_abort(const Script& script, const MakeReader& make, const DissectOptions& options) {
  const std::string whole = rows(script, {}, make, options);
  Cuts everywhere;
  for (std::size_t i = 1; i < script.size; ++i) everywhere.push_back(i);
  for (const Cuts& cuts : {script.cuts, everywhere}) {
    const std::string cut = rows(script, cuts, make, options);
    if (cut == whole) continue;
    std::cerr << "whole:\n" << whole << "\ncut:\n" << cut << "\n";
    std::abort();
  }
}

}  // namespace longwire::test
