// SPDX-License-Identifier: Apache-2.0
// What the machine allows on the blocks of a pair, measured again and again beside the jobs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/bench/floor.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/io/stored_blocks.hpp"

namespace groundshift {

/// Blocks of both files, where they are packed alike; else of the first; absent where it has none to take raw.
std::optional<StoredBlocks> blocks_of(const std::string& before_path, const std::string& after_path);

/// Codec, hash, memory and storage; not what a job decides: its output's packing, its kernels.
/// folder : of the outputs
Limits machine_limits(DetectPlan& plan, const std::filesystem::path& folder);
/// Of the codec that a heatmap is stored with; none where its blocks cannot be taken raw.
void add_pack_rates(Limits& limits, const std::filesystem::path& heatmap);

/// Rate by rate, but for kernels and devices, which are the first sample's. samples : not empty, of the same job
Limits median_of(const std::vector<Limits>& samples);

}  // namespace groundshift
