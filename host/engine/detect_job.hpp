// SPDX-License-Identifier: Apache-2.0
// The main job: two dates in, a heatmap, its products and a summary out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/device_decode.hpp"
#include "host/engine/pair_fit.hpp"
#include "host/engine/product_maker.hpp"
#include "host/engine/quality_product.hpp"
#include "host/engine/score_thresholds.hpp"
#include "host/engine/site_product.hpp"
#include "host/pipeline/run_pass.hpp"

namespace groundshift {

/// What a finished run knows; the summary is made of it.
struct DetectResult {
  std::int64_t valid_pixels = 0;  ///< valid on both dates in every band
  PairFit fit;
  std::optional<ScoreThresholds> thresholds;
  std::optional<SiteFindings> sites;  ///< where class or sites are products
  Residency residency;
  std::optional<QualityCounts>
      quality;                          ///< where more than nodata decides which pixels count, or where it is a product
  std::vector<ProductRecord> products;  ///< the heatmap first
  std::vector<PassTiming> passes;
  std::int64_t decoded_bytes_before = 0, decoded_bytes_after = 0;  ///< pixels decoded, over all passes
  DecodeCounts decode;
  double wall_s = 0.0;
};

/// The summary stands beside the heatmap: change.tif -> change.json.
std::filesystem::path summary_path(const std::filesystem::path& out);

/// The step from complete files to files under their names, the same for every job of a plan: stops on request, and
/// with overwrite takes the older summary away, so that none stands beside newer files. Throws Error(interrupted).
void prepare_commit(const DetectPlan& plan, const JobContext& context);

/// Runs a plan. The heatmap appears under its name only when it is complete; then the products; the summary last.
/// With overwrite, an older summary goes before the older heatmap is replaced.
/// Throws InputError (corrupt pixels, nothing valid, constant band), OutputError, DeviceError, Error(interrupted).
DetectResult run_detect(DetectPlan& plan, ProductMaker& products, const JobContext& context);

/// What can be refused of the outputs before a pixel is read: folder, existing files, output that is an input
/// (OutputError), creation options (UsageError).
void check_outputs(const DetectOptions& options, const ProductMaker& products);

}  // namespace groundshift
