// SPDX-License-Identifier: Apache-2.0
// Rows of a tile to rows of the raster.
#include "host/engine/normalized_pixels.hpp"

#include <limits>
#include <optional>

#include <fmt/format.h>

#include "host/io/pixel_conversion.hpp"
#include "kernels/api/normalized_row.hpp"

namespace groundshift {
namespace {

std::vector<std::string> band_names(const DetectPlan& plan) {
  std::vector<std::string> names;
  for (const std::int32_t b : plan.after.selection.bands) {
    const std::string& own = plan.after.description.bands[static_cast<std::size_t>(b - 1)].description;
    names.push_back((own.empty() ? fmt::format("band {}", b) : own) + ", normalized");
  }
  return names;
}

}  // namespace

StoredPixels pixels_like_before(const PlannedInput& before, std::optional<PixelType> type) {
  StoredPixels out;
  out.type = type ? *type : kernel_type(before);
  if (!is_integer(out.type)) return out;
  const SourceSelection& s = before.selection;
  std::optional<double> nodata;
  if (!s.ignore_nodata) {
    nodata = s.nodata ? s.nodata : before.description.bands[static_cast<std::size_t>(s.bands.front() - 1)].nodata;
  }
  with_pixel_type(out.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr T kOtherwise = std::is_signed_v<T> ? std::numeric_limits<T>::min() : T{0};
    out.nodata = static_cast<double>(nodata_as<T>(nodata).value_or(kOtherwise));
  });
  return out;
}

void normalize_tile(const DetectPlan& plan, Slot& slot, const std::vector<BandFit>& fits, std::int32_t first_plane) {
  const PairTile& tile = slot.tile;
  const Window& core = tile.core;
  with_pixel_type(tile.type, [&](auto in) {
    using In = typename decltype(in)::type;
    with_pixel_type(plan.normalized.type, [&](auto out) {
      using Out = typename decltype(out)::type;
      // What the float planes hold is as long or shorter.
      auto* to = reinterpret_cast<Out*>(slot.result(first_plane).data);
      for (std::size_t b = 0; b < fits.size(); ++b) {
        const RasterView<const In> after = tile.after_as<In>().band(static_cast<std::int32_t>(b));
        for (std::int32_t y = core.y; y < core.y + core.height; ++y, to += core.width) {
          normalize_row(after.row(y) + core.x, tile.valid_view().row(y) + core.x, core.width, fits[b],
                        static_cast<Out>(plan.normalized.nodata), to);
        }
      }
    });
  });
}

RasterProductSpec normalized_raster(const DetectPlan& plan) {
  RasterProductSpec spec;
  spec.name = "normalized";
  spec.type = plan.normalized.type;
  spec.nodata = plan.normalized.nodata;
  spec.bands = band_names(plan);
  return spec;
}

}  // namespace groundshift
