// SPDX-License-Identifier: Apache-2.0
// De-interleave, undo the predictor, judge and convert, a row at a time while it is in the cache.
#include "host/io/block_rows.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/codec/take_row_apart.hpp"

namespace groundshift {
namespace {

constexpr std::size_t kCacheLine = 64;

std::size_t pitch_of(const TiffLayout& layout) {
  const auto bytes = static_cast<std::size_t>(layout.block_width) * static_cast<std::size_t>(layout.sample_bytes);
  return (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
}

/// Zeros of an alpha band are invalid. Alpha is a byte or two.
void apply_alpha(const std::byte* samples, std::int32_t sample_bytes, std::int32_t count, std::uint8_t* valid) {
  const auto apply = [&](const auto* alpha) {
    for (std::int32_t x = 0; x < count; ++x) valid[x] = alpha[x] != 0 ? valid[x] : std::uint8_t{0};
  };
  if (sample_bytes == 1) {
    apply(reinterpret_cast<const std::uint8_t*>(samples));
  } else {
    apply(reinterpret_cast<const std::uint16_t*>(samples));
  }
}

}  // namespace

BlockRows::BlockRows(const TiffLayout& layout, const SampleRows& rows, std::size_t most_targets, std::size_t band_count)
    : layout_(layout),
      rows_(rows),
      scratch_pitch_(pitch_of(layout)),
      scratch_(scratch_pitch_ * most_targets),
      inexact_(band_count) {
  aims_.reserve(most_targets);
}

std::int64_t BlockRows::byte_count(const TiffLayout& layout, std::size_t most_targets) {
  return static_cast<std::int64_t>(pitch_of(layout) * most_targets);
}

void BlockRows::clear_inexact() { std::fill(inexact_.begin(), inexact_.end(), 0); }

BlockRows::Part BlockRows::part_of(std::int32_t across, std::int32_t down, const Window& w) const {
  const std::int64_t left = std::int64_t{across} * layout_.block_width, top = std::int64_t{down} * layout_.block_height;
  const auto clipped = [](std::int64_t v, std::int32_t most) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(v, 0, most));
  };
  const std::int32_t rows = layout_.rows_of(down);
  return {clipped(w.x - left, layout_.block_width), clipped(std::int64_t{w.x} + w.width - left, layout_.block_width),
          clipped(w.y - top, rows), clipped(std::int64_t{w.y} + w.height - top, rows)};
}

void BlockRows::aim(std::int32_t across, std::int32_t down, std::int32_t y, const Part& part,
                    std::span<const BlockTarget> targets, const PlaneWindow& planes) {
  const std::ptrdiff_t x = std::ptrdiff_t{across} * layout_.block_width - planes.window.x;
  const std::ptrdiff_t row = (std::ptrdiff_t{down} * layout_.block_height + y - planes.window.y) * planes.row_pitch;
  aims_.clear();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const BlockTarget& target = targets[i];
    std::byte* to = in_place(target, part)
                        ? planes.pixels + (target.band * planes.band_pitch + row + x) * planes.pixel_bytes
                        : scratch_.data() + i * scratch_pitch_;
    aims_.push_back({target.sample, to});
  }
}

void BlockRows::finish(std::int32_t across, std::int32_t down, std::int32_t y, const Part& part,
                       std::span<const BlockTarget> targets, const PlaneWindow& planes) {
  const std::int32_t count = part.x1 - part.x0;
  const std::ptrdiff_t at = (std::ptrdiff_t{down} * layout_.block_height + y - planes.window.y) * planes.row_pitch +
                            std::ptrdiff_t{across} * layout_.block_width + part.x0 - planes.window.x;
  std::uint8_t* valid = planes.valid + at;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const BlockTarget& target = targets[i];
    const std::byte* samples = aims_[i].to + std::ptrdiff_t{part.x0} * layout_.sample_bytes;
    if (target.band == BlockTarget::kAlpha) {
      apply_alpha(samples, layout_.sample_bytes, count, valid);
      continue;
    }
    const auto band = static_cast<std::size_t>(target.band);
    std::byte* pixels = planes.pixels + (target.band * planes.band_pitch + at) * planes.pixel_bytes;
    if (!rows_.direct()) {
      inexact_[band] += rows_.convert(band, samples, count, valid, pixels);
      continue;
    }
    if (!in_place(target, part)) {
      std::memcpy(pixels, samples, static_cast<std::size_t>(count) * static_cast<std::size_t>(planes.pixel_bytes));
    }
    rows_.judge(band, pixels, count, valid);
  }
}

void BlockRows::put(std::span<std::byte> bytes, std::int32_t across, std::int32_t down, std::int32_t first_row,
                    std::span<const BlockTarget> targets, const PlaneWindow& planes) {
  const Part part = part_of(across, down, planes.window);
  const auto row_bytes = static_cast<std::size_t>(layout_.row_bytes());
  const RowForm form{layout_.block_width, layout_.samples_per_pixel(), layout_.sample_bytes, layout_.predictor,
                     layout_.swapped};
  const auto end = static_cast<std::int32_t>(
      std::min<std::int64_t>(part.y1, first_row + static_cast<std::int64_t>(bytes.size() / row_bytes)));
  for (std::int32_t y = std::max(part.y0, first_row); y < end; ++y) {
    const std::span<std::byte> row = bytes.subspan(static_cast<std::size_t>(y - first_row) * row_bytes, row_bytes);
    aim(across, down, y, part, targets, planes);
    take_row_apart(row, form, part.x1, aims_);
    finish(across, down, y, part, targets, planes);
  }
}

void BlockRows::put_absent(std::int32_t across, std::int32_t down, std::span<const BlockTarget> targets,
                           const PlaneWindow& planes) {
  const Part part = part_of(across, down, planes.window);
  const auto bytes = static_cast<std::size_t>(layout_.sample_bytes);
  for (std::int32_t y = part.y0; y < part.y1; ++y) {
    aim(across, down, y, part, targets, planes);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      for (std::int32_t x = part.x0; x < part.x1; ++x) {
        std::memcpy(aims_[i].to + static_cast<std::size_t>(x) * bytes, targets[i].absent.data(), bytes);
      }
    }
    finish(across, down, y, part, targets, planes);
  }
}

}  // namespace groundshift
