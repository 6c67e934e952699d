// SPDX-License-Identifier: Apache-2.0
// Rows and folders to jobs.
#include "host/cli/batch_jobs.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/csv.hpp"

namespace groundshift::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 8> kExtensions = {".tif", ".tiff", ".jp2", ".vrt",
                                                         ".img", ".png",  ".jpg", ".jpeg"};

/// The two words that mark a pair's dates.
struct DateWords {
  std::string_view before, after;
};
constexpr DateWords kDateWords[] = {{"before", "after"}, {"t1", "t2"}};

std::string stem_of(const fs::path& path) { return path.stem().string(); }

/// Of a raster's extension; kExtensions.size() for any other.
std::size_t preference(const fs::path& path) {
  const std::string extension = lower(path.extension().string());
  return static_cast<std::size_t>(std::find(kExtensions.begin(), kExtensions.end(), extension) - kExtensions.begin());
}

std::string without_suffix(const std::string& stem, std::string_view suffix) {
  const std::string end = "_" + std::string(suffix);
  const bool has_it = stem.size() > end.size() && lower(stem).ends_with(end);
  return has_it ? stem.substr(0, stem.size() - end.size()) : std::string{};
}

/// Connection strings (NETCDF:file:variable) and /vsi paths stay as they are.
std::string resolved_path(const std::string& text, const fs::path& folder) {
  const fs::path joined = fs::absolute(folder / text).lexically_normal();
  std::error_code error;
  if (text.find(':') != std::string::npos && !fs::exists(joined, error)) return text;
  return joined.string();
}

bool is_box(const std::string& text) { return text.find_first_not_of("0123456789.,+-eE ") == std::string::npos; }

std::string resolved_option(const std::string& name, const std::string& text, const fs::path& folder) {
  const bool mask = name == "mask" || name == "before-mask" || name == "after-mask";
  const bool plain = mask || name == "scratch" || (name == "aoi" && !is_box(text)) ||
                     (name == "grid" && lower(text) != "before" && lower(text) != "after");
  if (!plain) return text;
  // FILE:LAYOUT and FILE:layer follow the file's name.
  std::string out;
  for (const std::string& part : mask ? split(text, ';') : std::vector<std::string>{text}) {
    out += (out.empty() ? "" : ";") +
           (part.starts_with('/') ? part : fs::absolute(folder / part).lexically_normal().string());
  }
  return out;
}

void check_names(const std::vector<BatchJob>& jobs) {
  std::map<std::string, const BatchJob*> known;
  for (const BatchJob& job : jobs) {
    const auto told = [](const BatchJob& j) { return j.line > 0 ? fmt::format("line {}", j.line) : j.before; };
    if (lower(job.name) == "batch") {
      throw UsageError(fmt::format("{}: the name batch is that of the batch's own index; give another out", told(job)));
    }
    const auto [found, added] = known.emplace(job.name, &job);
    if (!added) {
      throw UsageError(fmt::format("{} and {}: both would write {}; give them different names in a column out",
                                   told(*found->second), told(job), job.file()));
    }
  }
}

std::string name_of_out(const std::string& out, const std::string& where) {
  const fs::path path = out;
  const std::string extension = lower(path.extension().string());
  if (path.has_parent_path() || stem_of(path).empty() || (extension != ".tif" && extension != ".tiff")) {
    throw UsageError(fmt::format("{}: out '{}' is to be a plain name with .tif, which lies in OUTDIR", where, out));
  }
  return stem_of(path);
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("{}: cannot be opened", path.string()));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Where each column goes; checks them.
std::vector<std::string> header_of(const CsvRow& row, const std::vector<std::string>& known, const std::string& what) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const std::string& cell : row.cells) {
    std::string name = lower(cell);
    const auto first = name.find_first_not_of(" -"), last = name.find_last_not_of(' ');
    name = first == std::string::npos ? "" : name.substr(first, last - first + 1);
    const bool own = name == "before" || name == "after" || name == "out";
    if (!own && std::find(known.begin(), known.end(), name) == known.end()) {
      throw UsageError(fmt::format("{}: unknown column '{}'; columns are before, after, out, and the options {}", what,
                                   cell, fmt::join(known, ", ")));
    }
    if (!seen.insert(name).second) throw UsageError(fmt::format("{}: the column '{}' stands there twice", what, name));
    names.push_back(name);
  }
  for (const char* needed : {"before", "after"}) {
    if (!seen.contains(needed)) throw UsageError(fmt::format("{}: has no column '{}'", what, needed));
  }
  return names;
}

}  // namespace

std::string pair_name(const fs::path& before, const fs::path& after) {
  const std::string b = stem_of(before), a = stem_of(after);
  for (const DateWords& words : kDateWords) {
    const fs::path folder = fs::absolute(before).lexically_normal().parent_path();
    const bool together = folder == fs::absolute(after).lexically_normal().parent_path();
    if (together && lower(b) == words.before && lower(a) == words.after && folder.has_filename()) {
      return folder.filename().string();
    }
    const std::string common = without_suffix(b, words.before);
    if (!common.empty() && common == without_suffix(a, words.after)) return common;
  }
  return b + "_to_" + a;
}

