// SPDX-License-Identifier: Apache-2.0
// PixelTransform over GDALGenImgProjTransformer2.
#include "host/geo/pixel_transform.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include <cpl_string.h>
#include <fmt/format.h>
#include <gdal_alg.h>
#include <gdalwarper.h>
#include <ogr_spatialref.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A raster without bands: size and georeference alone.
Dataset bare_dataset(const Grid& grid, const std::string& crs_wkt) {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("MEM");
  Dataset out(driver != nullptr
                  ? driver->Create("", std::max(grid.width, 1), std::max(grid.height, 1), 0, GDT_Byte, nullptr)
                  : nullptr);
  if (out == nullptr) throw InputError("GDAL has no MEM driver");
  std::array<double, 6> transform = grid.geotransform.value_or(std::array<double, 6>{0.0, 1.0, 0.0, 0.0, 0.0, 1.0});
  out->SetGeoTransform(transform.data());
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (!crs_wkt.empty() && crs.importFromWkt(crs_wkt.c_str()) == OGRERR_NONE) {
    if (crs.IsCompound() != 0) crs.StripVertical();
    out->SetSpatialRef(&crs);
  }
  return out;
}

const char* method_of(GeoreferenceKind kind) {
  switch (kind) {
    case GeoreferenceKind::gcps: return "GCP_POLYNOMIAL";
    case GeoreferenceKind::rpc: return "RPC";
    case GeoreferenceKind::geolocation: return "GEOLOC_ARRAY";
    default: return "GEOTRANSFORM";
  }
}

struct DestroyTransformer {
  void operator()(void* t) const noexcept { GDALDestroyGenImgProjTransformer(t); }
};

/// One transformer and the source it may look into; one thread at a time.
struct Transformer {
  Dataset source;
  std::unique_ptr<void, DestroyTransformer> handle;
};

}  // namespace

struct PixelTransform::Impl {
  LocatedRaster source;
  Grid output;
  TransformOptions options;
  CoordinateOperation operation;
  mutable std::mutex mutex;
  mutable std::vector<Transformer> idle;

  Transformer make() const {
    const GdalMessages messages;
    Transformer out;
    const bool plain = source.georeference.kind == GeoreferenceKind::geotransform ||
                       source.georeference.kind == GeoreferenceKind::none;
    if (plain) {
      out.source = bare_dataset(source.grid, source.georeference.crs_wkt);
    } else {
      out.source.reset(GDALDataset::Open(source.path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
    }
    const Dataset target = bare_dataset(output, output.crs_wkt);
    CPLStringList list;
    list.SetNameValue("SRC_METHOD", method_of(source.georeference.kind));
    list.SetNameValue("DST_METHOD", "GEOTRANSFORM");
    if (!operation.definition.empty()) list.SetNameValue("COORDINATE_OPERATION", operation.definition.c_str());
    for (const std::string& option : options.options) {
      const auto equal = option.find('=');
      if (equal == std::string::npos) throw UsageError(fmt::format("-to '{}': is not NAME=VALUE", option));
      const std::string name = option.substr(0, equal);
      list.SetNameValue(EQUAL(name.c_str(), "METHOD") ? "SRC_METHOD" : name.c_str(), option.c_str() + equal + 1);
    }
    if (out.source != nullptr) {
      out.handle.reset(GDALCreateGenImgProjTransformer2(GDALDataset::ToHandle(out.source.get()),
                                                        GDALDataset::ToHandle(target.get()), list.List()));
    }
    if (out.handle == nullptr) {
      throw InputError(fmt::format("{}: its {} cannot be used: {}", source.path, name_of(source.georeference.kind),
                                   messages.failure_text()));
    }
    return out;
  }

  Transformer borrow() const {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        Transformer out = std::move(idle.back());
        idle.pop_back();
        return out;
      }
    }
    return make();
  }

  void give_back(Transformer&& transformer) const {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(transformer));
  }

  /// Centres at integers, in place.
  void transform(std::span<double> x, std::span<double> y, bool to_source) const {
    if (x.empty()) return;
    const GdalMessages quiet;  // a point outside a projection's domain is data, not a failure
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += 0.5;
      y[i] += 0.5;
    }
    std::vector<double> z(x.size(), 0.0);
    std::vector<int> good(x.size(), 0);
    Transformer transformer = borrow();
    const bool any =
        GDALGenImgProjTransform(transformer.handle.get(), to_source ? TRUE : FALSE, static_cast<int>(x.size()),
                                x.data(), y.data(), z.data(), good.data()) != 0;
    give_back(std::move(transformer));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool has = any && good[i] != 0 && std::isfinite(x[i]) && std::isfinite(y[i]);
      x[i] = has ? x[i] - 0.5 : kNone;
      y[i] = has ? y[i] - 0.5 : kNone;
    }
  }
};

