// SPDX-License-Identifier: Apache-2.0
// AFTER on the grid of BEFORE as a raster of its own, co-registered where that is asked for.
#pragma once

#include <filesystem>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/product_maker.hpp"
#include "host/pipeline/run_pass.hpp"

namespace groundshift {

struct AlignOutcome {
  ProductRecord product;
  std::int64_t valid_pixels = 0;
  std::vector<PassTiming> passes;
  double wall_s = 0.0;
};

/// Plan of a run that only puts AFTER on the grid; its pixels stay of the type that holds both dates. Throws as
/// plan_detect.
DetectPlan plan_align(DetectOptions options, Warnings& warnings, const std::stop_token& stop = {});

/// Runs it: pixels without a value are NaN, of integer types AFTER's own nodata value or else the type's extreme
/// (255, 65535, -32768). Valid pixels of that value would be lost: warning "nodata_collision" with their number.
/// points : written too where shifts were measured (a GeoPackage of the windows), empty: not
/// The raster is complete or absent, its summary comes last. Throws as run_detect.
AlignOutcome run_align(DetectPlan& plan, const std::filesystem::path& points, const JobContext& context);

}  // namespace groundshift
