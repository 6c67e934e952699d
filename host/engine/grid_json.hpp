// SPDX-License-Identifier: Apache-2.0
// The parts of a summary that say where pixels lie and which of them count.
#pragma once

#include <nlohmann/json.hpp>

#include "host/engine/detect_plan.hpp"
#include "host/engine/quality_product.hpp"

namespace groundshift {

/// JSON has no NaN or infinity: those become null.
nlohmann::ordered_json number_json(double v);
nlohmann::ordered_json grid_json(const Grid& grid);
/// How a date lies on the output grid.
nlohmann::ordered_json place_json(const PlannedInput& input, const GridOptions& options);
/// The output grid, how it came about, and the overlap.
nlohmann::ordered_json output_grid_json(const DetectPlan& plan);
nlohmann::ordered_json masks_json(const PixelRules& rules);
/// The measured field and the windows it came from; null without --align.
nlohmann::ordered_json alignment_json(const std::optional<AlignResult>& alignment);
/// Pixels by reason, each reason on its own; a pixel may have several.
nlohmann::ordered_json quality_json(const QualityCounts& counts);

}  // namespace groundshift
