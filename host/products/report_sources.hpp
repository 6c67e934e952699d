// SPDX-License-Identifier: Apache-2.0
// The files that a summary names, opened where they are, with a sentence for each that is not.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/io/grid_view.hpp"
#include "host/io/site_listing.hpp"
#include "host/products/report.hpp"

namespace groundshift {

/// Looks files of a summary up.
class ReportFolder {
 public:
  ReportFolder(std::filesystem::path folder, const nlohmann::ordered_json& summary);
  /// First of: the path itself when absolute or one of GDAL's (/vsi, URL, driver:...); below the summary's folder;
  /// below the folder the run was started in; below the current one. Where none exists, the second.
  std::string found(const std::string& path) const;
  /// A product of the run: as above, else its name in the summary's folder.
  std::string found_product(const std::string& path) const;

 private:
  std::filesystem::path folder_, start_;
};

/// Which bands of a file are shown, 1-based: one (grey) or three (red, green, blue).
/// description : null for a date that is not there     bands : those the score was made of
struct DateBands {
  const RasterDescription* description = nullptr;
  const std::vector<std::int32_t>* bands = nullptr;
};
struct ShownBands {
  std::vector<std::int32_t> before, after;  ///< empty for a date that is not there
  std::string text;                         ///< "red, green, blue", "bands 1, 2, 3", "band 1"
};
/// Bands that mean the same: true colour where both have it, else the first of those the score was made of, which are
/// in one order.
ShownBands choose_shown(const DateBands& before, const DateBands& after);

/// bands : those the score was made of, 1-based   shown : one (grey) or three (red, green, blue) of the file's
struct ReportDate {
  std::string role, path;
  std::optional<GridView> view;
  std::string problem;  ///< why there is no view
  std::vector<std::int32_t> bands, shown;
};

struct ReportSources {
  std::string heatmap_path;
  std::optional<GridView> heatmap;  ///< always there
  ReportDate before, after;
  std::string shown_text;  ///< "red, green, blue", "bands 1, 2, 3", "band 1"
  std::optional<GridView> change_class;
  std::string class_problem;
  std::string sites_path;
  std::optional<SiteListing> sites;
  std::string sites_problem;

  const Grid& grid() const { return heatmap->grid(); }
};

/// The value at a path of keys; null where there is none on the way.
const nlohmann::ordered_json& at(const nlohmann::ordered_json& json, std::initializer_list<const char*> keys);
/// A number or nothing; text or an empty one.
std::optional<double> number_at(const nlohmann::ordered_json& json, std::initializer_list<const char*> keys);
std::string text_at(const nlohmann::ordered_json& json, std::initializer_list<const char*> keys);

/// Throws InputError as report_html() says.
ReportSources open_report_sources(const nlohmann::ordered_json& summary, const std::filesystem::path& folder,
                                  const ReportOptions& options);

}  // namespace groundshift
