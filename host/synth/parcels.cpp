// SPDX-License-Identifier: Apache-2.0
// Estates are Voronoi cells of a jittered lattice in bent coordinates; inside one, strips and parcels with jittered
// bounds.
#include "host/synth/parcels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/synth/noise.hpp"

namespace groundshift::synth {
namespace {

constexpr double kEstateSpacing = 720.0;  // metres
constexpr float kNoHedge = 1e6f;

struct Estate {
  float x, y;  // relative to the patch
  float ux, uy;
  float strip, length;  // mean width and length of its parcels
  float bend;
  std::uint32_t id;
};

// The estates that can be first or second nearest to a point of the patch.
std::vector<Estate> estates_near(const World& world, const Frame& frame, float margin) {
  const double reach = static_cast<double>(margin) + 1.6 * kEstateSpacing;
  const auto cell = [](double v) { return static_cast<std::int32_t>(std::floor(v / kEstateSpacing)); };
  std::vector<Estate> all;
  const std::uint32_t seed = world.stream(Stream::estate);
  for (std::int32_t j = cell(frame.y0 - reach); j <= cell(frame.y0 + static_cast<double>(frame.extent()) + reach);
       ++j) {
    for (std::int32_t i = cell(frame.x0 - reach); i <= cell(frame.x0 + static_cast<double>(frame.extent()) + reach);
         ++i) {
      const std::uint32_t id = hash(seed, i, j);
      Estate e;
      e.id = id;
      e.x = static_cast<float>((i + 0.5 + 0.45 * static_cast<double>(signed_unit(mix(id + 1)))) * kEstateSpacing -
                               frame.x0);
      e.y = static_cast<float>((j + 0.5 + 0.45 * static_cast<double>(signed_unit(mix(id + 2)))) * kEstateSpacing -
                               frame.y0);
      const Direction along = direction(mix(id + 3));
      e.ux = along.x;
      e.uy = along.y;
      const float size = unit(mix(id + 4));
      e.strip = 34.0f + 105.0f * size * size;
      e.length = e.strip * between(mix(id + 5), 1.7f, 4.2f) + 40.0f;
      e.bend = 3.5e-4f * signed_unit(mix(id + 6));
      all.push_back(e);
    }
  }
  // An estate farther from the middle than the second nearest by more than the patch's diameter is never among the
  // two nearest.
  const float middle = 0.5f * frame.extent();
  const float radius = 0.7072f * frame.extent() + margin;
  std::vector<float> distance;
  for (const Estate& e : all) distance.push_back(std::hypot(e.x - middle, e.y - middle));
  std::vector<float> sorted = distance;
  std::nth_element(sorted.begin(), sorted.begin() + 1, sorted.end());
  std::vector<Estate> near;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (distance[k] <= sorted[1] + 2.0f * radius) near.push_back(all[k]);
  }
  return near;
}

std::array<float, kSeasonalCount> crop_shares(float draw, float vigour) {
  if (draw < 0.17f) return {0.93f, 0.07f * vigour, 0.07f * (1.0f - vigour), 0.0f};      // bare
  if (draw < 0.29f) return {0.75f - 0.4f * vigour, 0.25f + 0.4f * vigour, 0.0f, 0.0f};  // sprouting
  if (draw < 0.56f) return {0.22f - 0.2f * vigour, 0.7f + 0.2f * vigour, 0.08f, 0.0f};  // grown
  if (draw < 0.70f) return {0.12f, 0.0f, 0.88f, 0.0f};                                  // ripe
  if (draw < 0.79f) return {0.45f, 0.0f, 0.5f, 0.05f};                                  // stubble
  if (draw < 0.92f) return {0.05f, 0.1f * vigour, 0.1f, 0.85f - 0.1f * vigour};         // meadow
  return {0.15f, 0.0f, 0.3f, 0.55f};                                                    // fallow
}

// tendency : 0..1, what this estate mostly grows
ParcelLook look_of(std::uint32_t id, float tendency) {
  ParcelLook look;
  const float draw = 0.72f * unit(mix(id + 10)) + 0.28f * tendency;
  look.before = crop_shares(draw, unit(mix(id + 11)));
  const bool meadow = draw >= 0.79f;
  const bool rotated = unit(mix(id + 12)) < (meadow ? 0.12f : 0.62f);
  look.after = crop_shares(rotated ? unit(mix(id + 13)) : draw, unit(mix(id + (rotated ? 14U : 11U))));
  look.tone = between(mix(id + 15), 0.86f, 1.14f);
  look.rows = meadow ? 0.015f : between(mix(id + 16), 0.02f, 0.09f);
  look.wood = unit(mix(id + 17)) < 0.055f ? 1.0f : 0.0f;
  look.conifer = unit(mix(id + 18)) < 0.4f;
  return look;
}

// Interval [low, high) of a jittered lattice of mean step `step` that holds v, and its index.
struct Interval {
  std::int32_t index = 0;
  float low = 0.0f, high = -1.0f;
  bool holds(float v) const { return v >= low && v < high; }
};

Interval interval_at(std::uint32_t seed, float v, float step) {
  const auto bound = [&](std::int32_t k) {
    return (static_cast<float>(k) + 0.33f * signed_unit(hash(seed, k, 7))) * step;
  };
  auto k = static_cast<std::int32_t>(std::floor(v / step));
  float low = bound(k);
  float high = bound(k + 1);
  if (v < low) {
    high = low;
    low = bound(--k);
  } else if (v >= high) {
    low = high;
    high = bound(++k + 1);
  }
  return {k, low, high};
}

// 1 at whole numbers, -1 between them.
float triangle(float phase) { return 4.0f * std::abs(phase - std::floor(phase) - 0.5f) - 1.0f; }

}  // namespace

