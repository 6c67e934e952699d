// SPDX-License-Identifier: Apache-2.0
// From windows to whole blocks, level by level.
#include "host/io/overview_pyramid.hpp"

#include <algorithm>
#include <cstring>

namespace groundshift {
namespace {

Window common_part(const Window& a, const Window& b) {
  const std::int32_t x0 = std::max(a.x, b.x), y0 = std::max(a.y, b.y);
  const std::int32_t x1 = std::min(a.x + a.width, b.x + b.width), y1 = std::min(a.y + a.height, b.y + b.height);
  return {x0, y0, x1 - x0, y1 - y0};
}

PyramidLevel level_of(std::int32_t width, std::int32_t height, const PyramidSpec& spec, std::int64_t first_block) {
  return {width, height, (width - 1) / spec.block_width + 1, (height - 1) / spec.block_height + 1, first_block};
}

}  // namespace

std::vector<PyramidLevel> pyramid_levels(const PyramidSpec& spec) {
  std::vector<PyramidLevel> levels{level_of(spec.width, spec.height, spec, 0)};
  while (spec.overviews && (levels.back().width > spec.block_width || levels.back().height > spec.block_height)) {
    const PyramidLevel& below = levels.back();
    levels.push_back(level_of(std::max(1, below.width / 2), std::max(1, below.height / 2), spec,
                              below.first_block + below.block_count()));
  }
  return levels;
}

OverviewPyramid::OverviewPyramid(PyramidSpec spec, std::function<void(std::int64_t, const BlockPixels&)> take)
    : spec_(std::move(spec)),
      pixel_bytes_(static_cast<std::ptrdiff_t>(byte_count(spec_.type))),
      plane_(std::ptrdiff_t{spec_.block_width} * spec_.block_height),
      levels_(pyramid_levels(spec_)),
      take_(std::move(take)),
      blocks_waiting_(plane_ * spec_.band_count * pixel_bytes_, spec_.memory_bytes, spec_.scratch_folder) {}

Window OverviewPyramid::block_window(std::size_t level, std::int32_t bx, std::int32_t by) const {
  const PyramidLevel& l = levels_[level];
  const std::int32_t x = bx * spec_.block_width, y = by * spec_.block_height;
  return {x, y, std::min(spec_.block_width, l.width - x), std::min(spec_.block_height, l.height - y)};
}

void OverviewPyramid::add(const Window& window, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch) {
  const auto* first = static_cast<const std::byte*>(data);
  for (std::int32_t by = window.y / spec_.block_height; by * spec_.block_height < window.y + window.height; ++by) {
    for (std::int32_t bx = window.x / spec_.block_width; bx * spec_.block_width < window.x + window.width; ++bx) {
      const Window block = block_window(0, bx, by), part = common_part(window, block);
      const std::byte* from = first + ((part.y - window.y) * row_pitch + (part.x - window.x)) * pixel_bytes_;
      if (pixel_count(part) == pixel_count(block)) {
        block_done(0, bx, by, {from, part.width, part.height, row_pitch, band_pitch});
        continue;
      }
      fill_part(0, part, [&](std::byte* to) {
        for (std::int32_t b = 0; b < spec_.band_count; ++b) {
          for (std::int32_t y = 0; y < part.height; ++y) {
            std::memcpy(to + (b * plane_ + std::ptrdiff_t{y} * spec_.block_width) * pixel_bytes_,
                        from + (b * band_pitch + y * row_pitch) * pixel_bytes_,
                        static_cast<std::size_t>(part.width * pixel_bytes_));
          }
        }
      });
    }
  }
}

/// Lets `fill` write a part of one waiting block, and goes on with the block if that was the last part.
template <class Fill>
void OverviewPyramid::fill_part(std::size_t level, const Window& part, Fill&& fill) {
  const std::int32_t bx = part.x / spec_.block_width, by = part.y / spec_.block_height;
  const Window block = block_window(level, bx, by);
  const std::int64_t number = levels_[level].first_block + std::int64_t{by} * levels_[level].blocks_across + bx;
  std::byte* buffer = blocks_waiting_.fill(number);
  fill(buffer + (std::ptrdiff_t{part.y - block.y} * spec_.block_width + (part.x - block.x)) * pixel_bytes_);
  WaitingBlocks::Buffer whole = blocks_waiting_.filled(number, pixel_count(part), pixel_count(block));
  if (whole == nullptr) return;
  block_done(level, bx, by, {whole.get(), block.width, block.height, spec_.block_width, plane_});
  blocks_waiting_.give_back(std::move(whole));
}

void OverviewPyramid::block_done(std::size_t level, std::int32_t bx, std::int32_t by, const BlockPixels& pixels) {
  take_(levels_[level].first_block + std::int64_t{by} * levels_[level].blocks_across + bx, pixels);
  if (level + 1 == levels_.size()) return;
  const PyramidLevel& above = levels_[level + 1];
  const std::int32_t half_width = spec_.block_width / 2, half_height = spec_.block_height / 2;
  Window part{bx * half_width, by * half_height, 0, 0};
  part.width = std::min(half_width, above.width - part.x);
  part.height = std::min(half_height, above.height - part.y);
  if (part.width <= 0 || part.height <= 0) return;
  fill_part(level + 1, part, [&](std::byte* to) {
    for (std::int32_t b = 0; b < spec_.band_count; ++b) {
      halve_pixels(spec_.rule, spec_.type, spec_.nodata,
                   {pixels.data + b * pixels.band_pitch * pixel_bytes_, pixels.width, pixels.height, pixels.row_pitch},
                   to + b * plane_ * pixel_bytes_, part.width, part.height, spec_.block_width);
    }
  });
}

}  // namespace groundshift
