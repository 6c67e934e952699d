// SPDX-License-Identifier: Apache-2.0
// AFTER on the radiometry of BEFORE as a raster of its own, and the coefficients that did it.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/device_decode.hpp"
#include "host/engine/pair_fit.hpp"
#include "host/engine/product_maker.hpp"
#include "host/pipeline/run_pass.hpp"

namespace groundshift {

struct NormalizeResult {
  PairFit fit;
  ProductRecord product;
  std::vector<PassTiming> passes;
  DecodeCounts decode;
  double wall_s = 0.0;
};

/// Plan of a run that normalizes: as many bands as AFTER, pixels as plan.normalized says. apply : coefficients of an
/// earlier run (its summary), in place of a fit. Throws as plan_detect.
DetectPlan plan_normalize(DetectOptions options, bool apply, Warnings& warnings, const std::stop_token& stop = {},
                          BackendShelf* shelf = nullptr);

/// Maps of bands out of the key "normalization" of a summary. Throws InputError: missing, no JSON, no affine fit.
std::vector<BandNormalization> read_coefficients(const std::filesystem::path& path, std::size_t band_count);

/// Runs it; the raster is complete or absent, its summary comes last. Throws as run_detect.
NormalizeResult run_normalize(DetectPlan& plan, const std::optional<std::filesystem::path>& coefficients,
                              const JobContext& context);

}  // namespace groundshift
