// SPDX-License-Identifier: Apache-2.0
// Sub-pixel shift between two windows of pixels by coherence-weighted phase correlation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/align/fft.hpp"

namespace groundshift {

/// Two windows of side x side pixels, row-major, and which pixels count in both. A non-finite value does not count.
struct WindowPair {
  std::span<const float> before, after;
  std::span<const std::uint8_t> valid;  ///< 0 = not valid
};

/// A shift in pixels: what BEFORE shows at (x, y), AFTER shows at (x + dx, y + dy).
struct Shift {
  double dx = 0.0;
  double dy = 0.0;
  friend bool operator==(const Shift&, const Shift&) = default;
};
/// The same in whole pixels.
struct Offset {
  std::int32_t dx = 0;
  std::int32_t dy = 0;
  friend bool operator==(const Offset&, const Offset&) = default;
};

/// peak        : the highest whole-pixel correlation within the reach that was asked for
/// shift       : sub-pixel maximum beside it; equal to `peak` when `reliability` is 0
/// reliability : percent, 100 - 100 (2 rms of the rest of the surface) / mean of the peak's 3 x 3, not below 0; 0 for
///               windows without structure. After AROSICS (Scheffler et al., Remote Sens. 9(7) 2017 676).
struct ShiftEstimate {
  Offset peak;
  Shift shift;
  double reliability = 0.0;
};

/// Estimates shifts between windows of one size. Holds tables and scratch: one object a thread; results depend on the
/// pixels alone.
///
/// How: each date becomes its complex gradient (central differences, gx + i gy) over sqrt(|gradient|^2 + rms^2), so
/// that strong edges do not rule and a gain or offset of a patch cancels; pixels without four valid neighbours are 0,
/// the mean of such a field; a Tukey taper; cross-spectrum whitened as C / (|C| + 0.3 mean |C|). The whole-pixel peak
/// is that of the low-passed whitened correlation. From it Newton's method climbs to the maximum of
///   sum_k w(|k|) Re[R(k) e^(2 pi i k.d)],   w = g^2 / (1 - g^2),
/// g the coherence of both dates in rings of |k| at the shift found so far (Knapp & Carter 1976, the weights of a
/// maximum-likelihood delay); twice. Against upsampling the whitened correlation (Guizar-Sicairos 2008) the error under
/// noise, clouds and patchy gains fell four- to sevenfold.
class ShiftEstimator {
 public:
  /// `side` : a power of two, 16..1024.
  explicit ShiftEstimator(std::int32_t side);

  std::int32_t side() const { return side_; }

  /// Shifts with |dx|, |dy| <= reach (1 <= reach < side / 2) are looked for.
  ShiftEstimate estimate(const WindowPair& pair, std::int32_t reach);

  /// Low-passed whitened correlation, 1 for a perfect match, at (dx mod side, dy mod side), row-major; valid until the
  /// next call. Empty for windows without structure.
  std::span<const double> surface(const WindowPair& pair);

 private:
  bool load(const WindowPair& pair);
  bool gradient_field(std::span<const float> pixels, std::vector<double>& re, std::vector<double>& im);
  Shift climb(Shift start, int step_count);
  bool weigh_by_coherence(const Shift& shift);

  std::int32_t side_;
  std::size_t area_;
  Fft2d fft_;
  std::vector<double> taper_, low_pass_;
  double low_pass_sum_ = 0.0;
  std::vector<std::int32_t> ring_;
  std::vector<double> ring_count_, before_power_, after_power_;
  std::vector<std::uint8_t> usable_;
  std::vector<double> before_re_, before_im_, after_re_, after_im_;  ///< fields, then spectra; `before` then holds C
  std::vector<double> white_re_, white_im_;                          ///< R
  std::vector<double> weighted_re_, weighted_im_;                    ///< w R; the surface
};

/// The highest of a surface within `reach` of no shift (the first in row order of equals), and its reliability.
ShiftEstimate surface_peak(std::span<const double> surface, std::int32_t side, std::int32_t reach);

}  // namespace groundshift
