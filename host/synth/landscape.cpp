// SPDX-License-Identifier: Apache-2.0
// The layers of a patch. Each takes its share of what the layers above have left of a pixel.
#include "host/synth/landscape.hpp"

#include <algorithm>
#include <cmath>

namespace groundshift::synth {

struct Landscape::Scratch {
  TerrainNodes nodes;
  Parcels parcels;
  NodeField line;
  Field water, creek, forest, moisture, steepness, warp_x, warp_y, distance;
  Field coarse, fine, crowns, mottle;        // noise at about 60 m, 20 m, 6 m, 12 m
  Field roof, roof_light, roof_light_after;  // cover of roofs and the light on them
  Field shadow, shadow_after;
  Field town, trees;  // density of the town here; trees that belong to it
  Field crown_light;  // relief of the canopy where trees stand
  bool any_roof = false, any_town = false;
};

Landscape::Landscape(const World& world) : world_(&world), scratch_(std::make_shared<Scratch>()) {}

namespace {

void noise(const World& world, const Frame& frame, std::uint32_t which, float wavelength, Field& out) {
  out.fill(0.0f);
  add_value_noise(frame, world.stream(Stream::texture, which), wavelength, 0.66f, out);
  add_value_noise(frame, world.stream(Stream::texture, which + 20), 0.47f * wavelength, 0.34f, out);
}

// Calls f(i, dx, dy) for the pixels of the patch whose centre is within `reach` metres (square) of (x, y).
template <class F>
void for_pixels_near(const Frame& frame, double x, double y, float reach, F&& f) {
  const auto cx = static_cast<float>(x - frame.x0), cy = static_cast<float>(y - frame.y0);
  const auto first = [&](float c) {
    return std::max(0, static_cast<std::int32_t>(std::floor((c - reach) / frame.pixel)));
  };
  const auto last = [&](float c) {
    return std::min(kPatchSize - 1, static_cast<std::int32_t>(std::floor((c + reach) / frame.pixel)) + 1);
  };
  for (std::int32_t py = first(cy); py <= last(cy); ++py) {
    for (std::int32_t px = first(cx); px <= last(cx); ++px) {
      f(py * kPatchSize + px, static_cast<float>(px) * frame.pixel - cx, static_cast<float>(py) * frame.pixel - cy);
    }
  }
}

bool near(const Frame& frame, double x, double y, float reach) {
  return bounds_of(frame).grown(static_cast<double>(reach + frame.pixel)).holds(x, y);
}

}  // namespace

void Landscape::draw(const Frame& frame, const Neighbourhood& around, Ground& out) {
  Scratch& s = *scratch_;
  out.clear();
  fill_terrain(*world_, frame, s.nodes);
  expand(s.nodes.river, s.water);
  expand(s.nodes.half_width, s.distance);
  expand(s.nodes.lake, s.coarse);  // free until the noise is drawn below
  for (std::size_t k = 0; k < kPatchPixels; ++k) s.water[k] = water_of(s.water[k], s.distance[k], s.coarse[k]);
  expand(s.nodes.creek, s.creek);
  expand(s.nodes.forest, s.forest);
  expand(s.nodes.moisture, s.moisture);
  expand(s.nodes.steepness, s.steepness);
  expand(s.nodes.warp_x, s.warp_x);
  expand(s.nodes.warp_y, s.warp_y);
  noise(*world_, frame, 0, 62.0f, s.coarse);
  noise(*world_, frame, 1, 21.0f, s.fine);
  noise(*world_, frame, 2, 6.5f, s.crowns);
  noise(*world_, frame, 3, 11.0f, s.mottle);
  lay_roofs(frame, around, out);
  lay_roads(frame, around.roads, out);
  lay_town(frame, around, out);
  lay_water(frame, out);
  fill_parcels(*world_, frame, s.warp_x, s.warp_y, s.parcels);
  lay_trees(frame, out);
  lay_fields(frame, out);
  light(out);
}

void Landscape::lay_roofs(const Frame& frame, const Neighbourhood& around, Ground& out) {
  Scratch& s = *scratch_;
  s.any_roof = false;
  for (const Building& b : around.buildings) {
    const float reach = std::max(b.reach(world_->before), b.reach(world_->after));
    if (!near(frame, b.x, b.y, reach)) continue;
    if (!s.any_roof) {
      s.any_roof = true;
      for (Field* f : {&s.roof, &s.roof_light, &s.roof_light_after, &s.shadow, &s.shadow_after}) f->fill(0.0f);
    }
    const Material material =
        b.roof == Roof::red ? Material::roof_red : (b.roof == Roof::gray ? Material::roof_gray : Material::roof_metal);
    Field& share = out.of(material);
    for_pixels_near(frame, b.x, b.y, reach, [&](std::int32_t pixel, float dx, float dy) {
      const auto i = static_cast<std::size_t>(pixel);
      s.shadow[i] = std::max(s.shadow[i], swept_cover(b, world_->before, dx, dy, frame.pixel));
      s.shadow_after[i] = std::max(s.shadow_after[i], swept_cover(b, world_->after, dx, dy, frame.pixel));
      const float cover = std::min(roof_cover(b, dx, dy, frame.pixel), out.rest[i]);
      if (cover <= 0.0f) return;
      share[i] += cover;
      out.rest[i] -= cover;
      s.roof[i] += cover;
      s.roof_light[i] += cover * b.tone * roof_light(b, world_->before, dx, dy);
      s.roof_light_after[i] += cover * b.tone * roof_light(b, world_->after, dx, dy);
    });
  }
}

void Landscape::lay_roads(const Frame& frame, const Roads& roads, Ground& out) {
  Scratch& s = *scratch_;
  for (std::int32_t curve = 0; curve < roads.curve_count(); ++curve) {
    float half_width = 0.0f;
    const float half = 0.5f * frame.extent();
    if (std::abs(roads.distance(curve, frame.x(32.0f), frame.y(32.0f), &half_width)) > 2.2f * half + 40.0f) continue;
    float smallest = 1e9f;
    for (std::int32_t j = 0; j < kNodeSide; ++j) {
      for (std::int32_t i = 0; i < kNodeSide; ++i) {
        const float d = roads.distance(curve, frame.x(static_cast<float>(i * kNodeStep)),
                                       frame.y(static_cast<float>(j * kNodeStep)), &half_width);
        s.line[static_cast<std::size_t>(j * kNodeSide + i)] = d;
        smallest = std::min(smallest, std::abs(d));
      }
    }
    if (smallest > 12.0f * frame.pixel + 20.0f) continue;
    expand(s.line, s.distance);
    out.of(Material::asphalt);
    out.of(Material::concrete);
    out.of(Material::grass);
    const bool paved = half_width > 3.0f;
    for (std::int32_t i = 0; i < kPatchPixels; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const float d = std::abs(s.distance[k]);
      const float cover =
          clamp01(0.5f + (half_width - d) / frame.pixel) * std::min(1.0f, 2.0f * half_width / frame.pixel);
      if (cover > 0.0f) {
        out.lay(Material::asphalt, i, cover * (paved ? 0.68f : 0.35f));
        out.lay(Material::concrete, i, clamp01(cover * (paved ? 1.0f : 0.9f)));
      } else if (s.water[k] > 0.0f) {
        const float verge = 0.7f * clamp01(0.5f + (half_width + 2.5f - d) / frame.pixel);
        if (verge > 0.0f) {
          const float before = out.rest[k];
          out.lay(Material::grass, i, verge);
          out.share_after[static_cast<std::size_t>(Material::grass)][k] += before - out.rest[k];
        }
      }
    }
  }
}

void Landscape::lay_town(const Frame& frame, const Neighbourhood& around, Ground& out) {
  Scratch& s = *scratch_;
  s.any_town = false;
  const bool houses = frame.pixel <= kLargestPixelWithHouses;
  for (const Farm& farm : around.farms) {
    if (!near(frame, farm.x, farm.y, 1.3f * farm.radius)) continue;
    out.of(Material::concrete);
    out.of(Material::sand);
    for_pixels_near(frame, farm.x, farm.y, 1.3f * farm.radius, [&](std::int32_t i, float dx, float dy) {
      const float d = std::sqrt(dx * dx + dy * dy) - farm.radius * (0.8f + 0.4f * s.fine[static_cast<std::size_t>(i)]);
      const float cover = 0.85f * smoothstep(3.0f, -3.0f - frame.pixel, d);
      out.lay(Material::concrete, i, 0.45f * cover);
      out.lay(Material::sand, i, 0.3f * cover);
    });
  }
  for (const Town& town : around.roads.towns()) {
    if (!near(frame, town.x, town.y, 1.7f * town.radius)) continue;
    float largest = 0.0f;
    for (std::int32_t j = 0; j < kNodeSide; ++j) {
      for (std::int32_t i = 0; i < kNodeSide; ++i) {
        const float u = town_density(*world_, town, frame.x(static_cast<float>(i * kNodeStep)),
                                     frame.y(static_cast<float>(j * kNodeStep)));
        s.line[static_cast<std::size_t>(j * kNodeSide + i)] = u;
        largest = std::max(largest, u);
      }
    }
    if (largest <= -0.7f) continue;
    if (!s.any_town) {
      s.any_town = true;
      s.town.fill(-1.0f);
      s.trees.fill(0.0f);
    }
    expand(s.line, s.distance);
    for (const Material m :
         {Material::asphalt, Material::concrete, Material::grass, Material::soil, Material::roof_red})
      out.of(m);
    Field& grass_after = out.share_after[static_cast<std::size_t>(Material::grass)];
    Field& soil_after = out.share_after[static_cast<std::size_t>(Material::soil)];
    for (std::int32_t i = 0; i < kPatchPixels; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const float u = s.distance[k] + 0.16f * s.coarse[k] + 0.05f * s.fine[k];
      s.town[k] = std::max(s.town[k], u);
      if (u <= 0.0f || s.water[k] < 2.0f) continue;
      const StreetPoint p = street_at(town, static_cast<float>(frame.x(static_cast<float>(i % kPatchSize)) - town.x),
                                      static_cast<float>(frame.y(static_cast<float>(i / kPatchSize)) - town.y));
      const float street = clamp01(0.5f - p.street / frame.pixel) * std::min(1.0f, 7.0f / frame.pixel);
      out.lay(Material::asphalt, i, 0.62f * street);
      out.lay(Material::concrete, i, 0.9f * street);
      float paved = 0.2f, soil = 0.1f, trees = 0.3f;
      switch (p.block) {
        case BlockKind::houses: break;
        case BlockKind::centre: paved = 0.75f, trees = 0.07f; break;
        case BlockKind::apartments: paved = 0.42f, trees = 0.26f; break;
        case BlockKind::commerce: paved = 0.9f, trees = 0.02f; break;
        case BlockKind::park: paved = 0.04f, soil = 0.03f, trees = 0.52f; break;
      }
      const float ground = smoothstep(0.0f, 0.08f, u);
      if (!houses && p.block != BlockKind::park) out.lay(Material::roof_red, i, 0.26f * ground);
      const float tree = smoothstep(0.62f - trees, 0.8f - trees, 0.5f + 0.55f * s.mottle[k] + 0.2f * s.fine[k]);
      s.trees[k] = std::max(s.trees[k], tree * ground);
      const float lawn = ground * (1.0f - s.trees[k]);
      out.lay(p.block == BlockKind::commerce && s.coarse[k] > 0.0f ? Material::asphalt : Material::concrete, i,
              lawn * clamp01(paved + 0.35f * s.fine[k]));
      const float rest = out.rest[k];
      out.lay(Material::soil, i, lawn * clamp01(soil + 0.2f * s.coarse[k]));
      soil_after[k] += rest - out.rest[k];
      const float left = out.rest[k];
      out.lay(Material::grass, i, lawn);
      grass_after[k] += left - out.rest[k];
    }
  }
}

void Landscape::lay_water(const Frame& frame, Ground& out) {
  Scratch& s = *scratch_;
  const float nearest = *std::min_element(s.water.begin(), s.water.end());
  if (nearest > 24.0f + frame.pixel) return;
  for (const Material m : {Material::water, Material::silt, Material::sand}) out.of(m);
  for (std::int32_t i = 0; i < kPatchPixels; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const float d = s.water[k] + 5.0f * s.fine[k] + 2.5f * s.mottle[k];
    if (d > 20.0f + frame.pixel) continue;
    const float wet = smoothstep(2.5f + 0.6f * frame.pixel, -2.5f - 0.6f * frame.pixel, d);
    const float shallow = smoothstep(-34.0f, 2.0f, d);
    out.lay(Material::silt, i, wet * clamp01(0.12f + 0.6f * shallow + 0.1f * s.coarse[k]));
    if (wet > 0.0f) out.lay(Material::water, i, wet);
    const float beach = smoothstep(11.0f, 1.0f, d + 9.0f * s.coarse[k]) * 0.8f;
    if (beach > 0.0f) out.lay(Material::sand, i, beach);
  }
}

void Landscape::lay_trees(const Frame& frame, Ground& out) {
  Scratch& s = *scratch_;
  out.of(Material::broadleaf);
  out.of(Material::conifer);
  const float soft = 0.02f + 0.0008f * frame.pixel;
  const float thin = std::min(1.0f, 5.0f / frame.pixel);  // cover of a row of trees when pixels are wider than it
  const float gap = std::max(0.0f, 0.5f * frame.pixel - 2.0f);
  for (std::int32_t i = 0; i < kPatchPixels; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const ParcelLook& look = s.parcels.looks[s.parcels.look[k]];
    const float crowns = 0.65f * s.crowns[k] + 0.35f * s.mottle[k];
    float wood = smoothstep(-soft, soft, s.forest[k] + 0.035f * s.fine[k] + 0.04f * s.mottle[k] + 0.03f * s.coarse[k]);
    wood = std::max(wood, look.wood * smoothstep(2.0f, 5.0f, s.parcels.edge[k] + 2.0f * crowns));
    const float row =
        thin * smoothstep(3.4f + gap, 1.6f + gap, s.parcels.hedge[k] + 2.6f * s.mottle[k] + 1.2f * s.fine[k]);
    const float bank = thin * smoothstep(7.0f + gap, 3.5f + gap, std::abs(s.creek[k]) + 7.0f * s.fine[k]) *
                       (s.steepness[k] < 0.5f ? 1.0f : 0.0f);
    const float shore =
        0.9f * smoothstep(16.0f, 8.0f, std::abs(s.water[k] - 12.0f) + 14.0f * s.coarse[k] + 5.0f * s.mottle[k] + 8.0f);
    float trees = std::max(std::max(wood, row), std::max(bank, shore));
    if (s.any_town) {
      wood *= smoothstep(-0.3f, -0.45f, s.town[k] + 0.1f * s.mottle[k]);  // gardens and meadows surround a town
      trees = std::max(std::max(wood, std::max(row, std::max(bank, shore)) * smoothstep(0.06f, -0.04f, s.town[k])),
                       s.trees[k]);
    }
    const float edge_of_wood = std::max(wood, 0.55f);
    s.crown_light[k] =
        trees > 0.0f ? trees * edge_of_wood * (0.62f * crowns + 0.05f * s.coarse[k]) - 0.12f * trees : 0.0f;
    if (trees <= 0.0f) continue;
    const float stand = s.moisture[k] * -0.55f + 0.45f * s.coarse[k] + s.steepness[k] - 0.12f;
    const float conifer = look.wood > 0.0f && s.forest[k] < 0.0f ? (look.conifer ? 0.9f : 0.05f)
                                                                 : 0.92f * smoothstep(-0.12f, 0.2f, stand);
    const float dense = trees * (0.93f + 0.07f * crowns);
    out.lay(Material::conifer, i, dense * conifer * wood);
    out.lay(Material::broadleaf, i, dense);
  }
}

void Landscape::lay_fields(const Frame& frame, Ground& out) {
  Scratch& s = *scratch_;
  std::array<Field*, kSeasonalCount> before, after;
  for (std::size_t m = 0; m < kSeasonalCount; ++m) {
    before[m] = &out.of(static_cast<Material>(m));
    after[m] = &out.share_after[m];
  }
  const float track_cover = std::min(1.0f, 3.0f / frame.pixel);
  for (std::size_t k = 0; k < kPatchPixels; ++k) {
    const float left = out.rest[k];
    if (left <= 0.0f) continue;
    const ParcelLook& look = s.parcels.looks[s.parcels.look[k]];
    const float track = 0.8f * track_cover * clamp01(0.5f + (1.5f - s.parcels.track[k]) / frame.pixel);
    const float margin =
        0.75f * std::min(1.0f, 2.4f / frame.pixel) * clamp01(0.5f + (1.2f - s.parcels.edge[k]) / frame.pixel);
    const float wild =
        std::max(margin, smoothstep(0.2f, 0.34f, s.steepness[k] + 0.06f * s.coarse[k] + 0.05f * s.fine[k]));
    const float marsh = std::max(wild, smoothstep(55.0f, 30.0f, s.water[k] + 18.0f * s.coarse[k]));
    const float field = left * (1.0f - track) * (1.0f - marsh);
    const float rough = left * (1.0f - track) * marsh;
    const float vigour = 0.16f * s.coarse[k] + 0.09f * s.fine[k] + 0.12f * s.moisture[k];  // growth within a parcel
    for (int date = 0; date < 2; ++date) {
      const auto& shares = date == 0 ? look.before : look.after;
      auto& fields = date == 0 ? before : after;
      const float green = shares[1] * clamp01(0.88f + vigour);
      const float meadow = shares[3] * clamp01(0.88f + vigour);
      const float bare = shares[1] - green;
      const float faded = shares[3] - meadow;
      (*fields[0])[k] += field * (shares[0] + bare) + 0.65f * left * track;
      (*fields[1])[k] += field * green;
      (*fields[2])[k] += field * (shares[2] + faded) +
                         rough * clamp01(0.24f + 0.3f * s.coarse[k] - 0.35f * s.moisture[k]) + 0.35f * left * track;
      (*fields[3])[k] += field * meadow + rough * (1.0f - clamp01(0.24f + 0.3f * s.coarse[k] - 0.35f * s.moisture[k]));
    }
    const float ground = left * (1.0f - marsh);
    out.tone[k] +=
        ground * (look.tone - 1.0f + look.rows * s.parcels.rows[k] + 0.05f * s.fine[k] + 0.03f * s.crowns[k]) +
        rough * (0.12f * s.mottle[k] + 0.1f * s.crowns[k]);
    out.rest[k] = 0.0f;
  }
}

void Landscape::light(Ground& out) {
  Scratch& s = *scratch_;
  Field& slope = s.distance;
  const auto shade = [&](const NodeField& nodes, const Field& shadow, const Field& roof_light, Field& light_out) {
    expand(nodes, slope);
    for (std::size_t k = 0; k < kPatchPixels; ++k) {
      float ground = slope[k] * (1.0f + s.crown_light[k]);
      if (s.any_roof) ground = ground * (1.0f - shadow[k]) * (1.0f - s.roof[k]) + roof_light[k];
      light_out[k] = ground;
    }
  };
  shade(s.nodes.light_before, s.shadow, s.roof_light, out.light);
  shade(s.nodes.light_after, s.shadow_after, s.roof_light_after, out.light_after);
}

}  // namespace groundshift::synth
