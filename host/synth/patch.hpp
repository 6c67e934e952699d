// SPDX-License-Identifier: Apache-2.0
// The unit of drawing: 64 x 64 pixels at multiples of 64, slowly varying fields on nodes every 8 pixels.
#pragma once

#include <array>
#include <cstdint>

namespace groundshift::synth {

inline constexpr std::int32_t kPatchSize = 64;
inline constexpr std::int32_t kPatchPixels = kPatchSize * kPatchSize;
inline constexpr std::int32_t kNodeStep = 8;
inline constexpr std::int32_t kNodeSide = kPatchSize / kNodeStep + 1;

/// One value a pixel of a patch, row-major.
using Field = std::array<float, kPatchPixels>;
/// One value a node; node (i, j) sits on pixel (8 i, 8 j).
using NodeField = std::array<float, kNodeSide * kNodeSide>;

/// Where a patch lies on the ground: metres of the centre of its pixel (0, 0), x to the east, y to the south.
struct Frame {
  double x0 = 0.0;
  double y0 = 0.0;
  float pixel = 1.0f;  ///< metres

  double x(float column) const { return x0 + static_cast<double>(column) * pixel; }
  double y(float row) const { return y0 + static_cast<double>(row) * pixel; }
  float extent() const { return pixel * kPatchSize; }
};

/// A rectangle on the ground in metres.
struct Bounds {
  double x0 = 0.0, y0 = 0.0, x1 = 0.0, y1 = 0.0;

  Bounds grown(double margin) const { return {x0 - margin, y0 - margin, x1 + margin, y1 + margin}; }
  bool holds(double x, double y) const { return x >= x0 && x < x1 && y >= y0 && y < y1; }
};

inline Bounds bounds_of(const Frame& frame) {
  return {frame.x(-0.5f), frame.y(-0.5f), frame.x(kPatchSize - 0.5f), frame.y(kPatchSize - 0.5f)};
}

/// Bilinear values of every pixel from the nodes.
void expand(const NodeField& nodes, Field& out);

/// out += amplitude * value noise in [-1, 1] of the given wavelength (metres). Wavelengths under two pixels are taken
/// as two pixels with the amplitude reduced in proportion, as a sensor that averages over a pixel would see them.
void add_value_noise(const Frame& frame, std::uint32_t seed, float wavelength, float amplitude, Field& out);

}  // namespace groundshift::synth
