// SPDX-License-Identifier: Apache-2.0
// Everything that is decided about a pair before a pixel is read; what `plan` prints and `detect` does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_options.hpp"
#include "host/engine/resources.hpp"
#include "host/io/raster_source.hpp"
#include "host/plan/plan.hpp"

namespace groundshift {

/// One date as it will be read.
struct PlannedInput {
  std::string role;  ///< "before" or "after"
  RasterDescription description;
  SourceSelection selection;
  std::unique_ptr<RasterSource> source;
};

struct PlannedPass {
  std::string name;
  std::string why;
};

struct DetectPlan {
  DetectOptions options;  ///< resources resolved
  PlannedInput before, after;
  Grid grid;
  PixelType type = PixelType::u8;
  std::int32_t band_count = 0;
  std::int32_t halo = 0;
  ChosenBackend backend;
  TilePlan tiles;
  std::vector<PlannedPass> passes;
};

/// Opens both dates, checks that they fit, chooses backend and tiles. Reads no pixel and writes nothing.
/// Throws InputError (unreadable, grids or bands that do not fit), UsageError, DeviceError, BudgetError.
DetectPlan plan_detect(DetectOptions options, Warnings& warnings);

}  // namespace groundshift
