// SPDX-License-Identifier: Apache-2.0
// Rows added up column by column, columns added up once for each row of the picture.
#include "host/io/pooled_sums.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "host/base/error.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kMostRows = 65536;  // whose 16-bit values a 32-bit sum holds

template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, double,
                               std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>>;

template <class T>
GS_CLONES void add_row(const T* __restrict values, std::int32_t count, Sum<T>* __restrict sums) {
  for (std::int32_t x = 0; x < count; ++x) sums[x] += static_cast<Sum<T>>(values[x]);
}

template <class T>
GS_CLONES void add_valid(const T* __restrict values, const std::uint8_t* __restrict valid, std::int32_t count,
                         Sum<T>* __restrict sums) {
  for (std::int32_t x = 0; x < count; ++x) sums[x] += valid[x] != 0 ? static_cast<Sum<T>>(values[x]) : Sum<T>{0};
}

GS_CLONES void count_valid(const std::uint8_t* __restrict valid, std::int32_t count, std::uint32_t* __restrict counts) {
  for (std::int32_t x = 0; x < count; ++x) counts[x] += valid[x] != 0 ? 1u : 0u;
}

/// The picture's column (or row) that the raster's falls on, and the first of the raster that falls on one.
std::int32_t falls_on(std::int64_t at, std::int32_t side, std::int32_t raster_side) {
  return static_cast<std::int32_t>(at * side / raster_side);
}
std::int32_t first_of(std::int64_t at, std::int32_t side, std::int32_t raster_side) {
  return static_cast<std::int32_t>((at * raster_side + side - 1) / side);
}

}  // namespace

PooledSums::PooledSums(std::int32_t raster_width, std::int32_t raster_height, std::int32_t width, std::int32_t height,
                       std::int32_t band_count)
    : raster_width_(raster_width),
      raster_height_(raster_height),
      width_(width),
      height_(height),
      band_count_(band_count) {
  expects(width >= 1 && height >= 1 && width <= raster_width && height <= raster_height,
          "a picture of means is at most as large as its raster");
  sums_.assign(plane() * static_cast<std::size_t>(band_count), 0.0);
  counts_.assign(plane(), 0);
}

template <class T>
void PooledSums::sum(const Window& window, std::span<const T* const> bands, std::ptrdiff_t row_pitch,
                     const std::uint8_t* valid, std::ptrdiff_t valid_pitch, Part& out) const {
  out.x = falls_on(window.x, width_, raster_width_);
  out.y = falls_on(window.y, height_, raster_height_);
  out.width = falls_on(std::int64_t{window.x} + window.width - 1, width_, raster_width_) + 1 - out.x;
  out.height = falls_on(std::int64_t{window.y} + window.height - 1, height_, raster_height_) + 1 - out.y;
  const std::size_t cells = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height);
  out.sums.assign(cells * bands.size(), 0.0);
  out.counts.assign(cells, 0);

  const auto columns = static_cast<std::size_t>(window.width);
  std::vector<Sum<T>> sums(columns * bands.size());
  std::vector<std::uint32_t> counts(columns);
  std::vector<std::int32_t> ends;  // of the columns of each picture column, in the window
  for (std::int32_t x = out.x; x < out.x + out.width; ++x) {
    ends.push_back(std::min(first_of(std::int64_t{x} + 1, width_, raster_width_) - window.x, window.width));
  }
  std::int32_t y = 0;
  for (std::int32_t row = 0; row < out.height; ++row) {
    const std::int32_t end =
        std::min(first_of(std::int64_t{out.y} + row + 1, height_, raster_height_) - window.y, window.height);
    expects(end - y <= kMostRows, "the rows of a picture's row are few enough for exact sums");
    std::fill(sums.begin(), sums.end(), Sum<T>{0});
    std::fill(counts.begin(), counts.end(), valid == nullptr ? static_cast<std::uint32_t>(end - y) : 0u);
    for (; y < end; ++y) {
      const std::uint8_t* ok = valid == nullptr ? nullptr : valid + y * valid_pitch;
      if (ok != nullptr) count_valid(ok, window.width, counts.data());
      for (std::size_t b = 0; b < bands.size(); ++b) {
        const T* values = bands[b] + y * row_pitch;
        Sum<T>* of_band = sums.data() + b * columns;
        if (ok != nullptr) {
          add_valid(values, ok, window.width, of_band);
        } else {
          add_row(values, window.width, of_band);
        }
      }
    }
    const std::size_t line = static_cast<std::size_t>(row) * static_cast<std::size_t>(out.width);
    const auto add_up = [&](const auto* of_columns, auto* cell) {
      std::int32_t x = 0;
      for (const std::int32_t last : ends) {
        for (; x < last; ++x) *cell += static_cast<std::remove_reference_t<decltype(*cell)>>(of_columns[x]);
        ++cell;
      }
    };
    add_up(counts.data(), out.counts.data() + line);
    for (std::size_t b = 0; b < bands.size(); ++b) {
      add_up(sums.data() + b * columns, out.sums.data() + b * cells + line);
    }
  }
}

template void PooledSums::sum(const Window&, std::span<const std::uint8_t* const>, std::ptrdiff_t, const std::uint8_t*,
                              std::ptrdiff_t, Part&) const;
template void PooledSums::sum(const Window&, std::span<const std::uint16_t* const>, std::ptrdiff_t, const std::uint8_t*,
                              std::ptrdiff_t, Part&) const;
template void PooledSums::sum(const Window&, std::span<const std::int16_t* const>, std::ptrdiff_t, const std::uint8_t*,
                              std::ptrdiff_t, Part&) const;
template void PooledSums::sum(const Window&, std::span<const float* const>, std::ptrdiff_t, const std::uint8_t*,
                              std::ptrdiff_t, Part&) const;

void PooledSums::add(const Part& part) {
  const std::size_t cells = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height);
  const auto count = static_cast<std::size_t>(part.width);
  for (std::int32_t y = 0; y < part.height; ++y) {
    const std::size_t from = static_cast<std::size_t>(y) * count;
    const std::size_t to =
        static_cast<std::size_t>(part.y + y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(part.x);
    for (std::size_t x = 0; x < count; ++x) counts_[to + x] += part.counts[from + x];
    for (std::size_t b = 0; b < static_cast<std::size_t>(band_count_); ++b) {
      for (std::size_t x = 0; x < count; ++x) sums_[b * plane() + to + x] += part.sums[b * cells + from + x];
    }
  }
}

std::vector<std::vector<float>> PooledSums::means() const {
  std::vector<std::vector<float>> out(static_cast<std::size_t>(band_count_), std::vector<float>(plane()));
  for (std::size_t b = 0; b < out.size(); ++b) {
    for (std::size_t i = 0; i < plane(); ++i) {
      out[b][i] = counts_[i] == 0 ? std::numeric_limits<float>::quiet_NaN()
                                  : static_cast<float>(sums_[b * plane() + i] / double(counts_[i]));
    }
  }
  return out;
}

}  // namespace groundshift