BatchJobs jobs_of_table(const fs::path& table, const std::vector<std::string>& known) {
  const std::string what = table.string();
  const std::vector<CsvRow> rows = parse_csv(text_of(table), what);
  if (rows.empty())
    throw InputError(fmt::format("{}: is empty; its first line names the columns before, after ...", what));
  const std::vector<std::string> columns = header_of(rows.front(), known, what);
  BatchJobs out;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    const std::string where = fmt::format("{}, line {}", what, row.line);
    if (row.cells.size() != columns.size()) {
      throw UsageError(fmt::format("{}: has {} cells, but the header {}", where, row.cells.size(), columns.size()));
    }
    BatchJob job;
    job.line = row.line;
    std::string name;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string& cell = row.cells[c];
      if (cell.empty()) continue;
      if (columns[c] == "before" || columns[c] == "after") {
        (columns[c] == "before" ? job.before : job.after) = resolved_path(cell, table.parent_path());
      } else if (columns[c] == "out") {
        name = name_of_out(cell, where);
      } else {
        job.options.emplace_back(columns[c], resolved_option(columns[c], cell, table.parent_path()));
      }
    }
    if (job.before.empty() || job.after.empty()) throw UsageError(where + ": before and after are both needed");
    job.name = name.empty() ? pair_name(job.before, job.after) : name;
    out.jobs.push_back(std::move(job));
  }
  if (out.jobs.empty()) throw InputError(fmt::format("{}: holds no job", what));
  check_names(out.jobs);
  return out;
}

BatchJobs jobs_of_folder(const fs::path& folder) {
  BatchJobs out;
  /// Best raster of each stem in a folder, and its subfolders.
  const auto rasters_of = [](const fs::path& where, std::vector<fs::path>* folders) {
    std::map<std::string, fs::path> best;
    std::error_code error;
    const fs::directory_iterator entries(where, error);
    if (error) throw InputError(fmt::format("{}: cannot be listed: {}", where.string(), error.message()));
    for (const fs::directory_entry& entry : entries) {
      if (entry.path().filename().string().starts_with('.')) continue;
      if (entry.is_directory()) {
        if (folders != nullptr) folders->push_back(entry.path());
        continue;
      }
      const std::size_t rank = preference(entry.path());
      if (rank == kExtensions.size()) continue;
      const auto [at, added] = best.emplace(stem_of(entry.path()), entry.path());
      if (!added && rank < preference(at->second)) at->second = entry.path();
    }
    return best;
  };
  const auto add = [&](const fs::path& before, const fs::path& after) {
    BatchJob job;
    job.before = fs::absolute(before).lexically_normal().string();
    job.after = fs::absolute(after).lexically_normal().string();
    job.name = pair_name(before, after);
    out.jobs.push_back(std::move(job));
  };
  const auto add_dates = [&](const fs::path& where, const std::map<std::string, fs::path>& rasters) {
    const auto find = [&](std::string_view word) -> const fs::path* {
      for (const auto& [stem, path] : rasters) {
        if (lower(stem) == word) return &path;
      }
      return nullptr;
    };
    for (const DateWords& words : kDateWords) {
      const fs::path *before = find(words.before), *after = find(words.after);
      if (before != nullptr && after != nullptr) return add(*before, *after);
      if (before != nullptr || after != nullptr) {
        out.notes.push_back(fmt::format("{}: has {} but no {}", where.string(), before ? words.before : words.after,
                                        before ? words.after : words.before));
      }
    }
  };
  std::error_code error;
  if (!fs::is_directory(folder, error)) throw InputError(fmt::format("{}: no such folder", folder.string()));
  std::vector<fs::path> folders;
  const auto here = rasters_of(folder, &folders);
  add_dates(folder, here);
  for (const auto& [stem, path] : here) {
    for (const DateWords& words : kDateWords) {
      const std::string common = without_suffix(stem, words.before);
      if (common.empty()) continue;
      const auto partner = std::find_if(here.begin(), here.end(), [&](const auto& other) {
        return without_suffix(other.first, words.after) == common;
      });
      if (partner == here.end()) {
        out.notes.push_back(fmt::format("{}: has no {}_{} beside it", path.string(), common, words.after));
      } else {
        add(path, partner->second);
      }
    }
  }
  for (const fs::path& sub : folders) add_dates(sub, rasters_of(sub, nullptr));
  if (out.jobs.empty()) {
    throw InputError(
        fmt::format("{}: holds no pair; subfolders are to hold before.tif and after.tif (or t1.tif and t2.tif), or the "
                    "folder itself "
                    "NAME_before.tif and NAME_after.tif",
                    folder.string()));
  }
  std::sort(out.jobs.begin(), out.jobs.end(), [](const BatchJob& a, const BatchJob& b) { return a.name < b.name; });
  check_names(out.jobs);
  return out;
}

}  // namespace groundshift::cli
