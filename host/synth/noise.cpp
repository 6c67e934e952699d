// SPDX-License-Identifier: Apache-2.0
// Gradient noise at single points: used on coarse lattices and for the placing of objects.
#include "host/synth/noise.hpp"

namespace groundshift::synth {
namespace {

float fade(float t) { return t * t * t * (t * (t * 6.0f - 15.0f) + 10.0f); }

// std::floor is a call where the baseline instruction set lacks rounding.
std::int32_t floor_of(double v) {
  const auto truncated = static_cast<std::int32_t>(v);
  return truncated - (static_cast<double>(truncated) > v ? 1 : 0);
}

float corner(std::uint32_t seed, std::int32_t ix, std::int32_t iy, float dx, float dy) {
  const std::uint32_t h = hash(seed, ix, iy);
  const float gx = static_cast<float>(static_cast<std::int32_t>(h & 0xffffU) - 32768) * (1.0f / 32768.0f);
  const float gy = static_cast<float>(static_cast<std::int32_t>(h >> 16) - 32768) * (1.0f / 32768.0f);
  return gx * dx + gy * dy;
}

}  // namespace

float gradient_noise(std::uint32_t seed, double x, double y) {
  const std::int32_t ix = floor_of(x);
  const std::int32_t iy = floor_of(y);
  const auto fx = static_cast<float>(x - ix);
  const auto fy = static_cast<float>(y - iy);
  const float u = fade(fx);
  const float top = lerp(corner(seed, ix, iy, fx, fy), corner(seed, ix + 1, iy, fx - 1.0f, fy), u);
  const float bottom =
      lerp(corner(seed, ix, iy + 1, fx, fy - 1.0f), corner(seed, ix + 1, iy + 1, fx - 1.0f, fy - 1.0f), u);
  return 1.6f * lerp(top, bottom, fade(fy));  // brings the usual range near [-1, 1]
}

float fractal_noise(std::uint32_t seed, double x, double y, double wavelength, int octave_count, float gain) {
  double px = x / wavelength;
  double py = y / wavelength;
  float amplitude = 1.0f;
  float sum = 0.0f;
  float total = 0.0f;
  for (int octave = 0; octave < octave_count; ++octave) {
    sum += amplitude * gradient_noise(seed + static_cast<std::uint32_t>(octave) * 0x632be59bU, px, py);
    total += amplitude;
    amplitude *= gain;
    const double turned_x =
        1.6 * px + 1.2 * py;  // (1.6, 1.2) has length 2: doubles the frequency and turns by 37 degrees
    py = 1.6 * py - 1.2 * px + 17.3;
    px = turned_x + 5.7;
  }
  return sum / total;
}

}  // namespace groundshift::synth
