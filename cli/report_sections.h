// What a report tells, in order: each section is one question, answered by a few rows.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace longwire {

struct ReportSection {
  std::string_view key;       // its name in JSON
  std::string_view title;     // for people
  std::string_view sql;       // without a row, the section is left out
  std::size_t rows;           // shown at most
  std::string_view question;  // `longwire query DB ...` that tells the rest
  bool sentences = false;     // told as severity, kind and summary, and never cut; the question tells more of each in any case
};
std::span<const ReportSection> report_sections();

}  // namespace longwire