PixelTransform::PixelTransform(LocatedRaster source, Grid output, TransformOptions options)
    : impl_(std::make_unique<Impl>()) {
  initialize_gdal();
  impl_->source = std::move(source);
  impl_->output = std::move(output);
  impl_->options = std::move(options);
  const LocatedRaster& from = impl_->source;
  // Without georeference on both sides pixels correspond to pixels, which leaves the shift field.
  if ((from.georeference.kind == GeoreferenceKind::none) != !impl_->output.geotransform) {
    throw InputError(fmt::format("{}: has no georeference, or the output grid has none", from.path));
  }
  if (from.georeference.crs_wkt.empty() != impl_->output.crs_wkt.empty()) {
    throw InputError(fmt::format("{}: its CRS is {}, that of the output grid {}", from.path,
                                 crs_name(from.georeference.crs_wkt), crs_name(impl_->output.crs_wkt)));
  }
  if (!from.georeference.crs_wkt.empty()) {
    impl_->operation =
        choose_operation(from.georeference.crs_wkt, impl_->output.crs_wkt, area_of_interest(impl_->output));
  }
  impl_->give_back(impl_->make());
}

PixelTransform::~PixelTransform() = default;
PixelTransform::PixelTransform(PixelTransform&&) noexcept = default;
PixelTransform& PixelTransform::operator=(PixelTransform&&) noexcept = default;

const LocatedRaster& PixelTransform::source() const { return impl_->source; }
const Grid& PixelTransform::output() const { return impl_->output; }
const CoordinateOperation& PixelTransform::operation() const { return impl_->operation; }

void PixelTransform::to_source(std::span<double> x, std::span<double> y) const {
  expects(x.size() == y.size(), "as many x as y");
  if (impl_->options.shift) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto [dx, dy] = impl_->options.shift(x[i], y[i]);
      x[i] += dx;
      y[i] += dy;
    }
  }
  impl_->transform(x, y, true);
}

void PixelTransform::to_output(std::span<double> x, std::span<double> y) const {
  expects(x.size() == y.size(), "as many x as y");
  impl_->transform(x, y, false);
}

SourceLattice PixelTransform::lattice(const PixelRect& window, int step_log2) const {
  SourceLattice out = lattice_frame(window, step_log2);
  std::vector<double> x, y;
  x.reserve(static_cast<std::size_t>(out.columns) * static_cast<std::size_t>(out.rows));
  y.reserve(x.capacity());
  for (std::int64_t row = 0; row < out.rows; ++row) {
    for (std::int64_t column = 0; column < out.columns; ++column) {
      x.push_back(static_cast<double>((out.first_column + column) << step_log2));
      y.push_back(static_cast<double>((out.first_row + row) << step_log2));
    }
  }
  to_source(x, y);
  out.x.resize(x.size());
  out.y.resize(y.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    out.x[i] = quantized_position(x[i]);
    out.y[i] = quantized_position(y[i]);
    if (out.x[i] == kNoPosition || out.y[i] == kNoPosition) out.x[i] = out.y[i] = kNoPosition;
  }
  return out;
}

