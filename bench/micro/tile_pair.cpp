// SPDX-License-Identifier: Apache-2.0
// Fills a tile from a seeded generator.
#include "bench/micro/tile_pair.hpp"

#include <random>

namespace groundshift::bench {

TilePair::TilePair(Backend& backend, const TileShape& shape) {
  const std::size_t pixels = static_cast<std::size_t>(shape.side) * static_cast<std::size_t>(shape.side);
  const std::size_t values = pixels * static_cast<std::size_t>(shape.band_count);
  before_ = backend.allocate_host(values * byte_count(shape.type));
  after_ = backend.allocate_host(values * byte_count(shape.type));
  valid_ = backend.allocate_host(pixels);
  scores_ = backend.allocate_host(pixels * sizeof(float));
  std::mt19937 random(1);
  with_pixel_type(shape.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::uint32_t range = sizeof(T) == 1 ? 256 : 10000;
    for (std::size_t i = 0; i < values; ++i) {
      const std::uint32_t value = static_cast<std::uint32_t>(random()) % range;
      static_cast<T*>(before_.data())[i] = static_cast<T>(value);
      static_cast<T*>(after_.data())[i] = static_cast<T>((value + random() % 64) % range);
    }
  });
  for (std::size_t i = 0; i < pixels; ++i) static_cast<std::uint8_t*>(valid_.data())[i] = random() % 64 != 0;
  tile_.type = shape.type;
  tile_.width = shape.side;
  tile_.height = shape.side;
  tile_.band_count = shape.band_count;
  tile_.row_pitch = shape.side;
  tile_.band_pitch = static_cast<std::ptrdiff_t>(pixels);
  tile_.before = before_.data();
  tile_.after = after_.data();
  tile_.valid = static_cast<const std::uint8_t*>(valid_.data());
  tile_.core = {0, 0, shape.side, shape.side};
}

RasterView<float> TilePair::scores() const {
  return {static_cast<float*>(scores_.data()), tile_.width, tile_.height, tile_.width};
}

std::int64_t TilePair::input_bytes() const {
  return pixel_count() * (2 * tile_.band_count * static_cast<std::int64_t>(byte_count(tile_.type)) + 1);
}

GramRecipe gram_recipe(const TileShape& shape, bool weighted) {
  GramRecipe recipe;
  if (!weighted) return recipe;
  recipe.weight.kind = WeightKind::huber;
  recipe.weight.limit = 1.0f;
  Projection& form = recipe.weight.form;
  form.variable_count = 2 * shape.band_count;
  form.center.assign(static_cast<std::size_t>(form.variable_count), 100.0f);
  form.bias.assign(static_cast<std::size_t>(shape.band_count), 0.0f);
  form.matrix.assign(form.bias.size() * form.center.size(), 0.005f);
  form.group_end = {shape.band_count};
  return recipe;
}

std::string name_of(const TileShape& shape) {
  static constexpr const char* kNames[] = {"u8", "u16", "i16", "f32"};
  return std::string(kNames[static_cast<int>(shape.type)]) + "x" + std::to_string(shape.band_count) + "/" +
         std::to_string(shape.side);
}

}  // namespace groundshift::bench
