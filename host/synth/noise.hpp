// SPDX-License-Identifier: Apache-2.0
// Random numbers and noise as pure functions of (seed, position), so that no tile order can change a synthetic scene.
#pragma once

#include <cmath>
#include <cstdint>

namespace groundshift::synth {

/// Bijective mixing of 32 bits. Source: C. Wellons, "Prospecting for Hash Functions" (lowbias32).
inline std::uint32_t mix(std::uint32_t h) {
  h ^= h >> 16;
  h *= 0x7feb352dU;
  h ^= h >> 15;
  h *= 0x846ca68bU;
  h ^= h >> 16;
  return h;
}

/// 32 hashed bits of a lattice point. Coordinates wrap modulo 2^32, which is meant: they are only hashed.
inline std::uint32_t hash(std::uint32_t seed, std::int32_t x, std::int32_t y) {
  return mix(mix(seed + static_cast<std::uint32_t>(x) * 0x9e3779b1U) ^ (static_cast<std::uint32_t>(y) * 0x85ebca77U));
}

/// [0, 1), multiples of 2^-24.
inline float unit(std::uint32_t h) { return static_cast<float>(static_cast<std::int32_t>(h >> 8)) * 0x1p-24f; }
/// [-1, 1).
inline float signed_unit(std::uint32_t h) { return 2.0f * unit(h) - 1.0f; }
/// [low, high).
inline float between(std::uint32_t h, float low, float high) { return low + (high - low) * unit(h); }

inline float clamp01(float v) { return v < 0.0f ? 0.0f : (v > 1.0f ? 1.0f : v); }
inline float lerp(float a, float b, float t) { return a + (b - a) * t; }
/// 0 below low, 1 above high, cubic between; low > high turns it round.
inline float smoothstep(float low, float high, float v) {
  const float t = clamp01((v - low) / (high - low));
  return t * t * (3.0f - 2.0f * t);
}

struct Direction {
  float x = 1.0f;
  float y = 0.0f;
};

/// A unit vector from hashed bits (a little denser along the diagonals, which nothing here minds).
inline Direction direction(std::uint32_t h) {
  const float x = signed_unit(h);
  const float y = signed_unit(mix(h + 0x51ed270bU));
  const float squared = x * x + y * y;
  if (squared < 1e-4f) return {};
  const float scale = 1.0f / std::sqrt(squared);
  return {x * scale, y * scale};
}

/// Gradient noise in about [-1, 1], zero mean, continuous second derivatives; features are about one unit wide.
/// Source: K. Perlin, "Improving Noise", 2002 (fade polynomial), with hashed gradients.
float gradient_noise(std::uint32_t seed, double x, double y);

/// Sum of `octave_count` octaves of gradient noise, each half the wavelength and `gain` times the amplitude of the one
/// before and turned against it; divided by the sum of the amplitudes.
/// x, y, wavelength : metres
float fractal_noise(std::uint32_t seed, double x, double y, double wavelength, int octave_count, float gain = 0.5f);

}  // namespace groundshift::synth
