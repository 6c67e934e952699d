// SPDX-License-Identifier: Apache-2.0
// The frame around a heatmap's picture: title, colour bar with ticks, what the colours mean.
#pragma once

#include <string>
#include <vector>

#include "host/io/png.hpp"
#include "host/products/pooled_scores.hpp"

namespace groundshift {

/// Round values (1, 2, 2.5 or 5 times a power of ten apart) from 0 to `high` > 0: four to six, few enough for long
/// labels.
std::vector<double> tick_values(double high);

/// A finished picture: title above, heatmap (below 640 pixels enlarged by an integer factor to at least 800), below it
/// a colour bar with ticks, what the bar's end means, what a pixel is where it pools several, and the swatch of "no
/// data" (a grey checker).
IndexedImage framed_heatmap(const PooledScores& scores, const std::string& title, const Stretch& stretch);

}  // namespace groundshift
