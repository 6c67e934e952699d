// SPDX-License-Identifier: Apache-2.0
// Partial sums unit by unit, added up in the order of the units.
#include "host/io/pooled_means.hpp"

#include <algorithm>

#include "host/base/parallel_for.hpp"
#include "host/io/pooled_sums.hpp"

namespace groundshift {
namespace {

/// Of one thread, used again for every unit.
struct Buffers {
  std::vector<std::byte> pixels;
  std::vector<std::uint8_t> valid;
};

}  // namespace

std::vector<std::vector<float>> pooled_means(RasterSource& source, const Window& window, std::int32_t width,
                                             std::int32_t height, std::int32_t band_count, PixelType type,
                                             int threads) {
  PooledSums sums(window.width, window.height, width, height, band_count);
  const std::int32_t uw = source.unit_width(), uh = source.unit_height();
  const std::int32_t first = window.x / uw, last = (window.x + window.width - 1) / uw;
  std::vector<PooledSums::Part> parts(static_cast<std::size_t>(last - first + 1));  // of the units of one row
  std::vector<Buffers> buffers(static_cast<std::size_t>(std::max(1, threads)));
  const auto sum_unit = [&](std::int32_t ux, std::int32_t uy, Buffers& own, PooledSums::Part& out) {
    const std::int32_t x0 = std::max(window.x, ux * uw), y0 = std::max(window.y, uy * uh);
    const std::int32_t x1 = std::min<std::int64_t>(window.x + window.width, std::int64_t{ux + 1} * uw);
    const std::int32_t y1 = std::min<std::int64_t>(window.y + window.height, std::int64_t{uy + 1} * uh);
    const Window part{x0, y0, x1 - x0, y1 - y0};
    const auto pixels = static_cast<std::size_t>(pixel_count(part));
    own.pixels.resize(pixels * static_cast<std::size_t>(band_count) * byte_count(type));
    own.valid.resize(pixels);
    source.decode(part, own.pixels.data(), part.width, static_cast<std::ptrdiff_t>(pixels), own.valid.data());
    with_pixel_type(type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::vector<const T*> bands;
      for (std::int32_t b = 0; b < band_count; ++b) {
        bands.push_back(reinterpret_cast<const T*>(own.pixels.data()) + static_cast<std::size_t>(b) * pixels);
      }
      sums.sum<T>({x0 - window.x, y0 - window.y, part.width, part.height}, bands, part.width, own.valid.data(),
                  part.width, out);
    });
  };
  for (std::int32_t uy = window.y / uh; uy <= (window.y + window.height - 1) / uh; ++uy) {
    parallel_for(static_cast<std::int64_t>(parts.size()), static_cast<int>(buffers.size()), {},
                 [&](std::int64_t i, int worker) {
                   sum_unit(first + static_cast<std::int32_t>(i), uy, buffers[static_cast<std::size_t>(worker)],
                            parts[static_cast<std::size_t>(i)]);
                 });
    for (const PooledSums::Part& part : parts) sums.add(part);
  }
  return sums.means();
}

}  // namespace groundshift
