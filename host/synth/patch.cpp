// SPDX-License-Identifier: Apache-2.0
// Filling a patch from coarse nodes and from value noise, row by row.
#include "host/synth/patch.hpp"

#include <cmath>
#include <cstddef>

#include "host/synth/noise.hpp"

namespace groundshift::synth {

void expand(const NodeField& nodes, Field& out) {
  std::array<float, kNodeSide> row;
  for (std::int32_t y = 0; y < kPatchSize; ++y) {
    const float* upper = nodes.data() + (y / kNodeStep) * kNodeSide;
    const float* lower = upper + kNodeSide;
    const float fy = static_cast<float>(y % kNodeStep) * (1.0f / kNodeStep);
    for (std::int32_t i = 0; i < kNodeSide; ++i) row[i] = lerp(upper[i], lower[i], fy);
    float* line = out.data() + y * kPatchSize;
    for (std::int32_t i = 0; i + 1 < kNodeSide; ++i) {
      const float start = row[i];
      const float slope = (row[i + 1] - start) * (1.0f / kNodeStep);
      for (std::int32_t k = 0; k < kNodeStep; ++k) line[i * kNodeStep + k] = start + slope * static_cast<float>(k);
    }
  }
}

void add_value_noise(const Frame& frame, std::uint32_t seed, float wavelength, float amplitude, Field& out) {
  const float shortest = 2.0f * frame.pixel;
  if (wavelength < shortest) {
    amplitude *= wavelength / shortest;
    wavelength = shortest;
  }
  const double first_x = std::floor(frame.x0 / wavelength);
  const double first_y = std::floor(frame.y0 / wavelength);
  const float start_x = static_cast<float>(frame.x0 / wavelength - first_x);
  const float start_y = static_cast<float>(frame.y0 / wavelength - first_y);
  const float step = frame.pixel / wavelength;  // at most 1/2
  constexpr std::int32_t kLattice = kPatchSize / 2 + 3;
  std::array<float, std::size_t{kLattice} * kLattice> lattice;
  const auto used = static_cast<std::int32_t>(step * (kPatchSize - 1) + 1.0f) + 2;
  for (std::int32_t j = 0; j < used; ++j) {
    for (std::int32_t i = 0; i < used; ++i) {
      lattice[j * kLattice + i] = amplitude * signed_unit(hash(seed, static_cast<std::int32_t>(first_x) + i,
                                                               static_cast<std::int32_t>(first_y) + j));
    }
  }
  std::array<std::int32_t, kPatchSize> cell;
  std::array<float, kPatchSize> weight;
  for (std::int32_t x = 0; x < kPatchSize; ++x) {
    const float position = start_x + step * static_cast<float>(x);
    cell[x] = static_cast<std::int32_t>(position);
    const float f = position - static_cast<float>(cell[x]);
    weight[x] = f * f * (3.0f - 2.0f * f);
  }
  std::array<float, kLattice> row;
  std::array<float, kLattice> slope;
  for (std::int32_t y = 0; y < kPatchSize; ++y) {
    const float position = start_y + step * static_cast<float>(y);
    const auto j = static_cast<std::int32_t>(position);
    const float f = position - static_cast<float>(j);
    const float fy = f * f * (3.0f - 2.0f * f);
    const float* upper = lattice.data() + j * kLattice;
    const float* lower = upper + kLattice;
    for (std::int32_t i = 0; i < used; ++i) row[i] = lerp(upper[i], lower[i], fy);
    for (std::int32_t i = 0; i + 1 < used; ++i) slope[i] = row[i + 1] - row[i];
    float* line = out.data() + y * kPatchSize;
    for (std::int32_t x = 0; x < kPatchSize; ++x) line[x] += row[cell[x]] + slope[cell[x]] * weight[x];
  }
}

}  // namespace groundshift::synth
