// SPDX-License-Identifier: Apache-2.0
// Pixels of a pair in memory and the naive weighted sums over them: what the solvers' tests feed on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/solve/pair_gram.hpp"

namespace groundshift {

/// z[i][k] : variable i of pixel k, variables [before bands; after bands].
struct WeightedPixels {
  std::vector<std::vector<float>> z;

  std::size_t count() const { return z.front().size(); }
  std::int32_t band_count() const { return static_cast<std::int32_t>(z.size() / 2); }
};

/// T_g of a pixel, by the definition of Projection.
inline float form_value(const Projection& form, const WeightedPixels& pixels, std::size_t pixel,
                        std::size_t group = 0) {
  const auto variables = static_cast<std::size_t>(form.variable_count);
  const auto first = static_cast<std::size_t>(group == 0 ? 0 : form.group_end[group - 1]);
  float sum = 0.0f;
  for (std::size_t r = first; r < static_cast<std::size_t>(form.group_end[group]); ++r) {
    float v = form.bias[r];
    for (std::size_t i = 0; i < variables; ++i) {
      v = std::fma(form.matrix[r * variables + i], pixels.z[i][pixel] - form.center[i], v);
    }
    sum = std::fma(v, v, sum);
  }
  return sum;
}

/// Weight of a pixel under a rule without a box mean.
inline std::uint32_t weight_of(const WeightRule& rule, const WeightedPixels& pixels, std::size_t pixel) {
  if (rule.kind == WeightKind::unit) return kWeightOne;
  const float t = rule.scale * form_value(rule.form, pixels, pixel);
  const float r = std::sqrt(t);
  if (rule.kind == WeightKind::below) return t < rule.limit ? kWeightOne : 0;
  if (rule.kind == WeightKind::huber) {
    if (r <= rule.limit) return kWeightOne;
    return static_cast<std::uint32_t>(std::nearbyint(static_cast<double>(kWeightOne) * (rule.limit / r)));
  }
  const float last = 4096.0f * static_cast<float>(kWeightTableIntervals);
  const auto position = static_cast<std::uint32_t>(std::min(r * rule.inverse_step * 4096.0f, last));
  if (position >> 12 >= rule.table.size() - 1) return rule.table.back();
  const std::uint32_t a = rule.table[position >> 12], b = rule.table[(position >> 12) + 1];
  return a - (((a - b) * (position & 4095u)) >> 12);
}

inline std::vector<std::uint32_t> weights_of(const WeightRule& rule, const WeightedPixels& pixels) {
  std::vector<std::uint32_t> out;
  for (std::size_t k = 0; k < pixels.count(); ++k) out.push_back(weight_of(rule, pixels, k));
  return out;
}

/// Sums of integer pixels first .. last - 1 as TileGram wants them.
inline TileGram integer_gram(const WeightedPixels& pixels, const std::vector<std::uint32_t>& weights, std::size_t first,
                             std::size_t last) {
  const std::size_t side = pixels.z.size();
  TileGram out;
  out.integer_sums.resize(static_cast<std::size_t>(gram_count(static_cast<std::int32_t>(side))));
  for (std::size_t k = first; k < last; ++k) {
    const auto w = static_cast<std::int64_t>(weights[k]);
    if (w == 0) continue;
    ++out.count;
    std::size_t place = 0;
    out.integer_sums[place++].add(w);
    for (std::size_t i = 0; i < side; ++i) out.integer_sums[place++].add(w * static_cast<std::int64_t>(pixels.z[i][k]));
    for (std::size_t i = 0; i < side; ++i) {
      const auto wz = w * static_cast<std::int64_t>(pixels.z[i][k]);
      for (std::size_t j = i; j < side; ++j) {
        out.integer_sums[place++].add(wz * static_cast<std::int64_t>(pixels.z[j][k]));
      }
    }
  }
  return out;
}

/// Sums of float pixels first .. last - 1 as one cell.
inline TileGram float_gram(const WeightedPixels& pixels, const std::vector<std::uint32_t>& weights, std::size_t first,
                           std::size_t last) {
  const std::size_t side = pixels.z.size();
  TileGram out;
  out.cell_sums.resize(static_cast<std::size_t>(gram_count(static_cast<std::int32_t>(side))), 0.0);
  for (std::size_t k = first; k < last; ++k) {
    const auto w = static_cast<double>(weights[k]);
    if (weights[k] != 0) ++out.count;
    std::size_t place = 0;
    out.cell_sums[place++] += w;
    for (std::size_t i = 0; i < side; ++i) out.cell_sums[place++] += w * static_cast<double>(pixels.z[i][k]);
    for (std::size_t i = 0; i < side; ++i) {
      const double wz = w * static_cast<double>(pixels.z[i][k]);
      for (std::size_t j = i; j < side; ++j) out.cell_sums[place++] += wz * static_cast<double>(pixels.z[j][k]);
    }
  }
  return out;
}

inline MomentSummary integer_moments(const WeightedPixels& pixels, const WeightRule& rule = {}) {
  PairGram gram(PixelType::i16, static_cast<std::int32_t>(pixels.z.size()));
  gram.add(integer_gram(pixels, weights_of(rule, pixels), 0, pixels.count()));
  return gram.summary();
}

}  // namespace groundshift
