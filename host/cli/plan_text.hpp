// SPDX-License-Identifier: Apache-2.0
// A plan and how it went, for people: `plan` prints the first, `detect --verbose` both.
#pragma once

#include <string>

#include "host/engine/detect_job.hpp"
#include "host/engine/detect_plan.hpp"

namespace groundshift::cli {

/// Inputs, job, backend, tiles, memory and passes; a line each.
/// The grid part of a plan: how both dates come on it, their shift, masks.
std::string grid_text(const DetectPlan& plan);
std::string plan_text(const DetectPlan& plan);

/// Wall and busy seconds of each pass, and peak memory.
std::string timing_text(const DetectResult& result);

}  // namespace groundshift::cli