void fill_parcels(const World& world, const Frame& frame, const Field& warp_x, const Field& warp_y, Parcels& out) {
  float margin = 0.0f;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    margin = std::max(margin, std::max(std::abs(warp_x[i]), std::abs(warp_y[i])));
  }
  const std::vector<Estate> estates = estates_near(world, frame, 1.5f * margin);
  out.looks.clear();
  const float period = std::max(9.0f, 2.9f * frame.pixel);
  std::size_t held = estates.size();  // estate, strip and parcel of the pixel before
  Interval strip, parcel;
  std::uint32_t strip_id = 0;
  bool hedge_low = false, hedge_high = false;
  for (std::int32_t y = 0; y < kPatchSize; ++y) {
    for (std::int32_t x = 0; x < kPatchSize; ++x) {
      const auto i = static_cast<std::size_t>(y * kPatchSize + x);
      const float qx = static_cast<float>(x) * frame.pixel + warp_x[i];
      const float qy = static_cast<float>(y) * frame.pixel + warp_y[i];
      float first = std::numeric_limits<float>::max(), second = first;
      std::size_t nearest = 0, next = 0;
      for (std::size_t k = 0; k < estates.size(); ++k) {
        const float dx = qx - estates[k].x, dy = qy - estates[k].y;
        const float d = dx * dx + dy * dy;
        if (d < first) {
          second = first;
          next = nearest;
          first = d;
          nearest = k;
        } else if (d < second) {
          second = d;
          next = k;
        }
      }
      const Estate& e = estates[nearest];
      const Estate& f = estates[next];
      const float between_x = e.x - f.x, between_y = e.y - f.y;
      const float track = 0.5f * (second - first) / std::sqrt(between_x * between_x + between_y * between_y);
      const float dx = qx - e.x, dy = qy - e.y;
      const float a = dx * e.ux + dy * e.uy;
      const float b = dy * e.ux - dx * e.uy + e.bend * a * a;
      const bool same_estate = nearest == held;
      bool changed = false;
      if (!same_estate || !strip.holds(b)) {
        strip = interval_at(e.id + 100, b, e.strip);
        strip_id = hash(e.id + 101, strip.index, 0);
        hedge_low = unit(hash(e.id + 103, strip.index, 1)) < 0.2f;
        hedge_high = unit(hash(e.id + 103, strip.index + 1, 1)) < 0.2f;
        changed = true;
      }
      if (changed || !parcel.holds(a)) {
        parcel = interval_at(strip_id, a, e.length);
        out.looks.push_back(
            look_of(hash(strip_id, parcel.index, 2) ^ world.stream(Stream::parcel), unit(mix(e.id + 7))));
      }
      held = nearest;
      const float low = b - strip.low, high = strip.high - b;
      const float ends = std::min(a - parcel.low, parcel.high - a);
      out.look[i] = static_cast<std::uint16_t>(out.looks.size() - 1);
      out.track[i] = track;
      out.edge[i] = std::min(std::min(track, std::min(low, high)), ends);
      float hedge = kNoHedge;
      if (hedge_low) hedge = low;
      if (hedge_high) hedge = std::min(hedge, high);
      if (((e.id ^ f.id) & 7U) < 3U) hedge = std::min(hedge, std::abs(track - 4.5f));
      out.hedge[i] = hedge;
      out.rows[i] = triangle(b / period);
    }
  }
}

}  // namespace groundshift::synth
