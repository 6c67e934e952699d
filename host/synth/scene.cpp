// SPDX-License-Identifier: Apache-2.0
// A window is drawn patch by patch; patches sit at multiples of 64 of the image, so that no tiling can move them.
#include "host/synth/scene.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "host/synth/landscape.hpp"

namespace groundshift::synth {

struct Scene::Work {
  explicit Work(const World& world, const Bounds& bounds, std::vector<ChangeSite> planted)
      : landscape(world), around(world, bounds), sites(std::move(planted)) {}

  Landscape landscape;
  Neighbourhood around;
  std::vector<ChangeSite> sites;
  Ground ground;
  ChangeLayer changes;
  Field values, hidden, haze, shadow;
  std::array<bool, kPatchPixels> valid_before, valid_after;
};

Scene::Scene(const SynthOptions& options)
    : options_(options),
      world_(options.seed, options.pixel_size, options.season),
      bands_(make_bands(world_, options.band_count, options.season)),
      clouds_before_(world_, 0, options.clouds),
      clouds_after_(world_, 1, options.clouds),
      shifted_(options.shift[0] != 0.0 || options.shift[1] != 0.0) {
  if (options.nodata_border) {
    footprint_before_ = Footprint(world_, 0, options.width, options.height);
    footprint_after_ = Footprint(world_, 1, options.width, options.height);
  }
}

Frame Scene::frame_at(std::int32_t x, std::int32_t y, bool at_after) const {
  const double pixel = static_cast<double>(world_.pixel);
  const double shift_x = at_after ? options_.shift[0] : 0.0;
  const double shift_y = at_after ? options_.shift[1] : 0.0;
  return {(x + 0.5 - shift_x) * pixel, (y + 0.5 - shift_y) * pixel, world_.pixel};
}

void Scene::draw(SceneTile& tile) const {
  const Window& w = tile.window;
  const auto pixels = static_cast<std::size_t>(pixel_count(w));
  const std::size_t bytes = pixels * bands_.size() * byte_count(options_.type);
  tile.before.resize(bytes);
  tile.after.resize(bytes);
  tile.truth.resize(pixels);
  tile.changed.fill(0);
  tile.sites.fill(0);
  tile.unchanged = tile.unlabelled = 0;

  const double pixel = static_cast<double>(world_.pixel);
  const Bounds own{w.x * pixel, w.y * pixel, (w.x + w.width) * pixel, (w.y + w.height) * pixel};
  // Patches may start up to 63 pixels before the window and end as far behind it; the shift moves those of AFTER.
  const double margin = pixel * (kPatchSize + std::max(std::abs(options_.shift[0]), std::abs(options_.shift[1])));
  const Bounds seen = own.grown(margin);
  std::vector<ChangeSite> sites = sites_within(world_, seen.grown(kFarthestChange));
  std::erase_if(sites, [&](const ChangeSite& s) { return !options_.planted[static_cast<std::size_t>(s.kind)]; });
  for (const ChangeSite& site : sites) {
    if (own.holds(site.x, site.y)) ++tile.sites[static_cast<std::size_t>(site.kind)];
  }
  const auto work = std::make_unique<Work>(world_, seen, std::move(sites));
  for (std::int32_t y = w.y - w.y % kPatchSize; y < w.y + w.height; y += kPatchSize) {
    for (std::int32_t x = w.x - w.x % kPatchSize; x < w.x + w.width; x += kPatchSize) draw_patch(x, y, *work, tile);
  }
}

void Scene::draw_patch(std::int32_t x0, std::int32_t y0, Work& work, SceneTile& tile) const {
  work.landscape.draw(frame_at(x0, y0, false), work.around, work.ground);
  write_date(x0, y0, false, work.ground, work, tile);
  if (shifted_) work.landscape.draw(frame_at(x0, y0, true), work.around, work.ground);
  draw_changes(world_, frame_at(x0, y0, true), work.sites, work.changes);
  write_date(x0, y0, true, work.ground, work, tile);
  if (shifted_) draw_changes(world_, frame_at(x0, y0, false), work.sites, work.changes);

  const Window& w = tile.window;
  for (std::int32_t y = std::max(y0, w.y); y < std::min(y0 + kPatchSize, w.y + w.height); ++y) {
    for (std::int32_t x = std::max(x0, w.x); x < std::min(x0 + kPatchSize, w.x + w.width); ++x) {
      const auto i = static_cast<std::size_t>((y - y0) * kPatchSize + (x - x0));
      std::uint8_t code = kUnchanged;
      if (!work.valid_before[i] || !work.valid_after[i]) {
        code = kUnlabelled;
        ++tile.unlabelled;
      } else if (work.changes.any && work.changes.kind[i] != 0) {
        code = kChanged;
        ++tile.changed[work.changes.kind[i] - 1U];
      } else {
        ++tile.unchanged;
      }
      tile.truth[static_cast<std::size_t>(y - w.y) * static_cast<std::size_t>(w.width) +
                 static_cast<std::size_t>(x - w.x)] = code;
    }
  }
}

void Scene::write_date(std::int32_t x0, std::int32_t y0, bool at_after, const Ground& ground, Work& work,
                       SceneTile& tile) const {
  const Frame frame = frame_at(x0, y0, at_after);
  const Clouds& clouds = at_after ? clouds_after_ : clouds_before_;
  const Footprint& footprint = at_after ? footprint_after_ : footprint_before_;
  auto& valid = at_after ? work.valid_after : work.valid_before;
  const bool cloudy = clouds.draw(frame, work.hidden, work.haze, work.shadow);
  for (std::int32_t i = 0; i < kPatchPixels; ++i) {
    const auto k = static_cast<std::size_t>(i);
    valid[k] = footprint.holds(x0 + i % kPatchSize, y0 + i / kPatchSize) && !(cloudy && work.hidden[k] > 0.0f);
  }
  const Sensor sensor(world_, options_.type, options_.noise);
  const Window& w = tile.window;
  const std::int32_t first_x = std::max(x0, w.x), last_x = std::min(x0 + kPatchSize, w.x + w.width);
  const std::int32_t first_y = std::max(y0, w.y), last_y = std::min(y0 + kPatchSize, w.y + w.height);
  std::byte* pixels = at_after ? tile.after.data() : tile.before.data();
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    const Band& band = bands_[b];
    reflectance(ground, band, at_after, work.values);
    if (at_after) {
      apply_changes(work.changes, ground, band, options_.contrast, work.values);
    }
    if (cloudy) {
      for (std::size_t i = 0; i < kPatchPixels; ++i) {
        const float dimmed = work.values[i] * (1.0f - (1.0f - band.sky) * work.shadow[i]);
        work.values[i] = lerp(dimmed, band.cloud, work.haze[i]);
      }
    }
    if (at_after) {
      for (float& v : work.values) v = band.offset + band.gain * v + band.curve * v * (0.6f - v);
    }
    sensor.add_noise(x0, y0, at_after ? 1U : 0U, static_cast<std::uint32_t>(b), work.values);
    const float scale = sensor.scale(), most = sensor.most();
    with_pixel_type(options_.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T nodata = is_integer(options_.type) ? T{0} : static_cast<T>(std::numeric_limits<float>::quiet_NaN());
      std::array<T, kPatchSize> line;
      for (std::int32_t y = first_y; y < last_y; ++y) {
        const std::size_t row = static_cast<std::size_t>(y - y0) * kPatchSize;
        for (std::int32_t x = first_x; x < last_x; ++x) {
          const std::size_t i = row + static_cast<std::size_t>(x - x0);
          T value;
          if constexpr (std::is_integral_v<T>) {
            value = static_cast<T>(static_cast<std::int32_t>(std::clamp(work.values[i] * scale, 1.0f, most) + 0.5f));
          } else {
            value = std::clamp(work.values[i], 0.0f, most);
          }
          line[static_cast<std::size_t>(x - first_x)] = valid[i] ? value : nodata;
        }
        const std::size_t at = (b * static_cast<std::size_t>(w.height) + static_cast<std::size_t>(y - w.y)) *
                                   static_cast<std::size_t>(w.width) +
                               static_cast<std::size_t>(first_x - w.x);
        std::memcpy(pixels + at * sizeof(T), line.data(), static_cast<std::size_t>(last_x - first_x) * sizeof(T));
      }
    });
  }
}

}  // namespace groundshift::synth
