// SPDX-License-Identifier: Apache-2.0
// Scene pairs in memory with a known displacement, and the reader that serves them.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "host/align/align_reader.hpp"
#include "host/align/fft.hpp"
#include "host/synth/noise.hpp"

namespace groundshift::test {

/// One plane of side x side pixels, row-major.
struct Plane {
  std::int32_t side = 0;
  std::vector<double> values;
  double& at(std::int32_t x, std::int32_t y) {
    return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x)];
  }
};

/// About normal, variance 1: a function of (seed, x, y).
inline double white(std::uint32_t seed, std::int32_t x, std::int32_t y) {
  double sum = 0.0;
  for (std::uint32_t i = 0; i < 6; ++i) sum += double(synth::unit(synth::hash(synth::mix(8 * seed + i), x, y)));
  return (sum - 3.0) * std::sqrt(2.0);
}

/// A periodic texture whose spectrum falls as 1/f up to `cut` cycles a pixel, variance 1; `side` a power of two. The
/// same seed at another shift is the same texture with texture(x + dx, y + dy) = original(x, y), exact to rounding.
inline Plane texture(std::int32_t side, std::uint32_t seed, double cut = 0.25, double dx = 0.0, double dy = 0.0) {
  Plane plane{side, std::vector<double>(static_cast<std::size_t>(side) * static_cast<std::size_t>(side))};
  std::vector<double> im(plane.values.size(), 0.0);
  for (std::int32_t y = 0; y < side; ++y)
    for (std::int32_t x = 0; x < side; ++x) plane.at(x, y) = white(seed, x, y);
  Fft2d fft(side, side);
  fft.forward(plane.values, im);
  double power = 0.0;
  for (std::int32_t y = 0; y < side; ++y)
    for (std::int32_t x = 0; x < side; ++x) {
      const double kx = double(x < side / 2 ? x : x - side) / side, ky = double(y < side / 2 ? y : y - side) / side;
      const double q = std::hypot(kx, ky);
      const double amplitude = q == 0.0 ? 0.0 : std::exp(-std::pow(q / cut, 4)) / q;
      const double angle = -2.0 * M_PI * (kx * dx + ky * dy);
      const std::size_t p = static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x);
      const double re = amplitude * plane.values[p], im_part = amplitude * im[p];
      plane.values[p] = re * std::cos(angle) - im_part * std::sin(angle);
      im[p] = re * std::sin(angle) + im_part * std::cos(angle);
      power += re * re + im_part * im_part;
    }
  fft.inverse(plane.values, im);
  const double deviation = std::sqrt(power) / (double(side) * double(side));
  for (double& v : plane.values) v /= deviation;
  return plane;
}

/// The plane at (x, y) between its pixels, periodic: a Hann-windowed sinc of 16 x 16 taps (error below 1e-3 of the
/// deviation for textures up to 0.25 cycles a pixel).
inline double sample(const Plane& plane, double x, double y) {
  constexpr std::int32_t kHalf = 8;
  const auto weights = [](double fraction, double* w) {
    double sum = 0.0;
    for (std::int32_t i = 0; i < 2 * kHalf; ++i) {
      const double d = fraction - (i - kHalf + 1);
      w[i] = (d == 0.0 ? 1.0 : std::sin(M_PI * d) / (M_PI * d)) * (0.5 + 0.5 * std::cos(M_PI * d / kHalf));
      sum += w[i];
    }
    for (std::int32_t i = 0; i < 2 * kHalf; ++i) w[i] /= sum;
  };
  const auto left = static_cast<std::int32_t>(std::floor(x)), top = static_cast<std::int32_t>(std::floor(y));
  double wx[2 * kHalf], wy[2 * kHalf];
  weights(x - left, wx);
  weights(y - top, wy);
  const std::int32_t mask = plane.side - 1;
  double sum = 0.0;
  for (std::int32_t j = 0; j < 2 * kHalf; ++j) {
    const std::size_t row =
        static_cast<std::size_t>((top + j - kHalf + 1) & mask) * static_cast<std::size_t>(plane.side);
    double line = 0.0;
    for (std::int32_t i = 0; i < 2 * kHalf; ++i)
      line += wx[i] * plane.values[row + static_cast<std::size_t>((left + i - kHalf + 1) & mask)];
    sum += wy[j] * line;
  }
  return sum;
}

