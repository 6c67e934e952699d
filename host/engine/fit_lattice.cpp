// SPDX-License-Identifier: Apache-2.0
// Points cell by cell: a cell's points are one small tile, so that float sums do not depend on the tiles they came in.
#include "host/engine/fit_lattice.hpp"

#include <algorithm>

namespace groundshift {
namespace {

std::int32_t points_along(std::int32_t length, std::int32_t stride) {
  return (length + stride - 1 - stride / 2) / stride;
}

}  // namespace

FitLattice::FitLattice(PixelType type, std::int32_t band_count, std::int64_t pixel_count)
    : type_(type), band_count_(band_count) {
  while (stride_ < kCellSize && pixel_count / stride_ / stride_ > kMostPoints) stride_ *= 2;
}

void FitLattice::clear() {
  cells_.clear();
  valid_ = 0;
}

FitLattice::Cell FitLattice::points_of(const PairTile& tile, const Window& cell) const {
  Cell points;
  points.width = points_along(cell.width, stride_);
  points.height = points_along(cell.height, stride_);
  const auto count = static_cast<std::size_t>(points.width) * static_cast<std::size_t>(points.height);
  points.valid.reserve(count);
  with_pixel_type(type_, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto take = [&](const PlanarView<const T>& date, std::vector<std::byte>& out) {
      out.resize(count * static_cast<std::size_t>(band_count_) * sizeof(T));
      T* next = reinterpret_cast<T*>(out.data());
      for (std::int32_t b = 0; b < band_count_; ++b) {
        for (std::int32_t y = stride_ / 2; y < cell.height; y += stride_) {
          const T* row = date.band(b).row(cell.y + y) + cell.x;
          for (std::int32_t x = stride_ / 2; x < cell.width; x += stride_) *next++ = row[x];
        }
      }
    };
    take(tile.before_as<T>(), points.before);
    take(tile.after_as<T>(), points.after);
  });
  for (std::int32_t y = stride_ / 2; y < cell.height; y += stride_) {
    const std::uint8_t* row = tile.valid_view().row(cell.y + y) + cell.x;
    for (std::int32_t x = stride_ / 2; x < cell.width; x += stride_) points.valid.push_back(row[x]);
  }
  return points;
}

void FitLattice::add(const PairTile& tile) {
  const Window& core = tile.core;
  for (std::int32_t y = 0; y < core.height; y += kCellSize) {
    for (std::int32_t x = 0; x < core.width; x += kCellSize) {
      Cell points = points_of(
          tile, {core.x + x, core.y + y, std::min(kCellSize, core.width - x), std::min(kCellSize, core.height - y)});
      const auto valid = std::count(points.valid.begin(), points.valid.end(), std::uint8_t{1});
      if (valid == 0) continue;
      const std::lock_guard lock(mutex_);
      valid_ += valid;
      cells_.push_back(std::move(points));
    }
  }
}

MomentSummary FitLattice::moments(Backend& backend, Workspace& workspace, const WeightRule& rule) const {
  PairGram total(type_, 2 * band_count_);
  GramRecipe recipe;
  recipe.weight = rule;
  TileGram part;
  for (const Cell& cell : cells_) {
    const std::ptrdiff_t plane = std::ptrdiff_t{cell.width} * cell.height;
    const PairTile tile{
        type_, cell.width,         cell.height,       band_count_,       cell.width,
        plane, cell.before.data(), cell.after.data(), cell.valid.data(), {0, 0, cell.width, cell.height}};
    backend.gram(workspace, tile, recipe, part);
    total.add(part);
  }
  return total.summary();
}

}  // namespace groundshift
