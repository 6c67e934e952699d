// SPDX-License-Identifier: Apache-2.0
// Which band counts get a pixel loop of their own; every other count runs the loop that takes any.
#pragma once

#include <cstdint>
#include <type_traits>

namespace groundshift {

/// Stands for "known only at run time" where a band count is a template argument.
inline constexpr int kAnyBands = 0;

/// Calls f(std::integral_constant<int, P>{}) with P = 1, 3 or 4 when band_count is that, else kAnyBands.
template <class F>
decltype(auto) with_band_count(std::int32_t band_count, F&& f) {
  switch (band_count) {
    case 1: return f(std::integral_constant<int, 1>{});
    case 3: return f(std::integral_constant<int, 3>{});
    case 4: return f(std::integral_constant<int, 4>{});
    default: return f(std::integral_constant<int, kAnyBands>{});
  }
}

}  // namespace groundshift
