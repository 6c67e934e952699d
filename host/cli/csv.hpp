// SPDX-License-Identifier: Apache-2.0
// Comma-separated values by RFC 4180.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace groundshift::cli {

struct CsvRow {
  std::size_t line = 0;  ///< of the text, 1-based, where the row begins
  std::vector<std::string> cells;
};

/// Rows of a text: a UTF-8 byte order mark is skipped, lines end with LF or CRLF, quoted cells may hold commas, quotes
/// (doubled) and line ends. Blank lines are no rows. `what` names the text in messages. Throws InputError: a quote
/// inside a bare cell or after a closing one, no closing quote.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& what);

}  // namespace groundshift::cli
