// SPDX-License-Identifier: Apache-2.0
// One walk over the text.
#include "host/cli/csv.hpp"

#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift::cli {

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& what) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  std::vector<CsvRow> rows;
  CsvRow row{1, {}};
  std::string cell;
  bool quoted = false;  // the cell began with a quote
  std::size_t line = 1, at = 0;
  const auto fault = [&](std::size_t where, const char* why) {
    return InputError(fmt::format("{}, line {}: {}", what, where, why));
  };
  const auto end_cell = [&] {
    row.cells.push_back(std::exchange(cell, {}));
    quoted = false;
  };
  const auto end_row = [&] {
    const bool blank = row.cells.empty() && cell.empty() && !quoted;
    if (!blank) {
      end_cell();
      rows.push_back(std::move(row));
    }
    row = {line, {}};
  };
  while (at < text.size()) {
    const char c = text[at];
    const bool crlf = text.substr(at, 2) == "\r\n";
    if (c == '"') {
      if (!cell.empty() || quoted) throw fault(line, "a quote inside a cell: put the cell in quotes, and double it");
      quoted = true;
      const std::size_t opened = line;
      for (++at;; ++at) {
        if (at >= text.size()) throw fault(opened, "a quoted cell has no closing quote");
        if (text[at] == '"') {
          if (at + 1 >= text.size() || text[at + 1] != '"') break;
          ++at;
        }
        if (text[at] == '\n') ++line;
        cell += text[at];
      }
      ++at;
      const bool ends = at >= text.size() || text[at] == ',' || text[at] == '\n' || text.substr(at, 2) == "\r\n";
      if (!ends) throw fault(line, "text after a closing quote");
    } else if (c == ',') {
      end_cell();
      ++at;
    } else if (c == '\n' || crlf) {
      at += crlf ? 2 : 1;
      ++line;
      end_row();
    } else {
      cell += c;
      ++at;
    }
  }
  end_row();
  return rows;
}

}  // namespace groundshift::cli