/// Two dates in memory. Validity is a date's own and follows its pixels.
class PairInMemory : public AlignReader {
 public:
  PairInMemory(std::int32_t width, std::int32_t height)
      : width_(width),
        height_(height),
        before(count()),
        after(count()),
        before_valid(count(), 1),
        after_valid(count(), 1) {}

  std::int32_t width() const { return width_; }
  std::int32_t height() const { return height_; }
  std::size_t place(std::int32_t x, std::int32_t y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }
  /// Sets both dates from functions of (x, y).
  void fill(const std::function<double(std::int32_t, std::int32_t)>& b,
            const std::function<double(std::int32_t, std::int32_t)>& a) {
    for (std::int32_t y = 0; y < height_; ++y)
      for (std::int32_t x = 0; x < width_; ++x) {
        before[place(x, y)] = static_cast<float>(b(x, y));
        after[place(x, y)] = static_cast<float>(a(x, y));
      }
  }

  void read(const Window& window, std::int32_t decimation, const Offset& offset, float* b, float* a,
            std::uint8_t* v) override {
    ++reads;
    const auto area = static_cast<std::size_t>(pixel_count(window));
    std::vector<float> full_b(area), full_a(area);
    std::vector<std::uint8_t> full_v(area);
    std::size_t p = 0;
    for (std::int32_t y = window.y; y < window.y + window.height; ++y)
      for (std::int32_t x = window.x; x < window.x + window.width; ++x, ++p) {
        const std::int32_t ax = x + offset.dx, ay = y + offset.dy;
        if (!inside(x, y) || !inside(ax, ay)) continue;
        full_b[p] = before[place(x, y)];
        full_a[p] = after[place(ax, ay)];
        full_v[p] = before_valid[place(x, y)] != 0 && after_valid[place(ax, ay)] != 0 ? 1 : 0;
      }
    average_down(window.width, window.height, decimation, {full_b, full_a, full_v}, b, a, v);
  }

 private:
  std::size_t count() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_); }
  bool inside(std::int32_t x, std::int32_t y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }
  std::int32_t width_, height_;

 public:
  std::vector<float> before, after;
  std::vector<std::uint8_t> before_valid, after_valid;
  std::atomic<int> reads{0};
};

/// What a synthetic pair suffers besides its displacement. Fields are patches of `patch` pixels with their own gain
/// 0.4..1.6 and offset -1..1; clouds cover `cloud_share` of AFTER and are marked invalid.
struct Wear {
  double noise = 0.0;  ///< deviation, of a texture of deviation 1, on both dates
  double cloud_share = 0.0;
  bool patches = false;
  std::int32_t patch = 64;
};

inline void wear(PairInMemory& pair, const Wear& wear, std::uint32_t seed) {
  for (std::int32_t y = 0; y < pair.height(); ++y)
    for (std::int32_t x = 0; x < pair.width(); ++x) {
      const std::size_t p = pair.place(x, y);
      if (wear.patches) {
        // Slanted borders, so that they do not repeat with the pixels' rows.
        const auto i = static_cast<std::int32_t>(std::floor((x + 0.37 * y) / wear.patch));
        const auto j = static_cast<std::int32_t>(std::floor((y - 0.29 * x) / wear.patch));
        const std::uint32_t h = synth::hash(seed + 11, i, j);
        pair.after[p] = pair.after[p] * synth::between(h, 0.4f, 1.6f) + synth::between(synth::mix(h), -1.0f, 1.0f);
      }
      pair.before[p] += static_cast<float>(wear.noise * white(seed + 12, x, y));
      pair.after[p] += static_cast<float>(wear.noise * white(seed + 13, x, y));
      if (wear.cloud_share > 0.0) {
        // Noise of three octaves is near normal with this deviation; its upper share is cloud.
        const double n = double(synth::fractal_noise(seed + 14, x, y, 60.0, 2));
        if (n > 0.30 * (0.5 - wear.cloud_share) * 2.5) {
          pair.after[p] = 6.0f + static_cast<float>(n);
          pair.after_valid[p] = 0;
        }
      }
    }
}

/// Share of AFTER that is valid.
inline double valid_share(const PairInMemory& pair) {
  double sum = 0.0;
  for (const auto v : pair.after_valid) sum += v;
  return sum / double(pair.after_valid.size());
}

}  // namespace groundshift::test
