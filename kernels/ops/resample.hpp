// SPDX-License-Identifier: Apache-2.0
// One resampled pixel: which source pixels it is made of, whether it has a value, and the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/math/source_position.hpp"
#include "kernels/view/hd.hpp"
#include "kernels/view/raster_view.hpp"
#include "kernels/view/resampling.hpp"

namespace groundshift {

/// Weights of both axes where the executor reads them (ResampleWeights).
struct TapTables {
  const std::int16_t* x = nullptr;
  const std::int16_t* y = nullptr;
  std::int32_t taps_x = 0;
  std::int32_t taps_y = 0;
};

/// The taps of one pixel: tap (i, j) is source pixel (first_x + i, first_y + j) under the weight x[i] * y[j].
struct PixelTaps {
  std::int32_t nearest_x, nearest_y;
  std::int32_t first_x, first_y;
  std::int32_t taps_x, taps_y;
  const std::int16_t* x;
  const std::int16_t* y;
};

GS_HD PixelTaps pixel_taps(const SourcePosition& position, const TapTables& tables) {
  const AxisTaps x = axis_taps(position.x, tables.taps_x);
  const AxisTaps y = axis_taps(position.y, tables.taps_y);
  return {x.nearest,
          y.nearest,
          x.first,
          y.first,
          tables.taps_x,
          tables.taps_y,
          tables.x + std::ptrdiff_t{x.phase} * tables.taps_x,
          tables.y + std::ptrdiff_t{y.phase} * tables.taps_y};
}

/// The part of the taps inside the source window: [x0, x1) x [y0, y1), tap numbers.
struct TapRange {
  std::int32_t x0, x1, y0, y1;
};

GS_HD TapRange taps_inside(const PixelTaps& taps, std::int32_t width, std::int32_t height) {
  const std::int32_t x1 = width - taps.first_x;
  const std::int32_t y1 = height - taps.first_y;
  return {taps.first_x < 0 ? -taps.first_x : 0, x1 < taps.taps_x ? x1 : taps.taps_x,
          taps.first_y < 0 ? -taps.first_y : 0, y1 < taps.taps_y ? y1 : taps.taps_y};
}

/// state  : of the pixel       weight : of its valid taps, 2^28 = all
/// plain  : every tap, those of weight 0 among them, lies in the window and is valid
struct TapCover {
  ResampledState state;
  bool plain;
  std::int64_t weight;
};

/// Whether a pixel has a value: when the source pixel that holds its position is inside and valid, and the valid taps
/// carry more than half of the weight. Taps beyond the window count as invalid, taps of weight 0 do not count.
GS_HD TapCover tap_cover(const PixelTaps& taps, const RasterView<const std::uint8_t>& valid) {
  if (taps.nearest_x < 0 || taps.nearest_x >= valid.width || taps.nearest_y < 0 || taps.nearest_y >= valid.height) {
    return {ResampledState::outside, false, 0};
  }
  if (valid(taps.nearest_x, taps.nearest_y) == 0) return {ResampledState::from_invalid, false, 0};
  const TapRange range = taps_inside(taps, valid.width, valid.height);
  std::int64_t weight = 0;
  std::int32_t valid_count = 0, valid_weighted = 0, weighted_x = 0, weighted_y = 0;
  for (std::int32_t i = 0; i < taps.taps_x; ++i) weighted_x += taps.x[i] != 0 ? 1 : 0;
  for (std::int32_t j = 0; j < taps.taps_y; ++j) weighted_y += taps.y[j] != 0 ? 1 : 0;
  for (std::int32_t j = range.y0; j < range.y1; ++j) {
    const std::uint8_t* const row = valid.row(taps.first_y + j) + taps.first_x;
    std::int32_t row_weight = 0;
    for (std::int32_t i = range.x0; i < range.x1; ++i) {
      if (row[i] == 0) continue;
      row_weight += taps.x[i];
      valid_count += 1;
      valid_weighted += taps.x[i] != 0 && taps.y[j] != 0 ? 1 : 0;
    }
    weight += std::int64_t{taps.y[j]} * row_weight;
  }
  constexpr std::int64_t kHalf = std::int64_t{1} << (2 * kResampleWeightBits - 1);
  if (weight <= kHalf) return {ResampledState::from_invalid, false, weight};
  const bool whole = valid_weighted == weighted_x * weighted_y;
  return {whole ? ResampledState::whole : ResampledState::renormalised, valid_count == taps.taps_x * taps.taps_y,
          weight};
}

/// The weighted sum of one pixel's taps and its end, for integers: exact, the total divided by the weight of the valid
/// taps, rounded half away from zero and clipped to the type's range.
template <class T>
struct ResampleSum {
  static_assert(std::is_integral_v<T> && sizeof(T) <= 2);
  using Sum = std::int64_t;  // |sum| < 2^16 * (2^15)^2

