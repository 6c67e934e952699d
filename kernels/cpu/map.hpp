// SPDX-License-Identifier: Apache-2.0
// A function of the pixels of some planes, on the CPU.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/view/clones.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

// out[x] = f(in[x]...). By way of a buffer: `out` may be one of the inputs.
template <class F, class... In>
GS_CLONES void map_row(F f, std::int32_t count, float* out, const In*... in) {
  constexpr std::int32_t kChunk = 256;
  float results[kChunk];
  for (std::int32_t x0 = 0; x0 < count; x0 += kChunk) {
    const std::int32_t n = std::min(kChunk, count - x0);
    for (std::int32_t x = 0; x < n; ++x) results[x] = f(in[x0 + x]...);
    std::copy_n(results, n, out + x0);
  }
}

}  // namespace
}  // namespace groundshift::cpu
