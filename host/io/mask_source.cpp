// SPDX-License-Identifier: Apache-2.0
// Reading, judging and growing masks.
#include "host/io/mask_source.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/footprint.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/open_dataset.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kMostValueBytes = std::int64_t{4} << 20;  // of mask values that are read at a time

constexpr std::uint8_t kUncovered = 3;  // inside this file only

/// Half widths of the rows of a disc of radius `radius` (in units of which a pixel is `across` x `down`): row dy
/// reaches dx <= widths[|dy|]. A 1e-9 of the radius is given, so that 30 m are three pixels of 10 m.
std::vector<std::int32_t> disc_rows(double radius, double across, double down) {
  std::vector<std::int32_t> widths;
  const double squared = radius * radius * (1.0 + 1e-9);
  for (std::int32_t dy = 0; dy * down * dy * down <= squared; ++dy) {
    std::int32_t dx = static_cast<std::int32_t>(std::sqrt(squared - dy * down * dy * down) / across);
    while ((dx + 1) * across * (dx + 1) * across + dy * down * dy * down <= squared) ++dx;
    while (dx > 0 && dx * across * dx * across + dy * down * dy * down > squared) --dx;
    widths.push_back(dx);
  }
  return widths;
}

/// Columns to the nearest masked pixel of a row, at most `limit` + 1.
void distances_in_row(const std::uint8_t* row, std::int32_t width, std::int32_t limit, std::uint16_t* out) {
  std::int32_t distance = limit + 1;
  const auto masked = static_cast<std::uint8_t>(MaskVerdict::masked);
  for (std::int32_t x = 0; x < width; ++x) {
    distance = row[x] == masked ? 0 : std::min(distance + 1, limit + 1);
    out[x] = static_cast<std::uint16_t>(distance);
  }
  distance = limit + 1;
  for (std::int32_t x = width - 1; x >= 0; --x) {
    distance = row[x] == masked ? 0 : std::min(distance + 1, limit + 1);
    out[x] = std::min(out[x], static_cast<std::uint16_t>(distance));
  }
}

}  // namespace

struct MaskSource::Impl {
  MaskSpec spec;
  DateOnGrid place;
  std::vector<std::int32_t> disc{0};  ///< half widths of the dilation's rows
  std::mutex mutex;
  std::vector<Dataset> idle;

