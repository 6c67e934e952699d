// SPDX-License-Identifier: Apache-2.0
// A raster that stands beside the heatmap: written tile by tile, hashed, put in place when the run is complete.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/product_maker.hpp"
#include "host/io/pixel_hash.hpp"
#include "host/io/raster_sink.hpp"

namespace groundshift {

/// `<stem>_<name>.<ext>` beside the heatmap.
std::filesystem::path product_path(const std::filesystem::path& heatmap, const std::string& name);
/// `<stem>_sites.gpkg` beside the heatmap.
std::filesystem::path site_layer_path(const std::filesystem::path& heatmap);
/// Files of the products that a run makes itself.
std::vector<std::filesystem::path> product_paths(const DetectOptions& options);

struct RasterProductSpec {
  std::string name;
  PixelType type = PixelType::f32;
  double nodata = 0.0;
  std::vector<std::string> bands;    ///< descriptions, one a band
  std::vector<Category> categories;  ///< of a class raster
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Same grid, format and creation options as the heatmap. Tiles come in any order, from several threads where the
/// product is concurrent(), else from one.
class RasterProduct {
 public:
  RasterProduct(const DetectPlan& plan, RasterProductSpec spec, const std::filesystem::path& path,
                const JobContext& context);

  bool concurrent() const { return sink_->concurrent(); }
  /// All bands of a tile, band after band, without gaps.
  void write(const Window& core, const void* pixels);
  /// Closes the file; it is complete, but not yet under its name.
  void finish();
  ProductRecord commit();

 private:
  RasterProductSpec spec_;
  std::filesystem::path path_;
  PixelHash hash_;
  std::unique_ptr<RasterSink> sink_;
};

PixelType stored_type(ScoreType type);
/// How the heatmap is written: "one pass", or "GDAL: because of -co NAME=VALUE".
std::string way_out(const DetectPlan& plan);
/// Bytes that the rasters of a run could take if nothing of them could be packed, overviews included.
std::int64_t largest_output_bytes(const DetectPlan& plan);

/// What `-of`, `-co` and the budget make of a sink for this run's grid.
RasterSinkSpec sink_spec(const DetectPlan& plan, const JobContext& context);

}  // namespace groundshift
