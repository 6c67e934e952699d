// SPDX-License-Identifier: Apache-2.0
// Windows with a margin around them, as far as the planes go.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// `w` and up to `radius` pixels around it, cut at the border of planes of this size.
inline Window grown(const Window& w, std::int32_t radius, std::int32_t width, std::int32_t height) {
  const std::int32_t left = std::max(0, w.x - radius);
  const std::int32_t top = std::max(0, w.y - radius);
  const std::int32_t right = std::min(width, w.x + w.width + radius);
  const std::int32_t bottom = std::min(height, w.y + w.height + radius);
  return {left, top, right - left, bottom - top};
}

/// `inner` (in the planes' pixels) in the pixels of `outer`, which holds it.
inline Window within(const Window& inner, const Window& outer) {
  return {inner.x - outer.x, inner.y - outer.y, inner.width, inner.height};
}

template <class T>
RasterView<T> window_of(const RasterView<T>& view, const Window& w) {
  return view.window(w.x, w.y, w.width, w.height);
}

}  // namespace groundshift
