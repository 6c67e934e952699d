// SPDX-License-Identifier: Apache-2.0
// A run as a STAC Item, so that catalogues can find its heatmap by place and time.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace groundshift {

/// What a run does not know of itself. Times as parse_acquisition_time() takes them; empty: see stac_item().
struct StacOptions {
  std::string id;               ///< empty: the heatmap's name without extension
  std::string before_datetime;  ///< when BEFORE saw the ground; empty: what its metadata say
  std::string after_datetime;
  std::string created;                                     ///< when the item was made; empty: now
  std::string facility;                                    ///< processing:facility; empty: left out
  std::map<std::filesystem::path, std::string> checksums;  ///< of product files, where known: sha256_of_file()
};

/// The item's name beside a summary: change.json -> change.stac.json.
std::filesystem::path stac_item_path(const std::filesystem::path& summary_path);

/// STAC 1.0.0 Item of a finished run with the extensions projection 1.1.0, raster 1.1.0, file 2.1.0, processing 1.1.0.
/// geometry : outline of the grid in WGS 84 (geographic_outline.hpp); null, without bbox, where it has no place
/// time     : start_datetime and end_datetime from both dates, datetime null; where only one is known, that one; where
///            none is, the time of `created`. The description says which it is: a file's own times are never used.
/// assets   : every product of the summary but "stac", and the summary itself (written after the item, hence without
///            size and checksum); links are relative to the item, which stands beside the summary. Files are those
///            of product_file().
/// Throws InputError for a product that is missing or not of the size that the summary says, UsageError for a time that
/// is none.
nlohmann::ordered_json stac_item(const nlohmann::ordered_json& summary, const std::filesystem::path& summary_path,
                                 const StacOptions& options);

}  // namespace groundshift
