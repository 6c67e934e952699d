// SPDX-License-Identifier: Apache-2.0
// Sites are drawn on a jittered lattice and tried at several places until the ground suits their kind.
#include "host/synth/changes.hpp"

#include <algorithm>
#include <cmath>

#include "host/synth/terrain.hpp"

namespace groundshift::synth {
namespace {

constexpr double kCell = 700.0;    // metres; sets the changed share (measured: 0.5 to 0.7 % of the valid pixels)
constexpr double kMargin = 115.0;  // keeps the sites of neighbouring cells apart
constexpr std::uint32_t kAttempts = 10;

float clearance_of(const ChangeSite& site) {
  return site.kind == ChangeKind::building ? site.hall.half_length + site.hall.half_width : 1.4f * site.core;
}

// > 0 where the site may be, larger where it is more plausible.
float suitability(const World& world, const Roads& roads, const ChangeSite& site) {
  const float clearance = clearance_of(site);
  if (roads.clearance(site.x, site.y) < clearance) return 0.0f;
  float density = -1.0f;
  for (const Town& town : roads.towns()) density = std::max(density, town_density(world, town, site.x, site.y));
  if (density > -0.25f) return 0.0f;  // no house stands under a change
  const double around = static_cast<double>(clearance) + 60.0;
  if (!farms_within(world, roads, Bounds{site.x, site.y, site.x, site.y}.grown(around)).empty()) return 0.0f;
  float forest = 0.0f;
  const std::array<std::array<double, 2>, 5> probes = {{{0, 0}, {1.2, 0}, {-1.2, 0}, {0, 1.2}, {0, -1.2}}};
  for (const auto& probe : probes) {
    const TerrainPoint p = terrain_at(world, site.x + probe[0] * static_cast<double>(site.core),
                                      site.y + probe[1] * static_cast<double>(site.core));
    if (p.water < 25.0f) return 0.0f;
    const float steepness = std::sqrt(p.slope_x * p.slope_x + p.slope_y * p.slope_y);
    if (site.kind == ChangeKind::building && (steepness > 0.22f || p.forest > 0.0f)) return 0.0f;
    forest += p.forest;
  }
  if (site.kind == ChangeKind::building) return 2.0f + std::max(density, -3.0f) * 0.4f;
  return forest > 0.0f ? 2.0f : 0.6f;  // clearings and fires rather in woods
}

ChangeSite draw_site(ChangeKind kind, std::uint32_t id) {
  ChangeSite site;
  site.kind = kind;
  site.id = id;
  const float size = unit(mix(id + 1));
  switch (kind) {
    case ChangeKind::building: {
      const float length = 30.0f + 120.0f * size * size;
      const float width = std::max(18.0f, length * between(mix(id + 2), 0.34f, 0.72f));
      const Direction along = direction(mix(id + 3));
      site.hall.ux = along.x;
      site.hall.uy = along.y;
      site.hall.half_length = 0.5f * length;
      site.hall.half_width = 0.5f * width;
      site.core = 0.5f * length;
      site.hall.height = between(mix(id + 4), 7.0f, 14.0f);
      site.hall.gabled = unit(mix(id + 5)) < 0.3f;
      site.hall.tone = between(mix(id + 6), 0.8f, 1.15f);
      const float roof = unit(mix(id + 7));
      site.surface = roof < 0.62f ? ChangeSurface::roof_light_metal
                                  : (roof < 0.84f ? ChangeSurface::roof_dark : ChangeSurface::roof_clay);
      break;
    }
    case ChangeKind::cleared:
      site.core = between(mix(id + 2), 21.0f, 46.0f);
      site.surface = ChangeSurface::bright_soil;
      break;
    case ChangeKind::burnt:
      site.core = between(mix(id + 2), 24.0f, 54.0f);
      site.surface = ChangeSurface::char_ash;
      break;
  }
  return site;
}

// > 0 inside a patch, in metres from its outline (about); the outline is fractal.
float patch_depth(const World& world, const ChangeSite& site, float dx, float dy) {
  const Direction along = direction(mix(site.id + 20));
  const float stretch = between(mix(site.id + 21), 1.0f, 1.5f);
  const float a = (dx * along.x + dy * along.y) / stretch;
  const float b = (dy * along.x - dx * along.y) * stretch;
  const float from_middle = std::sqrt(a * a + b * b) / site.core;
  const bool burnt = site.kind == ChangeKind::burnt;
  const float ragged = fractal_noise(
      world.stream(Stream::outline) ^ site.id, site.x + static_cast<double>(dx), site.y + static_cast<double>(dy),
      static_cast<double>(site.core) * (burnt ? 1.1 : 1.5), burnt ? 5 : 3, burnt ? 0.62f : 0.45f);
  return site.core * (1.0f - from_middle + (burnt ? 0.95f : 0.6f) * ragged);
}

void draw_hall(const World& world, const Frame& frame, const ChangeSite& site, std::int32_t i, float dx, float dy,
               ChangeLayer& out) {
  const auto k = static_cast<std::size_t>(i);
  const float roof = roof_cover(site.hall, dx, dy, frame.pixel);
  const float swept = std::max(roof, swept_cover(site.hall, world.after, dx, dy, frame.pixel));
  if (swept < 0.5f) return;
  out.kind[k] = 1 + static_cast<std::uint8_t>(ChangeKind::building);
  out.surface[k] = static_cast<std::uint8_t>(site.surface);
  out.cover[k] = roof;
  out.light[k] = 1.0f - swept;
  // Rows of skylights and joints every 9 m.
  const float along = dx * site.hall.ux + dy * site.hall.uy;
  const float phase = along / 9.0f - std::floor(along / 9.0f);
  const float joints = frame.pixel <= 5.0f && phase < 0.3f ? 0.9f : 1.0f;
  out.tone[k] = site.hall.tone * roof_light(site.hall, world.after, dx, dy) * joints;
}

void draw_patch(const World& world, const Frame& frame, const ChangeSite& site, std::int32_t i, float dx, float dy,
                ChangeLayer& out) {
  const float depth = patch_depth(world, site, dx, dy);
  const float cover = clamp01(0.5f + depth / frame.pixel);
  if (cover < 0.5f) return;
  const auto k = static_cast<std::size_t>(i);
  const double x = site.x + static_cast<double>(dx), y = site.y + static_cast<double>(dy);
  const float grain = fractal_noise(world.stream(Stream::outline, 1), x, y, 17.0, 2, 0.6f);
  const bool burnt = site.kind == ChangeKind::burnt;
  out.kind[k] = 1 + static_cast<std::uint8_t>(site.kind);
  out.surface[k] = static_cast<std::uint8_t>(site.surface);
  const float severity = burnt ? clamp01(0.86f + 0.35f * grain) : 0.95f;
  out.cover[k] = std::min(cover, severity);
  out.light[k] = 1.0f;
  out.tone[k] = burnt ? 1.0f + 0.3f * grain : 1.0f + 0.22f * grain;
}

}  // namespace

const char* name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::building: return "building";
    case ChangeKind::cleared: return "cleared";
    case ChangeKind::burnt: return "burnt";
  }
  return "?";
}

