// SPDX-License-Identifier: Apache-2.0
// Partial sums unit by unit, added up in the order of the units.
#include "host/io/pooled_means.hpp"

#include <algorithm>
#include <limits>

#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"

namespace groundshift {
namespace {

/// Sums and counts of the picture pixels that one unit's part of the window touches.
struct PartialSums {
  std::int32_t x = 0, y = 0, width = 0, height = 0;  // in the picture
  std::vector<double> sums;                          // band after band
  std::vector<std::uint32_t> counts;                 // of all bands: validity is joint
};

class Pool {
 public:
  Pool(RasterSource& source, const Window& window, std::int32_t width, std::int32_t height, std::int32_t band_count,
       PixelType type)
      : source_(source), window_(window), width_(width), height_(height), band_count_(band_count), type_(type) {
    sums_.assign(plane() * static_cast<std::size_t>(band_count), 0.0);
    counts_.assign(plane(), 0);
  }

  void run(int threads) {
    const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
    const std::int32_t first = window_.x / uw, last = (window_.x + window_.width - 1) / uw;
    partials_.resize(static_cast<std::size_t>(last - first + 1));
    buffers_.resize(static_cast<std::size_t>(std::max(1, threads)));
    for (std::int32_t uy = window_.y / uh; uy <= (window_.y + window_.height - 1) / uh; ++uy) {
      sum_row(first, uy);
      for (const PartialSums& part : partials_) add(part);
    }
  }

  std::vector<std::vector<float>> means() const {
    std::vector<std::vector<float>> out(static_cast<std::size_t>(band_count_), std::vector<float>(plane()));
    for (std::size_t b = 0; b < out.size(); ++b) {
      for (std::size_t i = 0; i < plane(); ++i) {
        out[b][i] = counts_[i] == 0 ? std::numeric_limits<float>::quiet_NaN()
                                    : static_cast<float>(sums_[b * plane() + i] / double(counts_[i]));
      }
    }
    return out;
  }

 private:
  /// Of one thread, used again for every unit.
  struct Buffers {
    std::vector<std::byte> pixels;
    std::vector<std::uint8_t> valid;
  };

  std::size_t plane() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_); }
  std::int32_t column(std::int64_t x) const { return static_cast<std::int32_t>(x * width_ / window_.width); }
  std::int32_t row(std::int64_t y) const { return static_cast<std::int32_t>(y * height_ / window_.height); }

  void sum_row(std::int32_t first_unit, std::int32_t unit_row) {
    parallel_for(static_cast<std::int64_t>(partials_.size()), static_cast<int>(buffers_.size()), {},
                 [&](std::int64_t i, int worker) {
                   sum_unit(first_unit + static_cast<std::int32_t>(i), unit_row,
                            buffers_[static_cast<std::size_t>(worker)], partials_[static_cast<std::size_t>(i)]);
                 });
  }

  void sum_unit(std::int32_t ux, std::int32_t uy, Buffers& buffers, PartialSums& out) const {
    const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
    const std::int32_t x0 = std::max(window_.x, ux * uw), y0 = std::max(window_.y, uy * uh);
    const std::int32_t x1 = std::min<std::int64_t>(window_.x + window_.width, std::int64_t{ux + 1} * uw);
    const std::int32_t y1 = std::min<std::int64_t>(window_.y + window_.height, std::int64_t{uy + 1} * uh);
    const Window part{x0, y0, x1 - x0, y1 - y0};
    const auto pixels = static_cast<std::size_t>(pixel_count(part));
    buffers.pixels.resize(pixels * static_cast<std::size_t>(band_count_) * byte_count(type_));
    buffers.valid.resize(pixels);
    source_.decode(part, buffers.pixels.data(), part.width, static_cast<std::ptrdiff_t>(pixels), buffers.valid.data());
    out.x = column(x0 - window_.x);
    out.y = row(y0 - window_.y);
    out.width = column(x1 - 1 - window_.x) + 1 - out.x;
    out.height = row(y1 - 1 - window_.y) + 1 - out.y;
    const std::size_t cells = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height);
    out.sums.assign(cells * static_cast<std::size_t>(band_count_), 0.0);
    out.counts.assign(cells, 0);
    with_pixel_type(type_, [&](auto tag) {
      using T = typename decltype(tag)::type;
      add_pixels(part, reinterpret_cast<const T*>(buffers.pixels.data()), buffers.valid.data(), out);
    });
  }

  template <class T>
  void add_pixels(const Window& part, const T* pixels, const std::uint8_t* valid, PartialSums& out) const {
    const std::size_t cells = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height);
    const auto band_pixels = static_cast<std::ptrdiff_t>(pixel_count(part));
    for (std::int32_t y = 0; y < part.height; ++y) {
      const std::size_t line =
          static_cast<std::size_t>(row(part.y + y - window_.y) - out.y) * static_cast<std::size_t>(out.width);
      const std::uint8_t* ok = valid + std::ptrdiff_t{y} * part.width;
      for (std::int32_t x = 0; x < part.width;) {
        const std::int32_t c = column(part.x + x - window_.x);
        std::int32_t end = x + 1;
        while (end < part.width && column(part.x + end - window_.x) == c) ++end;
        const std::size_t cell = line + static_cast<std::size_t>(c - out.x);
        for (std::int32_t i = x; i < end; ++i) out.counts[cell] += ok[i] != 0;
        for (std::int32_t b = 0; b < band_count_; ++b) {
          const T* values = pixels + b * band_pixels + std::ptrdiff_t{y} * part.width;
          double sum = 0.0;
          for (std::int32_t i = x; i < end; ++i) sum += ok[i] != 0 ? static_cast<double>(values[i]) : 0.0;
          out.sums[static_cast<std::size_t>(b) * cells + cell] += sum;
        }
        x = end;
      }
    }
  }

  void add(const PartialSums& part) {
    const std::size_t cells = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height);
    for (std::int32_t y = 0; y < part.height; ++y) {
      for (std::int32_t x = 0; x < part.width; ++x) {
        const std::size_t from =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(part.width) + static_cast<std::size_t>(x);
        const std::size_t to = static_cast<std::size_t>(part.y + y) * static_cast<std::size_t>(width_) +
                               static_cast<std::size_t>(part.x + x);
        counts_[to] += part.counts[from];
        for (std::size_t b = 0; b < static_cast<std::size_t>(band_count_); ++b) {
          sums_[b * plane() + to] += part.sums[b * cells + from];
        }
      }
    }
  }

  RasterSource& source_;
  const Window window_;
  const std::int32_t width_, height_, band_count_;
  const PixelType type_;
  std::vector<double> sums_;
  std::vector<std::uint32_t> counts_;
  std::vector<PartialSums> partials_;  ///< of the units of one row
  std::vector<Buffers> buffers_;
};

}  // namespace

std::vector<std::vector<float>> pooled_means(RasterSource& source, const Window& window, std::int32_t width,
                                             std::int32_t height, std::int32_t band_count, PixelType type,
                                             int threads) {
  expects(width >= 1 && height >= 1 && width <= window.width && height <= window.height,
          "a picture of means is at most as large as its window");
  Pool pool(source, window, width, height, band_count, type);
  pool.run(threads);
  return pool.means();
}

}  // namespace groundshift