  static GS_HD Sum start() { return 0; }
  static GS_HD Sum add(Sum sum, std::int32_t weight, T value) {
    return sum + std::int64_t{weight} * static_cast<std::int32_t>(value);
  }
  /// With all the weight, 2^28.
  static GS_HD T finish(Sum sum) {
    constexpr int kBits = 2 * kResampleWeightBits;
    const std::int64_t below = sum < 0 ? 1 : 0;  // a half rounds away from zero
    return clipped((sum + (std::int64_t{1} << (kBits - 1)) - below) >> kBits);
  }
  static GS_HD T finish(Sum sum, std::int64_t weight) {
    const std::int64_t size = ((sum < 0 ? -sum : sum) * 2 + weight) / (2 * weight);
    return clipped(sum < 0 ? -size : size);
  }
  static GS_HD T clipped(std::int64_t value) {
    if (value < kLowest) return static_cast<T>(kLowest);
    if (value > kLargest) return static_cast<T>(kLargest);
    return static_cast<T>(value);
  }
  static constexpr std::int64_t kLowest = std::numeric_limits<T>::lowest();
  static constexpr std::int64_t kLargest = std::numeric_limits<T>::max();
};

/// The same for float32: products with the 28-bit weights are exact in double, so fused and separate steps agree; they
/// are added in double in the order of the taps, row by row from the top, and the end is rounded once (twice where it
/// is divided by the valid taps' weight). The sum starts at -0, so that a pixel under all the weight is copied, -0 too.
template <>
struct ResampleSum<float> {
  using Sum = double;

  static GS_HD Sum start() { return -0.0; }
  /// Taps of weight 0 are left out, infinite ones too.
  static GS_HD Sum add(Sum sum, std::int32_t weight, float value) {
    return sum + (weight != 0 ? static_cast<double>(weight) * static_cast<double>(value) : -0.0);
  }
  static GS_HD float finish(Sum sum) { return static_cast<float>(sum * 0x1p-28); }
  static GS_HD float finish(Sum sum, std::int64_t weight) {
    return static_cast<float>(sum / static_cast<double>(weight));
  }
};

/// Value of a pixel whose taps are all inside and valid. first : its first tap; TapsX, TapsY : their numbers where they
/// are known, else 0.
template <class T, int TapsX, int TapsY>
GS_HD T plain_value(const T* first, std::ptrdiff_t row_pitch, const PixelTaps& taps) {
  const std::int32_t taps_x = TapsX > 0 ? TapsX : taps.taps_x;
  const std::int32_t taps_y = TapsY > 0 ? TapsY : taps.taps_y;
  auto sum = ResampleSum<T>::start();
  for (std::int32_t j = 0; j < taps_y; ++j) {
    const T* const row = first + j * row_pitch;
    const std::int32_t y = taps.y[j];
    if constexpr (std::is_integral_v<T>) {  // exact in any order, and a row's sum fits in 32 bits
      std::int32_t row_sum = 0;
      for (std::int32_t i = 0; i < taps_x; ++i) row_sum += std::int32_t{taps.x[i]} * static_cast<std::int32_t>(row[i]);
      sum += std::int64_t{y} * row_sum;
    } else {
      for (std::int32_t i = 0; i < taps_x; ++i) sum = ResampleSum<T>::add(sum, taps.x[i] * y, row[i]);
    }
  }
  return ResampleSum<T>::finish(sum);
}

/// Value of any pixel that has one; `weight` is that of tap_cover. Only valid taps of a weight are read.
template <class T>
GS_HD T partial_value(const RasterView<const T>& band, const RasterView<const std::uint8_t>& valid,
                      const PixelTaps& taps, std::int64_t weight) {
  const TapRange range = taps_inside(taps, valid.width, valid.height);
  auto sum = ResampleSum<T>::start();
  for (std::int32_t j = range.y0; j < range.y1; ++j) {
    const T* const row = band.row(taps.first_y + j) + taps.first_x;
    const std::uint8_t* const row_valid = valid.row(taps.first_y + j) + taps.first_x;
    for (std::int32_t i = range.x0; i < range.x1; ++i) {
      const std::int32_t tap_weight = std::int32_t{taps.x[i]} * taps.y[j];
      if (tap_weight != 0 && row_valid[i] != 0) sum = ResampleSum<T>::add(sum, tap_weight, row[i]);
    }
  }
  return ResampleSum<T>::finish(sum, weight);
}

/// Float values may be no number though all that they are made of is valid (infinities): then the pixel is
/// from_invalid in all bands.
template <class T>
GS_HD bool is_number(T value) {
  return value == value;
}

}  // namespace groundshift
