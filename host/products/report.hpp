// SPDX-License-Identifier: Apache-2.0
// The finding as one HTML page that needs nothing beside it: made from a finished summary and the files it names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "host/base/progress.hpp"
#include "host/engine/product_maker.hpp"
#include "host/products/date_means.hpp"

namespace groundshift {

/// chips    : the first sites that get close-ups (before, after, score)
/// max_side : longest side of the overview pictures in pixels, 64 to 8192
/// listed   : sites in the table and on the map, first ranks first; the page says how many are left out
/// sites    : vector file of the sites; empty: the one the summary names, else <stem>_sites.gpkg where it exists
/// title    : empty: from the names of the inputs
/// threads  : that decode dates without overviews
struct ReportOptions {
  std::int32_t chips = 50;
  std::int32_t max_side = 2048;
  std::int32_t listed = 1000;
  std::string sites;
  std::string title;
  int threads = 1;
  bool overwrite = false;
};

/// The page of a finished run. `folder` is where its summary lies: relative paths in it are looked up there, then where
/// the run was started as far as its own output's path tells, then in the current folder. Every file but the heatmap
/// may be missing: the page then says so and how to make it. Memory is that of the pictures, not of the rasters. Throws
/// InputError: no summary of a detect run, the heatmap missing or not that of the summary, a sites layer that cannot be
/// read. made : pictures of the dates, used where they are what the page would read
std::string report_html(const nlohmann::ordered_json& summary, const std::filesystem::path& folder,
                        const ReportOptions& options, const JobContext& context, const DateMeans& made = {});

/// Reads a summary and writes its page. Throws InputError (also for text that is no JSON) and OutputError.
ProductRecord write_report(const std::filesystem::path& summary, const std::filesystem::path& out,
                           const ReportOptions& options, const JobContext& context);

}  // namespace groundshift
