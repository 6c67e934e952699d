// SPDX-License-Identifier: Apache-2.0
// The frame around a heatmap's picture: title, colour bar with ticks, what the colours mean.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "host/io/png.hpp"
#include "host/products/quicklook.hpp"

namespace groundshift {

/// Round values (1, 2, 2.5 or 5 times a power of ten apart) from 0 to `high` > 0: four to six, few enough for long
/// labels.
std::vector<double> tick_values(double high);

/// A finished picture of `width` x `height` scores. scores_of(y, row): fills the row's scores, NaN = no data.
/// `pooled_factor` > 1 is stated in the legend.
RgbImage framed_heatmap(std::int32_t width, std::int32_t height,
                        const std::function<void(std::int32_t, std::span<float>)>& scores_of, const std::string& title,
                        const Stretch& stretch, std::int32_t pooled_factor);

}  // namespace groundshift