LatticeCheck PixelTransform::check_lattice(int step_log2) const {
  constexpr std::int64_t kCellsPerAxis = 32;
  constexpr double kMargin = 8.0;
  // In eighths of a cell: where bilinear interpolation of a quadratic is worst, and points between.
  constexpr std::array<std::array<int, 2>, 11> kPoints = {
      {{4, 0}, {0, 4}, {4, 4}, {2, 2}, {6, 2}, {2, 6}, {6, 6}, {4, 2}, {2, 4}, {6, 4}, {4, 6}}};
  const Grid& grid = impl_->output;
  const std::int64_t step = std::int64_t{1} << step_log2;
  const auto cells = [&](std::int32_t length) {
    const std::int64_t count = (length + step - 1) / step, looked_at = std::min(count, kCellsPerAxis);
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < looked_at; ++i) out.push_back(looked_at > 1 ? i * (count - 1) / (looked_at - 1) : 0);
    return out;
  };
  LatticeCheck check;
  check.step_log2 = step_log2;
  const double width = impl_->source.grid.width, height = impl_->source.grid.height;
  const auto relevant = [&](double x, double y) {
    return x >= -kMargin && y >= -kMargin && x <= width - 1.0 + kMargin && y <= height - 1.0 + kMargin;
  };
  for (const std::int64_t cy : cells(grid.height)) {
    // One row of cells at a time: nodes and points go through GDAL together.
    std::vector<SourceLattice> nodes;
    std::vector<std::size_t> owner;
    std::vector<double> x, y, px, py;
    for (const std::int64_t cx : cells(grid.width)) {
      nodes.push_back(lattice_frame({cx * step, cy * step, 1, 1}, step_log2));
      for (const std::int64_t j : {cy, cy + 1}) {
        for (const std::int64_t i : {cx, cx + 1}) {
          x.push_back(static_cast<double>(i * step));
          y.push_back(static_cast<double>(j * step));
        }
      }
      for (const auto& [ex, ey] : kPoints) {
        const std::int64_t ox = cx * step + ex * step / 8, oy = cy * step + ey * step / 8;
        if (ox >= grid.width || oy >= grid.height) continue;
        px.push_back(static_cast<double>(ox));
        py.push_back(static_cast<double>(oy));
        owner.push_back(nodes.size() - 1);
      }
    }
    const std::vector<double> at_x = px, at_y = py;
    to_source(x, y);
    to_source(px, py);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      for (std::size_t k = 4 * n; k < 4 * n + 4; ++k) {
        const std::int64_t qx = quantized_position(x[k]), qy = quantized_position(y[k]);
        const bool has = qx != kNoPosition && qy != kNoPosition;
        nodes[n].x.push_back(has ? qx : kNoPosition);
        nodes[n].y.push_back(has ? qy : kNoPosition);
      }
    }
    for (std::size_t i = 0; i < px.size(); ++i) {
      if (!(std::fabs(px[i]) < HUGE_VAL)) continue;
      const SourcePosition p =
          position_at(nodes[owner[i]], static_cast<std::int64_t>(at_x[i]), static_cast<std::int64_t>(at_y[i]));
      if (!p.defined) {
        check.undefined_points += relevant(px[i], py[i]) ? 1 : 0;
        continue;
      }
      const double one = static_cast<double>(kPositionOne);
      const double ix = static_cast<double>(p.x) / one, iy = static_cast<double>(p.y) / one;
      if (!relevant(px[i], py[i]) && !relevant(ix, iy)) continue;
      ++check.points;
      check.largest_error_px = std::max(check.largest_error_px, std::hypot(ix - px[i], iy - py[i]));
    }
  }
  return check;
}

LatticeCheck PixelTransform::choose_lattice() const {
  LatticeCheck check;
  for (const int step_log2 : {6, 5, 4, 3}) {
    check = check_lattice(step_log2);
    if (check.largest_error_px <= kLatticeTolerancePx) return check;
  }
  throw InputError(fmt::format(
      "{}: its positions on the output grid bend by {:.3g} pixels within 8 output pixels, more than the {} that are "
      "allowed; put it on a grid of its own first (gdalwarp -et 0), then on that of the other date",
      impl_->source.path, check.largest_error_px, kLatticeTolerancePx));
}

std::array<double, 2> PixelTransform::source_pixels_per_output_pixel(double x, double y) const {
  std::array<double, 4> px{x - 0.5, x + 0.5, x, x}, py{y, y, y - 0.5, y + 0.5};
  to_source(px, py);
  return {std::hypot(px[1] - px[0], px[3] - px[2]), std::hypot(py[1] - py[0], py[3] - py[2])};
}

std::array<double, 2> PixelTransform::suggested_pixel_size() const {
  const GdalMessages messages;
  Grid unit;
  unit.width = unit.height = 1;
  unit.geotransform = std::array<double, 6>{0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
  unit.crs_wkt = impl_->output.crs_wkt;
  Impl onto;  // its output pixels are CRS units
  onto.source = impl_->source;
  onto.output = unit;
  onto.options.options = impl_->options.options;
  onto.operation = impl_->operation;
  const Transformer transformer = onto.make();
  std::array<double, 6> transform{};
  std::array<double, 4> extent{};
  int width = 0, height = 0;
  if (GDALSuggestedWarpOutput2(GDALDataset::ToHandle(transformer.source.get()), GDALGenImgProjTransform,
                               transformer.handle.get(), transform.data(), &width, &height, extent.data(),
                               0) != CE_None) {
    throw InputError(fmt::format("{}: cannot be placed in {}: {}", impl_->source.path, crs_name(unit.crs_wkt),
                                 messages.failure_text()));
  }
  return {transform[1], std::fabs(transform[5])};
}

}  // namespace groundshift
