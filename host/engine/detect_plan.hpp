// SPDX-License-Identifier: Apache-2.0
// Everything that is decided about a pair before a pixel is read; what `plan` prints and `detect` does.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/decode_rates.hpp"
#include "host/engine/detect_options.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/stored_pixels.hpp"
#include "host/io/packed_batch.hpp"
#include "host/io/raster_source.hpp"
#include "host/io/unit_cache.hpp"
#include "host/plan/plan.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// A window of source pixels; 0 x 0: nothing is resampled.
struct SourceShape {
  std::int32_t width = 0, height = 0;
  bool empty() const { return width == 0 || height == 0; }
};

/// One date as it will be read.
/// place   : how it lies on the output grid
/// weights : of its resampling, where it is resampled
struct PlannedInput {
  std::string role;  ///< "before" or "after"
  RasterDescription description;
  SourceSelection selection;
  DateOnGrid place;
  ResampleWeights weights;
  std::unique_ptr<RasterSource> source;
  std::unique_ptr<UnitCache> units;  ///< what the measuring of shifts decoded and the budget can keep; may be null
};

/// Who decodes tiles. The figures are of tiles that the device decodes: none where it decodes nothing.
/// shape  : room of a slot for packed blocks, in host memory of the backend and on the device
/// a_pass : blocks that a pass over the grid's tiles decodes, those under halos once a tile
/// stored : blocks of both files under the grid
struct DecodePlan {
  bool on_device = false;
  std::string why;
  DecodeShape shape;
  PackedNeed a_pass, stored;
  std::string rates;                           ///< which kept rates there are, or why there is no prediction
  std::optional<DecodePrediction> prediction;  ///< by them, whoever decodes
};

/// The type that holds the pixels of all its bands.
PixelType kernel_type(const PlannedInput& input);

struct PlannedPass {
  std::string name;
  std::string why;
};

/// What happens to decoded tiles of the fit between passes.
enum class KeptTiles : std::uint8_t {
  none,    ///< no pass wants them again, or one does and too few fit the budget: all are decoded a second time
  memory,  ///< those that fit the budget; the others are decoded a second time
  spilled  ///< all: those that do not fit the budget go to a scratch file
};

/// One date's bands for `--score index`, by number or name.
struct IndexBands {
  std::string a, b;  ///< (a - b) / (a + b)
};
/// ndvi, nbr, ndbi, ndwi, mndwi by common names, or "(A-B)/(A+B)". Throws UsageError.
IndexBands index_bands(const std::string& name);

/// type        : what slots hold; float32 for histogram matching, else what both files hold
/// source_type : what the files hold
/// common      : the overlap and how the grid came about; its dates' places are moved to the inputs
/// source      : source window that a slot has room for, where a date is resampled
/// halo        : pixels around a tile that the scores and the fit need; fit_halo: around a tile or cell of the fit;
///               score_halo: around a pixel that its score looks at
/// normalized  : pixels of AFTER on BEFORE's radiometry: BEFORE's own where they are put there, else float32
struct DetectPlan {
  DetectOptions options;  ///< resources resolved
  Method method;
  PlannedInput before, after;
  Grid grid;
  CommonGrid common;
  SourceShape source;
  PixelRules rules;
  std::optional<AlignResult> alignment;  ///< with --align
  std::string matched_bands;             ///< what was done to bring both dates' bands into one order; empty: nothing
  PixelType type = PixelType::u8, source_type = PixelType::u8;
  StoredPixels normalized;
  std::int32_t band_count = 0;  ///< of the date with more
  std::int32_t halo = 0, fit_halo = 0, score_halo = 0;
  bool window_scores = false;
  ChosenBackend backend;
  DecodePlan decode;
  TilePlan tiles;
  std::vector<PlannedPass> passes;
  KeptTiles keep = KeptTiles::none;
  std::int64_t store_bytes = 0, score_store_bytes = 0;  ///< memory for kept tiles and kept scores
  std::int64_t kept_unit_bytes = 0;                     ///< of both dates' `units`
  std::filesystem::path scratch_folder;

  BandCounts bands() const {
    return {static_cast<std::int32_t>(before.selection.bands.size()),
            static_cast<std::int32_t>(after.selection.bands.size())};
  }
  /// Of one pixel of the normalized raster.
  std::int64_t normalized_bytes() const { return band_count * static_cast<std::int64_t>(byte_count(normalized.type)); }
  /// Reasons are collected: for the product, or because there is more to count than nodata.
  bool tells_quality() const { return options.products.quality || !rules.empty(); }
  bool resamples() const {
    return before.place.relation == GridRelation::resampled || after.place.relation == GridRelation::resampled;
  }
  /// The fit reads a sample of cells instead of all tiles.
  bool sampled() const { return method.fit_pixels != kFitAll && pixel_count(grid) > method.fit_pixels; }
  /// Tiles kept for one more pass lie in as many bits as their samples need; for more passes they are worked on in
  /// place, as are those of a device.
  bool packs_bits() const;
  /// The scores themselves are wanted again after the last pass.
  bool keeps_scores() const { return finds_places() || options.type != ScoreType::float32; }
  /// Class or sites are made of the kept scores.
  bool finds_places() const { return options.products.change_class || options.products.sites; }
  /// Rasters that a run writes at once.
  std::int32_t raster_count() const;
  /// One half of what the plan sets aside for caches of files is GDAL's, the other the writers', in equal parts.
  std::int64_t gdal_cache_bytes() const { return tiles.gdal_cache_bytes / 2; }
  std::int64_t output_memory_bytes() const { return tiles.gdal_cache_bytes / 2 / raster_count(); }
};

/// Which statistics a method needs before the first score.
struct FitNeeds {
  bool any = false;      ///< a pass over the fit's pixels
  bool several = false;  ///< more than one
  bool irmad = false, contextual = false, null_model = false;
  bool warm_start = false;                    ///< of IR-MAD to its tolerance, from a lattice
  bool median = false;                        ///< of the values, for epsilon
  bool held_out = false;                      ///< unit-weight moments of the third that checks a closed fit
  GramProducts products = GramProducts::all;  ///< of the unit-weight moments
};
FitNeeds fit_needs(const DetectOptions& options, const Method& method, PixelType type);

/// What a slot's workspace has to take: padded tiles of this size out of source windows of that; those of the plan.
WorkspaceShape workspace_shape(const DetectPlan& plan, const SourceShape& source, std::int32_t width,
                               std::int32_t height);
WorkspaceShape workspace_shape(const DetectPlan& plan);

/// Weights for a date that is resampled; nothing for one that is not. Throws InputError for a date much finer than the
/// grid.
void set_weights(PlannedInput& input, ResampleMethod method);

/// Of all tiles of the grid, decoded.
std::int64_t decoded_tile_bytes(const DetectPlan& plan);

/// With --align, pixels of some windows are read here. shelf : lends the backend; null: the plan has its own
DetectPlan plan_detect(DetectOptions options, Warnings& warnings, const std::stop_token& stop = {},
                       BackendShelf* shelf = nullptr);

}  // namespace groundshift