  Dataset take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        Dataset out = std::move(idle.back());
        idle.pop_back();
        return out;
      }
    }
    return open_dataset(spec.path);
  }

  void set_disc(const Grid& output) {
    double radius = spec.dilate_px, across = 1.0, down = 1.0;
    if (spec.dilate_metres > 0.0) {
      const std::optional<std::array<double, 2>> metres = pixel_sides_in_metres(output);
      if (!metres) {
        throw InputError(fmt::format("{}: dilate={:g}m wants an output grid with a CRS; give pixels (dilate=3px)",
                                     spec.path, spec.dilate_metres));
      }
      radius = spec.dilate_metres;
      across = (*metres)[0];
      down = (*metres)[1];
    }
    if (radius / std::min(across, down) > kLargestDilation) {
      throw InputError(fmt::format("{}: dilation by {:.0f} output pixels; at most {}", spec.path,
                                   radius / std::min(across, down), kLargestDilation));
    }
    disc = disc_rows(radius, across, down);
  }

  /// Verdicts by the rule alone (or kUncovered), row-major, of a rectangle of the output grid or beyond it.
  void judge(Dataset& dataset, const PixelRect& rect, std::uint8_t* out, std::int64_t pitch) {
    const std::int64_t most_pixels = kMostValueBytes / (std::int64_t{8} * spec.rule.band_count());
    SourceLattice lattice;
    std::optional<PixelRect> needed;
    const std::int64_t width = place.raster.grid.width, height = place.raster.grid.height;
    if (place.transform) {
      lattice = place.transform->lattice(rect, place.lattice.step_log2);
      needed = source_window(lattice, rect, 1.0, 1.0, width, height);
    } else {
      const std::int64_t x0 = std::max<std::int64_t>(rect.x + place.offset_x, 0);
      const std::int64_t y0 = std::max<std::int64_t>(rect.y + place.offset_y, 0);
      const std::int64_t x1 = std::min(rect.x + place.offset_x + rect.width, width);
      const std::int64_t y1 = std::min(rect.y + place.offset_y + rect.height, height);
      if (x0 < x1 && y0 < y1) needed = PixelRect{x0, y0, x1 - x0, y1 - y0};
    }
    if (!needed) {
      for (std::int64_t y = 0; y < rect.height; ++y) std::fill_n(out + y * pitch, rect.width, kUncovered);
      return;
    }
    if (needed->width * needed->height > most_pixels && rect.width * rect.height > 1) {
      // A much finer mask: in halves, so that its window stays small.
      PixelRect first = rect, second = rect;
      if (rect.width >= rect.height) {
        first.width = rect.width / 2;
        second.x += first.width;
        second.width -= first.width;
        judge(dataset, first, out, pitch);
        judge(dataset, second, out + first.width, pitch);
      } else {
        first.height = rect.height / 2;
        second.y += first.height;
        second.height -= first.height;
        judge(dataset, first, out, pitch);
        judge(dataset, second, out + first.height * pitch, pitch);
      }
      return;
    }
    const auto bands = static_cast<std::size_t>(spec.rule.band_count());
    std::vector<double> values(static_cast<std::size_t>(needed->width * needed->height) * bands);
    load(dataset, *needed, bands, values.data());
    for (std::int64_t y = 0; y < rect.height; ++y) {
      for (std::int64_t x = 0; x < rect.width; ++x) {
        std::int64_t sx = rect.x + x + place.offset_x, sy = rect.y + y + place.offset_y;
        if (place.transform) {
          const SourcePosition p = position_at(lattice, rect.x + x, rect.y + y);
          sx = !p.defined ? -1 : (p.x + kPositionOne / 2) >> kPositionBits;
          sy = !p.defined ? -1 : (p.y + kPositionOne / 2) >> kPositionBits;
        }
        std::uint8_t& verdict = out[y * pitch + x];
        if (sx < 0 || sy < 0 || sx >= width || sy >= height) {
          verdict = kUncovered;
        } else {
          const auto at = static_cast<std::size_t>((sy - needed->y) * needed->width + (sx - needed->x));
          verdict = static_cast<std::uint8_t>(spec.rule.judge(values.data() + at * bands));
        }
      }
    }
  }

  /// Pixel-interleaved bands 1 .. bands; only those that tests look at are read.
  void load(Dataset& dataset, const PixelRect& r, std::size_t bands, double* values) {
    const GdalMessages messages;
    for (std::size_t b = 0; b < bands; ++b) {
      const auto looked_at = [&](const MaskTest& t) { return static_cast<std::size_t>(t.band) == b + 1; };
      if (std::none_of(spec.rule.tests.begin(), spec.rule.tests.end(), looked_at)) continue;
      const auto pixel = static_cast<GSpacing>(bands * sizeof(double));
      if (dataset->GetRasterBand(static_cast<int>(b + 1))
              ->RasterIO(GF_Read, static_cast<int>(r.x), static_cast<int>(r.y), static_cast<int>(r.width),
                         static_cast<int>(r.height), values + b, static_cast<int>(r.width), static_cast<int>(r.height),
                         GDT_Float64, pixel, pixel * r.width, nullptr) != CE_None) {
        throw InputError(fmt::format("{}, band {}, pixels ({},{}) to ({},{}): {}", spec.path, b + 1, r.x, r.y,
                                     r.x + r.width, r.y + r.height, messages.failure_text()));
      }
    }
  }
};

