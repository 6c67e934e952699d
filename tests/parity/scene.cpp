// SPDX-License-Identifier: Apache-2.0
// Pixels drawn from a seeded generator, in runs, with holes.
#include "tests/parity/scene.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace groundshift::parity {
namespace {

// std::uniform_* are not the same on every library, the engine is.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_()) % limit; }

 private:
  std::mt19937 engine_;
};

template <class T>
T draw_pixel(Draw& draw, Values values) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, float>) {
    if (values == Values::extreme) {
      static constexpr float kPicks[] = {0.0f,          -0.0f, 1e-42f, -1e-42f, 1e-20f, 3e18f, -3e18f, 1e30f,
                                         Limits::max(), 1.0f,  0.25f,  -7.5f,   123.0f, 1e5f,  0.5f,   2.0f};
      const std::uint32_t pick = draw.below(40);
      if (pick == 38) return Limits::infinity();
      if (pick == 39) return Limits::quiet_NaN();
      return kPicks[pick % std::size(kPicks)];
    }
    return static_cast<float>(draw.below(20000)) * 1.37e-4f - 0.2f;
  } else {
    if (values == Values::extreme) {
      static constexpr T kPicks[] = {Limits::min(), Limits::max(), T{0}, T{1}};
      return kPicks[draw.below(4)];
    }
    const std::uint32_t range = sizeof(T) == 1 ? 256u : 12000u;
    const int offset = std::is_signed_v<T> ? -3000 : 0;
    return static_cast<T>(static_cast<int>(draw.below(range)) + offset);
  }
}

}  // namespace

double Scene::value(bool after_date, std::int32_t band, std::int32_t x, std::int32_t y) const {
  const std::size_t at =
      1 +
      (static_cast<std::size_t>(band) * static_cast<std::size_t>(height) + static_cast<std::size_t>(y)) *
          static_cast<std::size_t>(row_pitch) +
      static_cast<std::size_t>(x);
  return with_pixel_type(type, [&](auto tag) -> double {
    using T = typename decltype(tag)::type;
    return static_cast<double>(reinterpret_cast<const T*>((after_date ? after : before).data())[at]);
  });
}

std::uint8_t Scene::validity(std::int32_t x, std::int32_t y) const {
  return valid[1 + static_cast<std::size_t>(y * row_pitch + x)];
}

PairTile Scene::tile(const Window& core, std::int32_t halo) const {
  const std::int32_t left = std::max(0, core.x - halo);
  const std::int32_t top = std::max(0, core.y - halo);
  PairTile t;
  t.type = type;
  t.width = std::min(width, core.x + core.width + halo) - left;
  t.height = std::min(height, core.y + core.height + halo) - top;
  t.band_count = band_count;
  t.row_pitch = row_pitch;
  t.band_pitch = row_pitch * height;
  const std::ptrdiff_t first = 1 + top * row_pitch + left;
  const auto bytes = static_cast<std::ptrdiff_t>(byte_count(type));
  t.before = before.data() + first * bytes;
  t.after = after.data() + first * bytes;
  t.valid = valid.data() + first;
  t.core = {core.x - left, core.y - top, core.width, core.height};
  return t;
}

std::string Scene::name() const {
  return std::string(name_of(type)) + " " + std::to_string(width) + "x" + std::to_string(height) + "x" +
         std::to_string(band_count);
}

Scene make_scene(const SceneShape& shape) {
  Scene scene;
  scene.type = shape.type;
  scene.width = shape.width;
  scene.height = shape.height;
  scene.band_count = shape.band_count;
  scene.row_pitch = shape.width + 3;
  Draw draw(static_cast<std::uint32_t>(shape.width * 7919 + shape.height * 131 + shape.band_count * 17 +
                                       static_cast<int>(shape.type) * 5 + (shape.holed ? 1 : 0)));
  const std::size_t plane = static_cast<std::size_t>(scene.row_pitch) * static_cast<std::size_t>(shape.height);
  const std::size_t pixels = plane * static_cast<std::size_t>(shape.band_count) + 1;
  scene.before.resize(pixels * byte_count(shape.type));
  scene.after.resize(pixels * byte_count(shape.type));
  with_pixel_type(shape.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const before = reinterpret_cast<T*>(scene.before.data());
    T* const after = reinterpret_cast<T*>(scene.after.data());
    for (std::size_t i = 0; i < pixels; ++i) {
      before[i] = draw_pixel<T>(draw, shape.values);
      after[i] = draw.below(5) == 0 ? before[i] : draw_pixel<T>(draw, shape.values);
    }
  });
  scene.valid.assign(plane + 1, 1);
  if (shape.holed) {
    for (std::size_t i = 0; i < scene.valid.size();) {
      const std::size_t run = draw.below(3) == 0 ? 1 + draw.below(12) : 1;
      const std::uint8_t value = draw.below(3) == 0 ? 0 : 1;
      for (const std::size_t end = std::min(i + run, scene.valid.size()); i < end; ++i) scene.valid[i] = value;
    }
  }
  return scene;
}

Scene with_kept_out(Scene scene) {
  Draw draw(static_cast<std::uint32_t>(scene.width));
  for (std::size_t i = 0; i < scene.valid.size();) {
    const bool kept_out = draw.below(4) == 0;
    for (const std::size_t end = std::min(i + 1 + draw.below(6), scene.valid.size()); i < end; ++i) {
      if (kept_out && scene.valid[i] == 1) scene.valid[i] = 2;
    }
  }
  return scene;
}

Scene with_padding(Scene scene, bool after_date, std::int32_t first_band) {
  const std::ptrdiff_t first = 1 + std::ptrdiff_t{first_band} * scene.height * scene.row_pitch;
  std::vector<std::byte>& pixels = after_date ? scene.after : scene.before;
  std::fill(pixels.begin() + first * static_cast<std::ptrdiff_t>(byte_count(scene.type)), pixels.end(), std::byte{0});
  return scene;
}

std::vector<Window> cores_of(const Scene& scene, std::int32_t tile_size) {
  std::vector<Window> cores;
  for (std::int32_t y = 0; y < scene.height; y += tile_size) {
    for (std::int32_t x = 0; x < scene.width; x += tile_size) {
      cores.push_back({x, y, std::min(tile_size, scene.width - x), std::min(tile_size, scene.height - y)});
    }
  }
  return cores;
}

}  // namespace groundshift::parity
