// SPDX-License-Identifier: Apache-2.0
// How one tile is shared among the CPU workers: bands of a fixed number of rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/workers.hpp"

namespace groundshift::cpu {

/// Rows of a band. 32 rows of a 512-pixel tile take some tens of microseconds: long against starting a task, short
/// against a tile. No result depends on it.
inline constexpr std::int32_t kBandRows = 32;

/// Calls f(first_row, last_row) for the bands of `band_rows` rows of [0, row_count), in parallel; returns when all are
/// done.
template <class F>
void for_each_row_band(std::int32_t row_count, const F& f, std::int32_t band_rows = kBandRows) {
  const std::int32_t band_count = row_count / band_rows + (row_count % band_rows != 0 ? 1 : 0);
  for_each_index(band_count, [&](std::int64_t band) {
    const auto first = static_cast<std::int32_t>(band) * band_rows;
    f(first, first + std::min(band_rows, row_count - first));
  });
}

}  // namespace groundshift::cpu
