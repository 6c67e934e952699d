// SPDX-License-Identifier: Apache-2.0
// The page over a batch's jobs: what was done, what failed, and a picture of each heatmap.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace groundshift {

/// One self-contained HTML page (no script, no request beyond the pictures it links relatively) of a batch's index:
/// keys "counts" and "jobs" with "name", "status" (done, kept, failed, left), "why", "before", "after", "wall_s",
/// "changed_fraction", "sites", "warnings", and relative links "heatmap", "summary", "quicklook", "report", "layer";
/// any of them may be null or missing.
std::string batch_page(const nlohmann::ordered_json& index);

}  // namespace groundshift
