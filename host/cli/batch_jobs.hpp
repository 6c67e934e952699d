// SPDX-License-Identifier: Apache-2.0
// Which pairs a batch runs: from a table, or found in a folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace groundshift::cli {

/// name    : unique in the batch, the heatmap's name without extension
/// options : long option without dashes, and its text, in the table's order; empty cells are left out
/// line    : of the table; 0: found in a folder
struct BatchJob {
  std::string name, before, after;
  std::vector<std::pair<std::string, std::string>> options;
  std::size_t line = 0;

  std::string file() const { return name + ".tif"; }
};

/// notes : what was found in a folder and left out, one sentence each
struct BatchJobs {
  std::vector<BatchJob> jobs;
  std::vector<std::string> notes;
};

/// The folder's name for before.* and after.* (or t1.*, t2.*) of one folder, X for X_before.* and X_after.*
/// (X_t1.*, X_t2.*), else both names joined by "_to_".
std::string pair_name(const std::filesystem::path& before, const std::filesystem::path& after);

/// A table with a header: before, after, out (optional, NAME.tif; empty: pair_name), and columns named as options.
/// Relative paths (before, after, masks, aoi, grid, scratch) count from the table's folder and come back absolute.
/// `known` : names of the options that may be columns. Throws UsageError: a missing, unknown or repeated column, a row
/// with too many or too few cells or without a date, an out that is no plain NAME.tif, two jobs of one name;
/// InputError: the file cannot be read, is no CSV or holds no job.
BatchJobs jobs_of_table(const std::filesystem::path& table, const std::vector<std::string>& known);

/// Pairs below a folder, by name: of each subfolder, and of the folder itself, before.EXT and after.EXT, else t1.EXT
/// and t2.EXT; and beside one another in the folder NAME_before.EXT and NAME_after.EXT (NAME_t1.EXT, NAME_t2.EXT). EXT
/// is tif, tiff, jp2, vrt, img, png, jpg or jpeg, in that order of preference, letters of either case. Throws
/// InputError when there is none.
BatchJobs jobs_of_folder(const std::filesystem::path& folder);

}  // namespace groundshift::cli
