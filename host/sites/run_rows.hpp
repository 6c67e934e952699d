// SPDX-License-Identifier: Apache-2.0
// Set operations on the runs of one row. Lists are ascending; runs of a result neither overlap nor touch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/sites/run_store.hpp"

namespace groundshift {

/// Appends [begin, end), joined to the last run where they touch (labels are then added up). Begins must ascend.
void push_run(std::vector<Run>& runs, const Run& next);

/// What of [0, width) no run covers; labels 0.
void complement_of(std::span<const Run> runs, std::int32_t width, std::vector<Run>& out);
/// What of `runs` is not in `taken`; labels 0.
void subtract(std::span<const Run> runs, std::span<const Run> taken, std::vector<Run>& out);
/// What is in either; labels 0.
void unite(std::span<const Run> a, std::span<const Run> b, std::vector<Run>& out);
/// Sets the label of every run to the number of its pixels that are in `marks`.
void count_marks(std::span<Run> runs, std::span<const Run> marks);

}  // namespace groundshift
