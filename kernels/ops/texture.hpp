// SPDX-License-Identifier: Apache-2.0
// Local roughness of one date, and how it joins the bands in the scaled change vector.
#pragma once

#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

// The level A of a pixel on one date: the mean over bands of its values in no-change sigmas, both dates centred alike.
//   A(before) = sum_b weight_b (before - before_center) / p
//   A(after)  = sum_b weight_b (gain (after - after_center) + bias) / p
// Both run as pixel scores do. agreement : exact (+ - * /, bands in order)
struct LevelBefore {
  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float before, float /*after*/, const BandFit& fit) const {
    s.sum = s.sum + fit.weight * (before - fit.before_center);
  }
  GS_HD float finish(const State& s, float band_count) const { return s.sum / band_count; }
};
struct LevelAfter {
  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float /*before*/, float after, const BandFit& fit) const {
    s.sum = s.sum + fit.weight * (fit.gain * (after - fit.after_center) + fit.bias);
  }
  GS_HD float finish(const State& s, float band_count) const { return s.sum / band_count; }
};

/// Texture L = log(sqrt(max(0, mean(A^2) - mean(A)^2)) + 0.5), the means over the defined levels of the window of
/// radius kTextureRadius: for each row the levels are added left to right (`add`), then the row sums top to bottom
/// (`merge`), all from +0, in double; then `finish`. Levels outside the image are left out. returns : log of sigmas, >=
/// log 0.5; NaN where the pixel's own level is NaN agreement : exact (+ - * / sqrt in double, the project's own log)
/// source : RECIPES of the project, `vhr`
struct Texture {
  struct Sum {
    double level;
    double square;
    std::int32_t count;
  };
  GS_HD static Sum start() { return {0.0, 0.0, 0}; }
  GS_HD static void add(Sum& row, float level) {
    const bool defined = level == level;
    const double a = static_cast<double>(defined ? level : 0.0f);
    row.level = row.level + a;
    row.square = row.square + a * a;
    row.count += defined ? 1 : 0;
  }
  GS_HD static void merge(Sum& window, const Sum& row) {
    window.level = window.level + row.level;
    window.square = window.square + row.square;
    window.count += row.count;
  }
  /// sqrt(max(0, variance)) + 0.5, whose logarithm is the texture.
  GS_HD static float spread(double level, double square, std::int32_t count) {
    const double n = static_cast<double>(count);
    const double mean = level / n;
    const double variance = square / n - mean * mean;
    return static_cast<float>(math::sqrt(variance > 0.0 ? variance : 0.0)) + 0.5f;
  }
  GS_HD static float of_spread(float spread, float own_level) {
    const float texture = math::log(spread);
    return (own_level == own_level && texture == texture) ? texture : math::quiet_nan();
  }
  GS_HD static float finish(const Sum& window, float own_level) {
    return of_spread(spread(window.level, window.square, window.count), own_level);
  }
};

/// Sum of squares of the scaled change vector, to which the texture's square is then added.
struct ChangeSquares {
  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const float d = fit.weight * fit.difference(before, after);
    s.sum = s.sum + d * d;
  }
  GS_HD float finish(const State& s, float /*band_count*/) const { return s.sum; }
};

/// sqrt(squares + e^2), e = (L(after) - L(before) - mean) * inverse_std.
/// returns : sigmas, >= 0; NaN where any input is        agreement : exact (+ - * sqrt)
struct WithTexture {
  float mean;
  float inverse_std;

  GS_HD float operator()(float squares, float before, float after) const {
    const float e = ((after - before) - mean) * inverse_std;
    const float score = math::sqrt(squares + e * e);
    return score == score ? score : math::quiet_nan();
  }
};

}  // namespace groundshift
