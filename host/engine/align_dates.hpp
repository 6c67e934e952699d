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
void align_dates(DetectPlan& plan, Warnings& warnings, const std::stop_token& stop);

}  // namespace groundshift
