// SPDX-License-Identifier: Apache-2.0
// The parts of a page as HTML; every text that comes from a file is escaped here.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/products/report_pictures.hpp"

namespace groundshift {

/// "<li>...</li>" a sentence.
std::string list_items(const std::vector<std::string>& sentences);
/// A boxed list with a heading; empty without sentences.
std::string boxed_list(const char* style, const char* heading, const std::vector<std::string>& sentences);

/// Numbers of the head: area, share, threshold, pixel size.
std::string key_figures(const nlohmann::ordered_json& summary, const ReportSources& sources);
/// The layers of the map, the line between the dates, and what belongs to them.
std::string map_panes(const ReportSources& sources, const Overview& overview, double tolerance_px);
std::string swipe_control(const Overview& overview);
std::string overlay_control(const ReportSources& sources, const Overview& overview);
/// How much brighter the darker date must be shown to look like the other: {before, after}, one of them 1.
std::array<double, 2> even_brightness(const Overview& overview);
/// Check boxes: outlines, where there are any; equal brightness, where the dates differ in it.
std::string view_controls(const ReportSources& sources, const Overview& overview);
std::string ramp_legend(const Overview& overview);
/// An arrow to the north of the grid as an overlay; empty without georeference.
std::string north_arrow(const Grid& grid);
/// Direction of north in the picture in degrees clockwise from up; needs a geotransform.
double north_degrees(const Grid& grid);
/// Table of the listed sites; empty where there are none.
std::string sites_table(const ReportSources& sources);
/// One close-up a site, in the order given.
std::string chip_item(const ReportSources& sources, const ListedSite& site, const Chip& chip);

/// What was read, made and used.
std::string provenance(const nlohmann::ordered_json& summary, const ReportSources& sources);
/// Every option of the run as a table.
std::string parameters(const nlohmann::ordered_json& summary);
/// Histogram, thresholds, scatters, convergence, shifts, each with a caption or the reason why it is not there.
std::string plot_figures(const nlohmann::ordered_json& summary, const ReportSources& sources);

}  // namespace groundshift
