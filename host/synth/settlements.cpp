// SPDX-License-Identifier: Apache-2.0
// Towns on a jittered lattice and Hermite curves through their rows and columns.
#include "host/synth/settlements.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/synth/terrain.hpp"

namespace groundshift::synth {

Town town_of_cell(const World& world, std::int32_t i, std::int32_t j) {
  const std::uint32_t base = hash(world.stream(Stream::town), i, j);
  Town town;
  town.id = base;
  for (std::uint32_t attempt = 0; attempt < 4; ++attempt) {
    town.x = (i + 0.5 + 0.3 * static_cast<double>(signed_unit(mix(base + 2 * attempt)))) * kTownSpacing;
    town.y = (j + 0.5 + 0.3 * static_cast<double>(signed_unit(mix(base + 2 * attempt + 1)))) * kTownSpacing;
    if (water_distance(world, town.x, town.y) > 120.0f) break;
  }
  const float size = unit(mix(base + 20));
  town.radius = 150.0f + 480.0f * size * size * size + 90.0f * size;
  const Direction along = direction(mix(base + 21));
  town.ux = along.x;
  town.uy = along.y;
  town.curvature = 2.4e-4f * signed_unit(mix(base + 22));
  return town;
}

float town_density(const World& world, const Town& town, double x, double y) {
  const auto dx = static_cast<float>(x - town.x);
  const auto dy = static_cast<float>(y - town.y);
  const float from_middle = std::sqrt(dx * dx + dy * dy) / town.radius;
  if (from_middle > 2.0f) return 1.0f - from_middle;
  return 1.0f - from_middle + 0.75f * fractal_noise(world.stream(Stream::town, 1), x, y, 420.0, 3, 0.5f);
}

StreetPosition street_position(const Town& town, float dx, float dy) {
  const float a = dx * town.ux + dy * town.uy;
  const float b = dy * town.ux - dx * town.uy;
  return {a, b + town.curvature * a * a};
}

GroundPosition ground_position(const Town& town, float a, float b) {
  const float straight_b = b - town.curvature * a * a;
  const float tilt = -2.0f * town.curvature * a;
  const float scale = 1.0f / std::sqrt(1.0f + tilt * tilt);
  GroundPosition p;
  p.dx = a * town.ux - straight_b * town.uy;
  p.dy = a * town.uy + straight_b * town.ux;
  p.along = {scale * (town.ux - tilt * town.uy), scale * (town.uy + tilt * town.ux)};
  return p;
}

Roads::Roads(const World& world, const Bounds& bounds) : world_(&world) {
  const auto cell = [](double v) { return static_cast<std::int32_t>(std::floor(v / kTownSpacing)); };
  const std::int32_t i0 = cell(bounds.x0) - 3, i1 = cell(bounds.x1) + 3;
  const std::int32_t j0 = cell(bounds.y0) - 3, j1 = cell(bounds.y1) + 3;
  const std::int32_t columns = i1 - i0 + 1;
  std::vector<Town> all;
  for (std::int32_t j = j0; j <= j1; ++j) {
    for (std::int32_t i = i0; i <= i1; ++i) all.push_back(town_of_cell(world, i, j));
  }
  for (const Town& town : all) {
    if (bounds.grown(2.0 * static_cast<double>(town.radius)).holds(town.x, town.y)) towns_.push_back(town);
  }
  const auto close = [](Curve& curve) {
    for (std::size_t k = 1; k + 1 < curve.knots.size(); ++k) {
      const Knot& previous = curve.knots[k - 1];
      const Knot& next = curve.knots[k + 1];
      curve.knots[k].slope = (next.t - previous.t) / (next.s - previous.s);
    }
  };
  const auto half_width = [](std::uint32_t h) { return unit(h) < 0.55f ? 4.6f : 2.6f; };
  for (std::int32_t j = 1; j + 1 < j1 - j0 + 1; ++j) {
    Curve curve{false, {}};
    for (std::int32_t i = 0; i < columns; ++i) {
      const Town& town = all[static_cast<std::size_t>(j * columns + i)];
      curve.knots.push_back({town.x, town.y, 0.0, half_width(mix(town.id + 30))});
    }
    close(curve);
    curves_.push_back(std::move(curve));
  }
  for (std::int32_t i = 1; i + 1 < columns; ++i) {
    Curve curve{true, {}};
    for (std::int32_t j = 0; j < j1 - j0 + 1; ++j) {
      const Town& town = all[static_cast<std::size_t>(j * columns + i)];
      curve.knots.push_back({town.y, town.x, 0.0, half_width(mix(town.id + 31))});
    }
    close(curve);
    curves_.push_back(std::move(curve));
  }
}

float Roads::distance(std::int32_t index, double x, double y, float* half_width) const {
  const Curve& curve = curves_[static_cast<std::size_t>(index)];
  const double bend =
      34.0 * static_cast<double>(gradient_noise(world_->stream(Stream::road, curve.across), x / 700.0, y / 700.0));
  const double s = curve.across ? y : x;
  const double t = (curve.across ? x : y) + bend;
  std::size_t k = 1;
  while (k + 3 < curve.knots.size() && curve.knots[k + 1].s <= s) ++k;
  const Knot& from = curve.knots[k];
  const Knot& to = curve.knots[k + 1];
  const double length = to.s - from.s;
  const double u = std::clamp((s - from.s) / length, 0.0, 1.0);
  const double u2 = u * u, u3 = u2 * u;
  const double value = (2 * u3 - 3 * u2 + 1) * from.t + (u3 - 2 * u2 + u) * length * from.slope +
                       (3 * u2 - 2 * u3) * to.t + (u3 - u2) * length * to.slope;
  const double slope =
      (6 * u2 - 6 * u) / length * (from.t - to.t) + (3 * u2 - 4 * u + 1) * from.slope + (3 * u2 - 2 * u) * to.slope;
  *half_width = from.half_width;
  return static_cast<float>((t - value) / std::sqrt(1.0 + slope * slope));
}

float Roads::clearance(double x, double y) const {
  float nearest = std::numeric_limits<float>::max();
  for (std::int32_t index = 0; index < curve_count(); ++index) {
    float half_width = 0.0f;
    nearest = std::min(nearest, std::abs(distance(index, x, y, &half_width)) - half_width);
  }
  return nearest;
}

}  // namespace groundshift::synth
