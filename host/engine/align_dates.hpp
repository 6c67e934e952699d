// SPDX-License-Identifier: Apache-2.0
// Co-registration: AFTER's residual shift against BEFORE, measured before the job and taken out by its resampling.
#pragma once

#include <stop_token>

#include "host/engine/detect_plan.hpp"

namespace groundshift {

/// Measures the shift between both dates as they lie on the plan's grid and, where the mode says so, moves AFTER's
/// place by it: AFTER is then resampled once, through its georeference and the shift together. Looked at is the mean of
/// each date's selected bands; masked pixels are left out, the area of interest is not asked. Throws InputError: no
/// common structure, shift beyond --max-shift, unreadable pixels.
/// The decoded units that its windows shared are left in the plan's inputs, at most half of the budget.
void align_dates(DetectPlan& plan, Warnings& warnings, const std::stop_token& stop);

/// Of those units, keeps what fits `spare_bytes` for the passes over tiles, beside the units that the tile plan has
/// room for anyway; the others are freed. Sets kept_unit_bytes.
void keep_units(DetectPlan& plan, std::int64_t spare_bytes);

}  // namespace groundshift
