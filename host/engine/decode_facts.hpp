// SPDX-License-Identifier: Apache-2.0
// What plan and summary say of who decodes.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "host/engine/detect_plan.hpp"
#include "host/engine/device_decode.hpp"

namespace groundshift {

/// RasterSource::way_in(), and by whom where it is the device.
std::string way_in(const PlannedInput& input, const DecodePlan& decode);

/// Lines of the plan.
std::string decode_text(const DetectPlan& plan);

/// The summary's `plan.decode`, and the counts that a finished run adds.
nlohmann::ordered_json decode_json(const DetectPlan& plan);
nlohmann::ordered_json decode_counts_json(const DecodeCounts& counts);

}  // namespace groundshift
