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
#include "host/pipeline/slot.hpp"

namespace groundshift {

/// gain * after + offset of every band of a tile's core into its result planes from `first_plane` on; NaN where the
/// tile is not valid. A histogram map was applied when the tile was read: its fits are the identity.
void normalize_tile(Slot& slot, const std::vector<BandFit>& fits, std::int32_t first_plane);

/// Descriptions of the normalized bands.
std::vector<std::string> normalized_names(const DetectPlan& plan);

struct NormalizeResult {
  PairFit fit;
  ProductRecord product;
  std::vector<PassTiming> passes;
  DecodeCounts decode;
  double wall_s = 0.0;
};

/// Plan of a run that normalizes: float32, as many bands as AFTER. apply : coefficients of an earlier run (its
/// summary), in place of a fit. Throws as plan_detect.
DetectPlan plan_normalize(DetectOptions options, bool apply, Warnings& warnings, const std::stop_token& stop = {},
                          BackendShelf* shelf = nullptr);

/// Maps of bands out of the key "normalization" of a summary. Throws InputError: missing, no JSON, no affine fit.
std::vector<BandNormalization> read_coefficients(const std::filesystem::path& path, std::size_t band_count);

/// Runs it; the raster is complete or absent, its summary comes last. Throws as run_detect.
NormalizeResult run_normalize(DetectPlan& plan, const std::optional<std::filesystem::path>& coefficients,
                              const JobContext& context);

}  // namespace groundshift
