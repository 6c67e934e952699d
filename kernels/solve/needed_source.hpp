// SPDX-License-Identifier: Apache-2.0
// Which window of the source image an output tile is made of.
#pragma once

#include "kernels/api/resample_recipe.hpp"

namespace groundshift {

/// The smallest window of an image of image_width x image_height pixels (sides 0 to kMaxSourceSide) that holds every
/// tap of an output tile of width x height pixels, so that resampling from it is resampling from the whole image; 0 x 0
/// at (0, 0) where the tile lies outside. positions : relative to the centre of the image's first pixel; what the
/// window's own positions are relative to is found by taking window.x * 2^20 and window.y * 2^20 off every node but
/// kNoPosition.
Window needed_source(const PositionLattice& positions, std::int32_t width, std::int32_t height,
                     const ResampleWeights& weights, std::int32_t image_width, std::int32_t image_height);

}  // namespace groundshift
