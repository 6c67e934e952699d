// SPDX-License-Identifier: Apache-2.0
// The run as one JSON object with stable keys (schema: summary.schema.json), written last.
#pragma once

#include <nlohmann/json.hpp>

#include "host/engine/detect_job.hpp"

namespace groundshift {

/// Keys "groundshift", "command", "inputs", "grid", "plan" of a plan alone: what `plan --json` prints.
nlohmann::ordered_json plan_json(const DetectPlan& plan);

/// Method and fits of all bands: the key "normalization".
nlohmann::ordered_json normalization_json(const DetectPlan& plan, const PairFit& fit);

/// What was solved from the passes: the key "statistics".
nlohmann::ordered_json statistics_json(const DetectPlan& plan, const PairFit& fit);
nlohmann::ordered_json product_json(const ProductRecord& product);
nlohmann::ordered_json warnings_json(const Warnings& warnings);

/// The whole summary of a finished run.
nlohmann::ordered_json summary_json(const DetectPlan& plan, const DetectResult& result, const Warnings& warnings);

/// Writes it beside the heatmap. Throws OutputError.
void write_summary(const DetectPlan& plan, const DetectResult& result, const Warnings& warnings);

}  // namespace groundshift
