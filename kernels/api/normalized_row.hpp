// SPDX-License-Identifier: Apache-2.0
// One band's pixels on the other date's radiometry, as the host writes them to a raster.
#pragma once

#include <cstdint>

#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// fit.normalized_after() of `count` pixels. An integer Out takes NearestInteger of ops/nearest_integer.hpp and
/// `nodata` where a pixel is not valid; float32 takes the values themselves and the quiet NaN. In, Out : pixel types.
/// nodata : of the type Out; of no use for float32
template <class In, class Out>
void normalize_row(const In* after, const std::uint8_t* valid, std::int32_t count, const BandFit& fit, Out nodata,
                   Out* to);

}  // namespace groundshift