MaskSource::MaskSource(MaskSpec spec, const Grid& output, Warnings& warnings) : impl_(std::make_unique<Impl>()) {
  impl_->spec = std::move(spec);
  const MaskSpec& s = impl_->spec;
  Dataset dataset = open_dataset(s.path);
  const std::int32_t bands = s.rule.band_count();
  if (dataset->GetRasterCount() < bands) {
    throw InputError(fmt::format("{}: has {} band{}; {} looks at band {}", s.path, dataset->GetRasterCount(),
                                 dataset->GetRasterCount() == 1 ? "" : "s", s.rule.name, bands));
  }
  for (const MaskTest& test : s.rule.tests) {
    const GDALDataType type = dataset->GetRasterBand(test.band)->GetRasterDataType();
    if (GDALDataTypeIsComplex(type)) throw InputError(fmt::format("{}: a complex band is no mask", s.path));
    if (test.bits != 0 && GDALDataTypeIsFloating(type)) {
      throw InputError(fmt::format("{}, band {}: is of type {}, which has no bits; use values=", s.path, test.band,
                                   GDALGetDataTypeName(type)));
    }
  }
  LocatedRaster raster{s.path, grid_of(*dataset), georeference_of(*dataset)};
  if (output.geotransform) turn_to_meet(raster, output.crs_wkt, extent_of(output));
  impl_->place = with_context(s.path + ": on the output grid", [&] { return place_on_grid(raster, output); });
  impl_->set_disc(output);
  if (output.geotransform && raster.georeference.kind != GeoreferenceKind::none) {
    const Bounds here = extent_of(output), there = impl_->place.extent;
    if (there[0] >= here[2] || there[2] <= here[0] || there[1] >= here[3] || there[3] <= here[1]) {
      warnings.add("mask_elsewhere", fmt::format("{}: covers none of the output; everything is {}", s.path,
                                                 s.outside_is_masked ? "masked" : "left unmasked"));
    }
  }
  impl_->idle.push_back(std::move(dataset));
}

MaskSource::~MaskSource() = default;
MaskSource::MaskSource(MaskSource&&) noexcept = default;
MaskSource& MaskSource::operator=(MaskSource&&) noexcept = default;

const MaskSpec& MaskSource::spec() const { return impl_->spec; }
const DateOnGrid& MaskSource::placement() const { return impl_->place; }
std::int32_t MaskSource::margin_x() const { return impl_->disc.front(); }
std::int32_t MaskSource::margin_y() const { return static_cast<std::int32_t>(impl_->disc.size()) - 1; }

std::int64_t MaskSource::read_bytes(std::int32_t width, std::int32_t height) const {
  const std::int64_t judged = (std::int64_t{width} + 2 * margin_x()) * (std::int64_t{height} + 2 * margin_y());
  return kMostValueBytes + judged * (margin_x() > 0 || margin_y() > 0 ? 3 : 1);
}

MaskCounts MaskSource::read(const Window& window, std::uint8_t* verdicts, std::ptrdiff_t row_pitch) {
  const std::int32_t mx = margin_x(), my = margin_y();
  const PixelRect rect{window.x - mx, window.y - my, window.width + 2 * mx, window.height + 2 * my};
  const auto width = static_cast<std::int32_t>(rect.width), height = static_cast<std::int32_t>(rect.height);
  std::vector<std::uint8_t> judged(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  Dataset dataset = impl_->take();
  impl_->judge(dataset, rect, judged.data(), width);
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->idle.push_back(std::move(dataset));
  }
  const bool grows = mx > 0 || my > 0;
  std::vector<std::uint16_t> distance(grows ? judged.size() : 0);
  for (std::int32_t y = 0; y < height && grows; ++y) {
    distances_in_row(judged.data() + std::size_t(y) * width, width, mx, distance.data() + std::size_t(y) * width);
  }
  MaskCounts counts;
  constexpr auto kMasked = static_cast<std::uint8_t>(MaskVerdict::masked);
  constexpr auto kClear = static_cast<std::uint8_t>(MaskVerdict::clear);
  for (std::int32_t y = 0; y < window.height; ++y) {
    for (std::int32_t x = 0; x < window.width; ++x) {
      std::uint8_t verdict = judged[std::size_t(y + my) * width + (x + mx)];
      counts.uncovered += verdict == kUncovered ? 1 : 0;
      if (verdict == kUncovered) verdict = impl_->spec.outside_is_masked ? kMasked : kClear;
      for (std::int32_t dy = -my; dy <= my && verdict != kMasked && grows; ++dy) {
        if (distance[std::size_t(y + my + dy) * width + (x + mx)] <= impl_->disc[std::abs(dy)]) verdict = kMasked;
      }
      counts.masked += verdict == kMasked ? 1 : 0;
      counts.saturated += verdict == static_cast<std::uint8_t>(MaskVerdict::saturated) ? 1 : 0;
      verdicts[y * row_pitch + x] = verdict;
    }
  }
  return counts;
}

}  // namespace groundshift
