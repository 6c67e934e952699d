// SPDX-License-Identifier: Apache-2.0
// What a bench found, as JSON with stable keys and as tables for people.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "host/bench/bench_job.hpp"

namespace groundshift {

/// {format, groundshift, machine, scenes: [{scene, jobs: [{name, ..., runs, median, passes, limits, floor}]}]}
/// scripts/compare_bench.py reads it.
nlohmann::ordered_json bench_json(const std::vector<BenchedScene>& scenes);

/// The machine and the program in a line or two.
std::string machine_text();
/// Limits, one line a job, and the stages of each job.
std::string scene_text(const BenchedScene& scene);

}  // namespace groundshift