std::vector<ChangeSite> sites_within(const World& world, const Bounds& bounds) {
  const auto cell = [](double v) { return static_cast<std::int32_t>(std::floor(v / kCell)); };
  const Roads roads(world, bounds.grown(900.0));
  std::vector<ChangeSite> sites;
  for (std::int32_t j = cell(bounds.y0); j <= cell(bounds.y1); ++j) {
    for (std::int32_t i = cell(bounds.x0); i <= cell(bounds.x1); ++i) {
      const std::uint32_t order = hash(world.stream(Stream::change), i >> 1, j >> 1);
      const auto slot = (static_cast<std::uint32_t>((i & 1) + 2 * (j & 1)) + (order >> 8U)) & 3U;
      const std::uint32_t turn = (order & 1U) != 0 ? slot : (3U - slot);
      if (turn == 3) continue;
      const auto kind = static_cast<ChangeKind>((turn + (order >> 2U) % 3U) % 3U);
      const std::uint32_t id = hash(world.stream(Stream::change, 1), i, j);
      ChangeSite best = draw_site(kind, id);
      best.radius = kind == ChangeKind::building ? best.hall.reach(world.after) : 2.8f * best.core;
      float best_value = 0.0f;
      for (std::uint32_t attempt = 0; attempt < kAttempts && best_value < 1.9f; ++attempt) {
        ChangeSite site = best;
        const double span = kCell - 2.0 * kMargin;
        site.x = i * kCell + kMargin + span * static_cast<double>(unit(mix(id + 40 + 2 * attempt)));
        site.y = j * kCell + kMargin + span * static_cast<double>(unit(mix(id + 41 + 2 * attempt)));
        const float value = suitability(world, roads, site);
        if (value > best_value) {
          best_value = value;
          best = site;
        }
      }
      if (best_value > 0.0f && bounds.holds(best.x, best.y)) sites.push_back(best);
    }
  }
  return sites;
}

void draw_changes(const World& world, const Frame& frame, const std::vector<ChangeSite>& sites, ChangeLayer& out) {
  out.any = false;
  for (const ChangeSite& site : sites) {
    const double reach = static_cast<double>(site.radius + frame.pixel);
    if (!bounds_of(frame).grown(reach).holds(site.x, site.y)) continue;
    if (!out.any) {
      out.any = true;
      out.kind.fill(0);
      out.surface.fill(0);
      out.cover.fill(0.0f);
      out.light.fill(1.0f);
      out.tone.fill(1.0f);
    }
    for (std::int32_t i = 0; i < kPatchPixels; ++i) {
      const auto dx = static_cast<float>(frame.x(static_cast<float>(i % kPatchSize)) - site.x);
      const auto dy = static_cast<float>(frame.y(static_cast<float>(i / kPatchSize)) - site.y);
      if (std::abs(dx) > static_cast<float>(reach) || std::abs(dy) > static_cast<float>(reach)) continue;
      if (site.kind == ChangeKind::building) {
        draw_hall(world, frame, site, i, dx, dy, out);
      } else {
        draw_patch(world, frame, site, i, dx, dy, out);
      }
    }
  }
}

void apply_changes(const ChangeLayer& changes, const Ground& ground, const Band& band, float contrast, Field& values) {
  if (!changes.any) return;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    if (changes.kind[i] == 0) continue;
    const float direct = (1.0f - band.sky) * ground.light_after[i];
    const float shaded = values[i] * (band.sky + direct * changes.light[i]) / (band.sky + direct);
    // The outline of a clearing or a fire keeps the light of its slope; a roof brings its own in `tone`.
    const bool roof = changes.kind[i] == 1;
    const float own_light = roof ? 1.0f : band.sky + (1.0f - band.sky) * (0.5f + 0.5f * ground.light_after[i]);
    const float fresh = band.change[changes.surface[i]] * changes.tone[i] * own_light;
    values[i] = lerp(values[i], lerp(shaded, fresh, changes.cover[i]), contrast);
  }
}

}  // namespace groundshift::synth
