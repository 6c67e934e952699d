// SPDX-License-Identifier: Apache-2.0
// Valleys are the zero lines of noise: rivers run along the great ones, creeks along the small ones, ridges lie
// between.
#include "host/synth/terrain.hpp"

#include <algorithm>
#include <cmath>

namespace groundshift::synth {
namespace {

// Metres between the three points that give a gradient: one node, so that neighbouring nodes share their evaluations.
float probe_of(const World& world) { return static_cast<float>(kNodeStep) * world.pixel; }

struct Relief {
  float height, river, creek, lake, ruggedness;
};

Relief relief_at(const World& world, double x, double y) {
  const float bend_x = fractal_noise(world.stream(Stream::warp, 2), x, y, 1500.0, 3);
  const float bend_y = fractal_noise(world.stream(Stream::warp, 3), x, y, 1500.0, 3);
  const double bent_x = x + 380.0 * static_cast<double>(bend_x);
  const double bent_y = y + 380.0 * static_cast<double>(bend_y);
  Relief r;
  r.ruggedness = smoothstep(-0.25f, 0.45f, fractal_noise(world.stream(Stream::mountain), bent_x, bent_y, 11000.0, 2));
  r.river = fractal_noise(world.stream(Stream::valley), bent_x, bent_y, 5200.0, 2, 0.35f);
  r.creek = fractal_noise(world.stream(Stream::creek), bent_x, bent_y, 1500.0, 2, 0.4f);
  r.lake = fractal_noise(world.stream(Stream::lake), x, y, 2600.0, 4, 0.45f);
  const float side = fractal_noise(world.stream(Stream::creek, 1), bent_x, bent_y, 520.0, 3, 0.5f);
  const float great = std::sqrt(r.river * r.river + 0.0025f) - 0.05f;
  const float small = std::sqrt(r.creek * r.creek + 0.0012f) - 0.034f;
  const float tiny = std::sqrt(side * side + 0.0025f) - 0.05f;
  const float upland = smoothstep(0.02f, 0.3f, great);
  const float rough = 0.12f + 0.88f * r.ruggedness;
  r.height = rough * (760.0f * great + upland * (430.0f * small + 210.0f * tiny)) +
             (3.0f + 14.0f * r.ruggedness * upland) * fractal_noise(world.stream(Stream::relief), x, y, 260.0, 3, 0.5f);
  return r;
}

float river_half_width(const World& world, double x, double y) {
  const float n = gradient_noise(world.stream(Stream::valley, 9), x / 3000.0, y / 3000.0);
  return 26.0f + 18.0f * n;
}

// Metres to the zero line of a noise whose value is v and whose gradient is (gx, gy) per metre.
float line_distance(float v, float gx, float gy, float least_gradient) {
  return v / std::max(std::sqrt(gx * gx + gy * gy), least_gradient);
}

struct Waters {
  float river, half_width, lake;
};

Waters waters_of(const World& world, double x, double y, const Relief& at, const Relief& east, const Relief& south) {
  const float probe = probe_of(world);
  const float level = 0.47f + 0.5f * at.ruggedness;  // lakes lie in the plains
  return {line_distance(at.river, (east.river - at.river) / probe, (south.river - at.river) / probe, 1.2e-4f),
          river_half_width(world, x, y),
          line_distance(level - at.lake, (east.lake - at.lake) / probe, (south.lake - at.lake) / probe, 1e-4f)};
}

TerrainPoint point_of(const World& world, double x, double y, const Relief& at, const Relief& east,
                      const Relief& south) {
  const float probe = probe_of(world);
  TerrainPoint p;
  p.height = at.height;
  p.ruggedness = at.ruggedness;
  p.slope_x = (east.height - at.height) / probe;
  p.slope_y = (south.height - at.height) / probe;
  const Waters waters = waters_of(world, x, y, at, east, south);
  p.river = waters.river;
  p.half_width = waters.half_width;
  p.lake = waters.lake;
  p.water = water_of(waters.river, waters.half_width, waters.lake);
  p.creek = line_distance(at.creek, (east.creek - at.creek) / probe, (south.creek - at.creek) / probe, 2e-4f);
  p.moisture = 0.7f * fractal_noise(world.stream(Stream::moisture), x, y, 2300.0, 4, 0.55f) +
               0.8f * smoothstep(260.0f, 0.0f, p.water);
  const float steepness = std::sqrt(p.slope_x * p.slope_x + p.slope_y * p.slope_y);
  p.forest = 2.2f * fractal_noise(world.stream(Stream::forest), x, y, 1350.0, 5, 0.5f) +
             2.0f * smoothstep(0.12f, 0.38f, steepness) + 0.5f * at.ruggedness - 0.33f -
             0.25f * smoothstep(300.0f, 60.0f, p.water);
  p.warp_x = 46.0f * fractal_noise(world.stream(Stream::warp), x, y, 620.0, 3, 0.42f) + 0.6f * p.slope_x * 60.0f;
  p.warp_y = 46.0f * fractal_noise(world.stream(Stream::warp, 1), x, y, 620.0, 3, 0.42f) + 0.6f * p.slope_y * 60.0f;
  return p;
}

float lit(const Sun& sun, float slope_x, float slope_y) {
  const float facing = sun.to_sun_z - slope_x * sun.to_sun_x - slope_y * sun.to_sun_y;
  const float relative = facing / (sun.to_sun_z * std::sqrt(1.0f + slope_x * slope_x + slope_y * slope_y));
  return std::clamp(relative, 0.15f, 1.6f);
}

}  // namespace

TerrainPoint terrain_at(const World& world, double x, double y) {
  const double probe = static_cast<double>(probe_of(world));
  return point_of(world, x, y, relief_at(world, x, y), relief_at(world, x + probe, y), relief_at(world, x, y + probe));
}

float water_distance(const World& world, double x, double y) {
  const double probe = static_cast<double>(probe_of(world));
  const Waters waters =
      waters_of(world, x, y, relief_at(world, x, y), relief_at(world, x + probe, y), relief_at(world, x, y + probe));
  return water_of(waters.river, waters.half_width, waters.lake);
}

void fill_terrain(const World& world, const Frame& frame, TerrainNodes& out) {
  constexpr std::int32_t kSide = kNodeSide + 1;  // one more for the gradient at the last node
  std::array<Relief, std::size_t{kSide} * kSide> relief;
  const auto x_of = [&](std::int32_t i) { return frame.x(static_cast<float>(i * kNodeStep)); };
  const auto y_of = [&](std::int32_t j) { return frame.y(static_cast<float>(j * kNodeStep)); };
  for (std::int32_t j = 0; j < kSide; ++j) {
    for (std::int32_t i = 0; i < kSide; ++i)
      relief[static_cast<std::size_t>(j * kSide + i)] = relief_at(world, x_of(i), y_of(j));
  }
  for (std::int32_t j = 0; j < kNodeSide; ++j) {
    for (std::int32_t i = 0; i < kNodeSide; ++i) {
      const auto k = static_cast<std::size_t>(j * kSide + i);
      const TerrainPoint p = point_of(world, x_of(i), y_of(j), relief[k], relief[k + 1], relief[k + kSide]);
      const auto node = static_cast<std::size_t>(j * kNodeSide + i);
      out.light_before[node] = lit(world.before, p.slope_x, p.slope_y);
      out.light_after[node] = lit(world.after, p.slope_x, p.slope_y);
      out.river[node] = p.river;
      out.half_width[node] = p.half_width;
      out.lake[node] = p.lake;
      out.creek[node] = p.creek;
      out.forest[node] = p.forest;
      out.moisture[node] = p.moisture;
      out.steepness[node] = std::sqrt(p.slope_x * p.slope_x + p.slope_y * p.slope_y);
      out.warp_x[node] = p.warp_x;
      out.warp_y[node] = p.warp_y;
      out.height[node] = p.height;
    }
  }
}

}  // namespace groundshift::synth
