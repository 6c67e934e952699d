// SPDX-License-Identifier: Apache-2.0
// Structural similarity and correlation of two dates in a window around each pixel.
#pragma once

#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// First and second moments of a band over the valid pixels of a window, of both dates centred on `before_center` of
/// the fit: x = before - before_center, y = after' - before_center = gain (after - after_center) + bias, all in double.
/// For each row the pixels are added left to right (`add`), then the row sums top to bottom (`merge`), all from +0.
/// What lies outside the image is left out. agreement : exact (+ - * in double)
struct PairSums {
  double x, y, xx, yy, xy;
  std::int32_t count;

  GS_HD static PairSums start() { return {0.0, 0.0, 0.0, 0.0, 0.0, 0}; }
  GS_HD static double centered_before(float before, const BandFit& fit) {
    return static_cast<double>(before) - static_cast<double>(fit.before_center);
  }
  GS_HD static double centered_after(float after, const BandFit& fit) {
    const double d = static_cast<double>(after) - static_cast<double>(fit.after_center);
    return static_cast<double>(fit.gain) * d + static_cast<double>(fit.bias);
  }
  GS_HD void add(float before, float after, const BandFit& fit) {
    const double b = centered_before(before, fit);
    const double a = centered_after(after, fit);
    x = x + b;
    y = y + a;
    xx = xx + b * b;
    yy = yy + a * a;
    xy = xy + b * a;
    count += 1;
  }
  GS_HD void merge(const PairSums& row) {
    x = x + row.x;
    y = y + row.y;
    xx = xx + row.xx;
    yy = yy + row.yy;
    xy = xy + row.xy;
    count += row.count;
  }
};

/// Sample means (centred) and covariances of a window.
struct WindowMoments {
  double mean_x, mean_y, var_x, var_y, cov;

  GS_HD static WindowMoments of(const PairSums& s) {
    const double n = static_cast<double>(s.count);
    const double mx = s.x / n;
    const double my = s.y / n;
    const double sample = n / (n - 1.0);
    return {mx, my, sample * (s.xx / n - mx * mx), sample * (s.yy / n - my * my), sample * (s.xy / n - mx * my)};
  }
};

/// Pixels of the window around (x, y) that lie in planes of this size.
GS_HD std::int32_t pixels_of_window(std::int32_t x, std::int32_t y, std::int32_t radius, std::int32_t width,
                                    std::int32_t height) {
  const std::int32_t left = x - radius < 0 ? 0 : x - radius;
  const std::int32_t top = y - radius < 0 ? 0 : y - radius;
  const std::int32_t right = x + radius >= width ? width : x + radius + 1;
  const std::int32_t bottom = y + radius >= height ? height : y + radius + 1;
  return (right - left) * (bottom - top);
}

/// Whether a window of `pixels` pixels inside the image has enough valid ones.
GS_HD bool enough_in_window(std::int32_t valid_count, std::int32_t pixels) {
  return valid_count >= 2 && 2 * valid_count >= pixels;
}

/// A window score is run as: similarity of each band, added up in their order in double; then window_score.
/// returns : 1 - mean over bands, >= 0; NaN where the pixel is not valid, or not enough_in_window
GS_HD float window_score(double similarity_sum, double band_count, bool defined) {
  const float score = static_cast<float>(1.0 - similarity_sum / band_count);
  const float clamped = score < 0.0f ? 0.0f : score;  // rounding of a similarity of 1
  return (defined && clamped == clamped) ? clamped : math::quiet_nan();
}

/// SSIM of a band: uniform window, sample covariance.
/// c1, c2 : (0.01 L)^2 and (0.03 L)^2, L the data range in units of before
/// agreement : exact (+ - * / in double)      source : Wang et al., TIP 13(4) 2004 600-612; same numbers as
/// skimage.metrics.structural_similarity(use_sample_covariance=True)
struct StructuralSimilarity {
  double c1;
  double c2;

  GS_HD double operator()(const PairSums& sums, double center) const {
    const WindowMoments m = WindowMoments::of(sums);
    const double ux = center + m.mean_x;
    const double uy = center + m.mean_y;
    const double above = (2.0 * ux * uy + c1) * (2.0 * m.cov + c2);
    const double below = (ux * ux + uy * uy + c1) * (m.var_x + m.var_y + c2);
    return above / below;
  }
};

/// Correlation coefficient of a band, its variances not below `floor` (the noise, units of before squared), > 0.
/// agreement : exact (+ - * / sqrt in double)
struct LocalCorrelation {
  double floor;

  GS_HD double operator()(const PairSums& sums, double /*center*/) const {
    const WindowMoments m = WindowMoments::of(sums);
    const double vx = m.var_x > floor ? m.var_x : floor;
    const double vy = m.var_y > floor ? m.var_y : floor;
    return m.cov / math::sqrt(vx * vy);
  }
};

}  // namespace groundshift
