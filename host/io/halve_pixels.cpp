// SPDX-License-Identifier: Apache-2.0
// Means and commonest values of 2 x 2 pixels.
#include "host/io/halve_pixels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

/// has_nodata is false for floats whose nodata is NaN: NaN never counts.
template <class T>
struct Validity {
  bool has_nodata = false;
  T nodata{};     ///< the value that does not count
  T otherwise{};  ///< where nothing counts
  bool counts(T v) const {
    if constexpr (std::is_floating_point_v<T>) return v == v && !(has_nodata && v == nodata);
    return !(has_nodata && v == nodata);
  }
};

template <class T>
Validity<T> validity_of(const std::optional<double>& nodata) {
  Validity<T> v;
  if constexpr (std::is_floating_point_v<T>) v.otherwise = std::numeric_limits<T>::quiet_NaN();
  if (!nodata || std::isnan(*nodata)) return v;
  if (*nodata < static_cast<double>(std::numeric_limits<T>::lowest()) ||
      *nodata > static_cast<double>(std::numeric_limits<T>::max())) {
    return v;
  }
  const T value = static_cast<T>(*nodata);
  if (static_cast<double>(value) != *nodata && std::is_integral_v<T>) return v;
  v.has_nodata = true;
  v.nodata = v.otherwise = value;
  return v;
}

/// Mean of four floats; every step is the same for all of them, so that the loop is vectorized.
GS_CLONES void mean_row_of_floats(const float* upper, const float* lower, float* to, std::int32_t count,
                                  bool has_nodata, float nodata, float otherwise) {
  for (std::int32_t x = 0; x < count; ++x) {
    double sum = 0.0, valid = 0.0;
    for (const float v : {upper[2 * x], lower[2 * x], upper[2 * x + 1], lower[2 * x + 1]}) {
      const bool counts = (v == v) & !(has_nodata & (v == nodata));
      sum += counts ? double{v} : 0.0;
      valid += counts ? 1.0 : 0.0;
    }
    const auto mean = static_cast<float>(sum / valid);
    to[x] = valid > 0.0 ? mean : otherwise;
  }
}

/// integer_mean() of the valid ones of four pixels, in float: sums below 2^20, and quotients at least an eighth from
/// the next integer or on one, where the division's rounding cannot reach.
template <class T>
GS_CLONES void mean_row_of_integers(const T* upper, const T* lower, T* to, std::int32_t count, bool has_nodata,
                                    T nodata, T otherwise) {
  const std::int32_t step = nodata == std::numeric_limits<T>::max() ? -1 : 1;
  for (std::int32_t x = 0; x < count; ++x) {
    std::int32_t sum = 0, valid = 0;
    for (const std::int32_t v : {upper[2 * x], lower[2 * x], upper[2 * x + 1], lower[2 * x + 1]}) {
      const std::int32_t counts = 1 - static_cast<std::int32_t>(has_nodata & (v == nodata));
      sum += counts * v;
      valid += counts;
    }
    // Comparisons as numbers, not as choices: those would keep the loop scalar.
    const std::int32_t divisor = 2 * valid + static_cast<std::int32_t>(valid == 0);
    const float mean = static_cast<float>(2 * sum + valid) / static_cast<float>(divisor);
    const auto cut = static_cast<std::int32_t>(mean);
    const std::int32_t below = cut - static_cast<std::int32_t>(static_cast<float>(cut) > mean);
    const std::int32_t value = below + step * static_cast<std::int32_t>(has_nodata & (below == nodata));
    to[x] = static_cast<T>(valid > 0 ? value : std::int32_t{otherwise});
  }
}

template <class T>
T integer_mean(std::int32_t sum, std::int32_t count, const Validity<T>& validity) {
  const std::int32_t twice = 2 * sum + count, divisor = 2 * count;
  std::int32_t mean = twice / divisor;
  if (twice < 0 && twice % divisor != 0) --mean;  // division rounds to zero, a mean half up
  const auto value = static_cast<T>(mean);
  if (!validity.has_nodata || value != validity.nodata) return value;
  return value == std::numeric_limits<T>::max() ? static_cast<T>(value - 1) : static_cast<T>(value + 1);
}

template <class T>
T mean_of(const std::array<T, 4>& values, int count, const Validity<T>& validity) {
  if constexpr (std::is_floating_point_v<T>) {
    double sum = 0.0;
    for (int i = 0; i < count; ++i) sum += double{values[static_cast<std::size_t>(i)]};
    return static_cast<T>(sum / count);
  } else {
    std::int32_t sum = 0;
    for (int i = 0; i < count; ++i) sum += values[static_cast<std::size_t>(i)];
    return integer_mean(sum, count, validity);
  }
}

template <class T>
T mode_of(const std::array<T, 4>& values, int count) {
  T best = values[0];
  int most = 0;
  for (int i = 0; i < count; ++i) {
    const T value = values[static_cast<std::size_t>(i)];
    int same = 0;
    for (int k = 0; k < count; ++k) same += values[static_cast<std::size_t>(k)] == value ? 1 : 0;
    if (same > most || (same == most && value < best)) best = value;
    most = std::max(most, same);
  }
  return best;
}

template <class T>
T halved(OverviewRule rule, const T* upper, const T* lower, std::int32_t x, std::int32_t width,
         const Validity<T>& validity) {
  if (rule == OverviewRule::nearest) return upper[2 * x];
  std::array<T, 4> values{};
  int count = 0;
  const auto take = [&](T v) {
    if (validity.counts(v)) values[static_cast<std::size_t>(count++)] = v;
  };
  const bool pair = 2 * x + 1 < width;
  take(upper[2 * x]);
  if (lower != nullptr) take(lower[2 * x]);
  if (pair) take(upper[2 * x + 1]);
  if (pair && lower != nullptr) take(lower[2 * x + 1]);
  if (count == 0) return validity.otherwise;
  return rule == OverviewRule::average ? mean_of(values, count, validity) : mode_of(values, count);
}

template <class T>
void halve(OverviewRule rule, const std::optional<double>& nodata, const PixelPlane& from, T* to, std::int32_t to_width,
           std::int32_t to_height, std::ptrdiff_t to_pitch) {
  const Validity<T> validity = validity_of<T>(nodata);
  for (std::int32_t y = 0; y < to_height; ++y) {
    const T* upper = static_cast<const T*>(from.data) + 2 * y * from.row_pitch;
    const T* lower = 2 * y + 1 < from.height ? upper + from.row_pitch : nullptr;
    T* row = to + y * to_pitch;
    std::int32_t x = 0;
    if (rule == OverviewRule::average && lower != nullptr) {
      x = std::min(to_width, from.width / 2);
      if constexpr (std::is_same_v<T, float>) {
        mean_row_of_floats(upper, lower, row, x, validity.has_nodata, validity.nodata, validity.otherwise);
      } else {
        mean_row_of_integers(upper, lower, row, x, validity.has_nodata, validity.nodata, validity.otherwise);
      }
    }
    for (; x < to_width; ++x) row[x] = halved(rule, upper, lower, x, from.width, validity);
  }
}

}  // namespace

void halve_pixels(OverviewRule rule, PixelType type, const std::optional<double>& nodata, const PixelPlane& from,
                  void* to, std::int32_t to_width, std::int32_t to_height, std::ptrdiff_t to_pitch) {
  with_pixel_type(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    halve<T>(rule, nodata, from, static_cast<T*>(to), to_width, to_height, to_pitch);
  });
}

}  // namespace groundshift
