// SPDX-License-Identifier: Apache-2.0
// Windows out of kept tiles.
#include "host/engine/kept_scores.hpp"

#include <algorithm>

namespace groundshift {
namespace {

std::int64_t tile_bytes(const TilePlan& tiles) {
  return std::int64_t{tiles.tile_width} * tiles.tile_height * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace

KeptScores::KeptScores(const DetectPlan& plan)
    : plan_(plan),
      store_(*plan.backend.backend, tile_bytes(plan.tiles), plan.score_store_bytes, plan.scratch_folder),
      tiles_across_((plan.grid.width - 1) / plan.tiles.tile_width + 1),
      tile_at_(plan.tiles.tiles.size()) {
  store_.grow(static_cast<std::int64_t>(plan.tiles.tiles.size()));
  for (std::size_t i = 0; i < tile_at_.size(); ++i) {
    const Window& core = plan.tiles.tiles[i];
    const std::int64_t place =
        std::int64_t{core.y / plan.tiles.tile_height} * tiles_across_ + core.x / plan.tiles.tile_width;
    tile_at_[static_cast<std::size_t>(place)] = static_cast<std::int64_t>(i);
  }
}

void KeptScores::keep(std::int64_t tile, const float* scores) {
  const std::int64_t count = pixel_count(plan_.tiles.tiles[static_cast<std::size_t>(tile)]);
  if (std::byte* kept = store_.resident(tile)) {
    std::copy_n(scores, count, reinterpret_cast<float*>(kept));
    return;
  }
  // A record is written whole; an edge tile is smaller.
  fetched_.resize(static_cast<std::size_t>(store_.record_bytes()) / sizeof(float));
  std::copy_n(scores, count, fetched_.data());
  store_.spill(tile, reinterpret_cast<const std::byte*>(fetched_.data()));
}

const float* KeptScores::tile(std::int64_t index, std::vector<float>& buffer) {
  if (const std::byte* kept = store_.resident(index)) return reinterpret_cast<const float*>(kept);
  buffer.resize(static_cast<std::size_t>(store_.record_bytes()) / sizeof(float));
  store_.fetch(index, reinterpret_cast<std::byte*>(buffer.data()));
  return buffer.data();
}

const float* KeptScores::tile(std::int64_t index) {
  if (fetched_tile_ == index && !store_.in_memory(index)) return fetched_.data();
  fetched_tile_ = index;
  return tile(index, fetched_);
}

void KeptScores::read(const Window& window, float* to, std::ptrdiff_t row_pitch) {
  const TilePlan& t = plan_.tiles;
  const std::int64_t place = std::int64_t{window.y / t.tile_height} * tiles_across_ + window.x / t.tile_width;
  const std::int64_t index = tile_at_[static_cast<std::size_t>(place)];
  const Window& core = t.tiles[static_cast<std::size_t>(index)];
  const float* from = tile(index) + std::int64_t{window.y - core.y} * core.width + (window.x - core.x);
  for (std::int32_t y = 0; y < window.height; ++y) {
    std::copy_n(from + std::int64_t{y} * core.width, window.width, to + y * row_pitch);
  }
}

void KeptScores::read_rows(std::int32_t first_row, std::int32_t row_count, float* to) {
  const TilePlan& t = plan_.tiles;
  const std::int32_t end = first_row + row_count;
  for (std::int32_t y = first_row; y < end;) {
    const std::int32_t next = std::min(end, (y / t.tile_height + 1) * t.tile_height);
    for (std::int32_t x = 0; x < plan_.grid.width; x += t.tile_width) {
      read({x, y, std::min(t.tile_width, plan_.grid.width - x), next - y},
           to + std::ptrdiff_t{y - first_row} * plan_.grid.width + x, plan_.grid.width);
    }
    y = next;
  }
}

}  // namespace groundshift
