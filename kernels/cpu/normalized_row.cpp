// SPDX-License-Identifier: Apache-2.0
// A fit and the rounding over a row of pixels.
#include "kernels/api/normalized_row.hpp"

#include <limits>
#include <type_traits>

#include "kernels/math/arithmetic.hpp"
#include "kernels/ops/nearest_integer.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

template <class In, class Out>
GS_CLONES void normalize(const In* __restrict after, const std::uint8_t* __restrict valid, std::int32_t count,
                         BandFit fit, Out nodata, Out* __restrict to) {
  if constexpr (std::is_floating_point_v<Out>) {
    for (std::int32_t x = 0; x < count; ++x) {
      const float value = fit.normalized_after(static_cast<float>(after[x]));
      to[x] = valid[x] != 0 ? value : math::quiet_nan();
    }
  } else {
    const NearestInteger nearest{static_cast<float>(std::numeric_limits<Out>::min()),
                                 static_cast<float>(std::numeric_limits<Out>::max()), static_cast<float>(nodata)};
    for (std::int32_t x = 0; x < count; ++x) {
      to[x] = static_cast<Out>(nearest(fit.normalized_after(static_cast<float>(after[x]))));
    }
    // A loop of its own: joined to the rounding it would keep that from being vectorized.
    for (std::int32_t x = 0; x < count; ++x) to[x] = valid[x] != 0 ? to[x] : nodata;
  }
}

}  // namespace

template <class In, class Out>
void normalize_row(const In* after, const std::uint8_t* valid, std::int32_t count, const BandFit& fit, Out nodata,
                   Out* to) {
  normalize(after, valid, count, fit, nodata, to);
}

#define GS_NORMALIZE_ROW(In, Out) \
  template void normalize_row<In, Out>(const In*, const std::uint8_t*, std::int32_t, const BandFit&, Out, Out*);
#define GS_NORMALIZE_ROWS(In)         \
  GS_NORMALIZE_ROW(In, std::uint8_t)  \
  GS_NORMALIZE_ROW(In, std::uint16_t) \
  GS_NORMALIZE_ROW(In, std::int16_t)  \
  GS_NORMALIZE_ROW(In, float)
GS_NORMALIZE_ROWS(std::uint8_t)
GS_NORMALIZE_ROWS(std::uint16_t)
GS_NORMALIZE_ROWS(std::int16_t)
GS_NORMALIZE_ROWS(float)

}  // namespace groundshift
