// SPDX-License-Identifier: Apache-2.0
// Values for the plots of a page, read from whole blocks spread evenly over the grid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/products/report_sources.hpp"

namespace groundshift {

/// Blocks of at most side x side pixels, all of them or `most` spread evenly, in row order.
std::vector<PixelRect> spread_blocks(const Grid& grid, std::int64_t side, std::int64_t most);

/// Counts of log2(score) in bins of equal width from `first` on; scores that are not above 0 apart. `all`: every score
/// was read.
struct ScoreHistogram {
  double first = 0.0, width = 1.0 / 16.0;
  std::vector<std::int64_t> counts;
  std::int64_t scores = 0, not_positive = 0;
  bool all = true;
};
/// Takes in whole rows of finite or NaN scores.
ScoreHistogram histogram_of(const std::vector<float>& scores);
/// From every block of 512 x 512 up to 64 (16 Mi pixels), else from 64 of them.
ScoreHistogram score_histogram(const GridView& heatmap);

/// One pixel a place in both; bands in the order of the dates' band lists.
struct PairSample {
  std::vector<std::vector<float>> before, after;
};
/// At most `most` pixels with a value in every band of both dates, from up to 16 blocks.
PairSample pair_sample(const ReportDate& before, const ReportDate& after, const Grid& grid, std::size_t most);

}  // namespace groundshift
