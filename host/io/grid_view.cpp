// SPDX-License-Identifier: Apache-2.0
// RasterIO where the pixels agree, GDAL's warper into memory where they do not.
#include "host/io/grid_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <gdal_alg.h>
#include <gdalwarper.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/open_dataset.hpp"
#include "host/io/pooled_means.hpp"
#include "host/io/raster_source.hpp"

namespace groundshift {
namespace {

constexpr double kWarpBytes = 64.0 * 1024 * 1024;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct WarpOptionsDeleter {
  void operator()(GDALWarpOptions* o) const noexcept { GDALDestroyWarpOptions(o); }
};
/// Files opened while it lives decode their blocks with every core.
class WithEveryCore {
 public:
  WithEveryCore() { CPLSetThreadLocalConfigOption("GDAL_NUM_THREADS", "ALL_CPUS"); }
  ~WithEveryCore() { CPLSetThreadLocalConfigOption("GDAL_NUM_THREADS", nullptr); }
  WithEveryCore(const WithEveryCore&) = delete;
  WithEveryCore& operator=(const WithEveryCore&) = delete;
};

struct TransformerDeleter {
  void operator()(void* t) const noexcept { GDALDestroyGenImgProjTransformer(t); }
};

/// The grid of a window of another, seen with fewer (or more) pixels.
Grid grid_of_view(const Grid& grid, const PixelRect& window, std::int32_t width, std::int32_t height) {
  Grid out = grid;
  out.width = width;
  out.height = height;
  const auto& g = *grid.geotransform;
  const double across = double(window.width) / width, down = double(window.height) / height;
  const auto corner = to_ground(grid, double(window.x), double(window.y));
  out.geotransform = {corner[0], g[1] * across, g[2] * down, corner[1], g[4] * across, g[5] * down};
  return out;
}

bool is_reduced(const PixelRect& window, std::int32_t width, std::int32_t height) {
  return window.width > width || window.height > height;
}

}  // namespace

struct GridView::Impl {
  Dataset dataset;
  RasterDescription description;
  Grid grid;
  ViewOptions options;
  bool warped = false;

  std::string path() const { return description.path; }

  std::optional<double> nodata_of(std::int32_t band) const {
    const auto at = static_cast<std::size_t>(band - 1);
    return at < options.nodata.size() ? options.nodata[at] : description.bands[at].nodata;
  }

  [[noreturn]] void fail(const GdalMessages& messages) const {
    throw InputError(fmt::format("{}: cannot be read for a picture: {}", path(), messages.failure_text()));
  }

  /// The part of the window that the raster has, and where it lies in the picture: nothing when there is none.
  struct Part {
    PixelRect source;
    std::int32_t x = 0, y = 0, width = 0, height = 0;
  };
  std::optional<Part> covered(const PixelRect& window, std::int32_t width, std::int32_t height) const {
    const auto offset = options.offset.value_or(std::array<std::int64_t, 2>{0, 0});
    const std::int64_t x = window.x + offset[0], y = window.y + offset[1];
    const std::int64_t left = std::max<std::int64_t>(x, 0), top = std::max<std::int64_t>(y, 0);
    const std::int64_t right = std::min<std::int64_t>(x + window.width, description.grid.width);
    const std::int64_t bottom = std::min<std::int64_t>(y + window.height, description.grid.height);
    if (right <= left || bottom <= top) return std::nullopt;
    const auto place = [](std::int64_t at, std::int64_t side, std::int32_t pixels) {
      return static_cast<std::int32_t>(std::lround(double(at) * pixels / double(side)));
    };
    Part part{{left, top, right - left, bottom - top}, 0, 0, 0, 0};
    part.x = std::min(place(left - x, window.width, width), width - 1);
    part.y = std::min(place(top - y, window.height, height), height - 1);
    part.width = std::max(1, place(right - x, window.width, width) - part.x);
    part.height = std::max(1, place(bottom - y, window.height, height) - part.y);
    return part;
  }

  void read_direct(const PixelRect& window, const std::vector<std::int32_t>& bands, ViewSampling sampling,
                   ViewPixels& out) const {
    const auto part = covered(window, out.width, out.height);
    if (!part) return;
    const bool mean = sampling == ViewSampling::average && is_reduced(part->source, part->width, part->height);
    if (auto selection = mean && pools(*part, bands) ? selection_of(bands) : std::nullopt) {
      return read_means(*part, std::move(*selection), out);
    }
    GDALRasterIOExtraArg extra;
    INIT_RASTERIO_EXTRA_ARG(extra);
    extra.eResampleAlg = mean ? GRIORA_Average : GRIORA_NearestNeighbour;
    const GdalMessages messages;
    const GSpacing row = GSpacing{sizeof(float)} * out.width;
    const std::size_t first = std::size_t(part->y) * std::size_t(out.width) + std::size_t(part->x);
    const PixelRect& s = part->source;
    for (std::size_t i = 0; i < bands.size(); ++i) {
      GDALRasterBand& band = *dataset->GetRasterBand(bands[i]);
      if (band.RasterIO(GF_Read, int(s.x), int(s.y), int(s.width), int(s.height), out.bands[i].data() + first,
                        part->width, part->height, GDT_Float32, sizeof(float), row, &extra) != CE_None) {
        fail(messages);
      }
      drop_nodata(bands[i], out.bands[i]);
    }
    drop_masked(*part, extra, out);
  }

  /// Whether a reduced picture of a part is made of full pixels, and not of an overview's.
  bool pools(const Part& part, const std::vector<std::int32_t>& bands) const {
    return dataset->GetRasterBand(bands.front())->GetOverviewCount() == 0 && part.width <= part.source.width &&
           part.height <= part.source.height;
  }
  bool has_mask() const { return (dataset->GetRasterBand(1)->GetMaskFlags() & GMF_PER_DATASET) != 0; }

  /// How a source has to read these bands to see the nodata that the view sees; nothing where it cannot.
  std::optional<SourceSelection> selection_of(const std::vector<std::int32_t>& bands) const {
    SourceSelection selection;
    selection.bands = bands;
    selection.type = description.bands[std::size_t(bands.front() - 1)].pixel_type;
    bool own = true, none = true, one = true;
    for (const std::int32_t band : bands) {
      const BandInfo& info = description.bands[std::size_t(band - 1)];
      selection.type = common_type(selection.type, info.pixel_type);
      own = own && nodata_of(band) == info.nodata;
      none = none && !nodata_of(band);
      one = one && nodata_of(band) == nodata_of(bands.front());
    }
    if (own) return selection;
    if (!none && !one) return std::nullopt;
    selection.ignore_nodata = none;
    selection.nodata = nodata_of(bands.front());
    return selection;
  }

  /// Means of full pixels, every block of the file decoded once for all bands (GDAL would go through it band by band).
  void read_means(const Part& part, SourceSelection selection, ViewPixels& out) const {
    const PixelRect& s = part.source;
    const PixelType type = selection.type;
    Warnings unheard;  // of values that float32 rounds: these are pictures
    const auto source = make_raster_source(description, std::move(selection), unheard);
    const Window window{std::int32_t(s.x), std::int32_t(s.y), std::int32_t(s.width), std::int32_t(s.height)};
    const auto means =
        pooled_means(*source, window, part.width, part.height, std::int32_t(out.bands.size()), type, options.threads);
    for (std::size_t b = 0; b < means.size(); ++b) {
      for (std::int32_t y = 0; y < part.height; ++y) {
        std::copy_n(means[b].data() + std::size_t(y) * std::size_t(part.width), part.width,
                    out.bands[b].data() + std::size_t(part.y + y) * std::size_t(out.width) + std::size_t(part.x));
      }
    }
  }

  void drop_nodata(std::int32_t band, std::vector<float>& values) const {
    const auto nodata = nodata_of(band);
    if (!nodata || std::isnan(*nodata)) return;
    const auto code = static_cast<float>(*nodata);
    for (float& v : values) {
      if (v == code) v = kNaN;
    }
  }

  /// Alpha and mask bands.
  void drop_masked(const Part& part, GDALRasterIOExtraArg& extra, ViewPixels& out) const {
    GDALRasterBand& first = *dataset->GetRasterBand(1);
    if (!has_mask()) return;
    std::vector<std::uint8_t> mask(std::size_t(part.width) * std::size_t(part.height));
    const GdalMessages messages;
    const PixelRect& s = part.source;
    if (first.GetMaskBand()->RasterIO(GF_Read, int(s.x), int(s.y), int(s.width), int(s.height), mask.data(), part.width,
                                      part.height, GDT_Byte, 0, 0, &extra) != CE_None) {
      fail(messages);
    }
    for (auto& plane : out.bands) {
      for (std::int32_t y = 0; y < part.height; ++y) {
        float* line = plane.data() + std::size_t(part.y + y) * std::size_t(out.width) + std::size_t(part.x);
        for (std::int32_t x = 0; x < part.width; ++x) {
          if (mask[std::size_t(y) * std::size_t(part.width) + std::size_t(x)] < 128) line[x] = kNaN;
        }
      }
    }
  }

  void read_warped(const PixelRect& window, const std::vector<std::int32_t>& bands, ViewPixels& out) const {
    const Grid view = grid_of_view(grid, window, out.width, out.height);
    const GdalMessages messages;
    const int count = static_cast<int>(bands.size());
    GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
    const Dataset target(memory->Create("", out.width, out.height, count, GDT_Float32, nullptr));
    if (!target || !apply_grid(*target, view)) fail(messages);
    const std::unique_ptr<void, TransformerDeleter> transformer(GDALCreateGenImgProjTransformer2(
        GDALDataset::ToHandle(dataset.get()), GDALDataset::ToHandle(target.get()), nullptr));
    if (!transformer) fail(messages);

    const std::unique_ptr<GDALWarpOptions, WarpOptionsDeleter> warp(GDALCreateWarpOptions());
    warp->hSrcDS = GDALDataset::ToHandle(dataset.get());
    warp->hDstDS = GDALDataset::ToHandle(target.get());
    warp->nBandCount = count;
    warp->panSrcBands = static_cast<int*>(CPLMalloc(sizeof(int) * bands.size()));
    warp->panDstBands = static_cast<int*>(CPLMalloc(sizeof(int) * bands.size()));
    warp->padfSrcNoDataReal = static_cast<double*>(CPLMalloc(sizeof(double) * bands.size()));
    warp->padfDstNoDataReal = static_cast<double*>(CPLMalloc(sizeof(double) * bands.size()));
    for (std::size_t i = 0; i < bands.size(); ++i) {
      warp->panSrcBands[i] = bands[i];
      warp->panDstBands[i] = static_cast<int>(i) + 1;
      warp->padfSrcNoDataReal[i] = nodata_of(bands[i]).value_or(kNaN);
      warp->padfDstNoDataReal[i] = kNaN;
    }
    for (std::size_t i = 0; i < description.bands.size(); ++i) {
      if (description.bands[i].alpha) warp->nSrcAlphaBand = static_cast<int>(i) + 1;
    }
    warp->eWorkingDataType = GDT_Float32;
    warp->eResampleAlg = is_reduced(window, out.width, out.height) ? GRA_Average : GRA_Bilinear;
    warp->dfWarpMemoryLimit = kWarpBytes;
    warp->papszWarpOptions = CSLSetNameValue(warp->papszWarpOptions, "INIT_DEST", "NO_DATA");
    warp->papszWarpOptions = CSLSetNameValue(warp->papszWarpOptions, "UNIFIED_SRC_NODATA", "YES");
    warp->pfnTransformer = GDALGenImgProjTransform;
    warp->pTransformerArg = transformer.get();
    GDALWarpOperation operation;
    if (operation.Initialize(warp.get()) != CE_None ||
        operation.ChunkAndWarpImage(0, 0, out.width, out.height) != CE_None) {
      fail(messages);
    }
    for (std::size_t i = 0; i < bands.size(); ++i) {
      if (target->GetRasterBand(static_cast<int>(i) + 1)
              ->RasterIO(GF_Read, 0, 0, out.width, out.height, out.bands[i].data(), out.width, out.height, GDT_Float32,
                         0, 0, nullptr) != CE_None) {
        fail(messages);
      }
    }
  }

  void scale(std::int32_t band, std::vector<float>& values) const {
    const double factor = dataset->GetRasterBand(band)->GetScale(), shift = dataset->GetRasterBand(band)->GetOffset();
    if (factor == 1.0 && shift == 0.0) return;
    for (float& v : values) v = static_cast<float>(shift + factor * double(v));
  }
};

GridView::GridView(const std::string& path, Grid grid, ViewOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->description = describe_raster(path);
  {
    const WithEveryCore decoding;
    impl_->dataset = open_dataset(path);
  }
  impl_->grid = std::move(grid);
  impl_->options = std::move(options);
  std::string why;
  impl_->warped = !impl_->options.offset && !same_grid(impl_->description.grid, impl_->grid, &why);
  if (!impl_->warped) return;
  const bool same_size =
      impl_->description.grid.width == impl_->grid.width && impl_->description.grid.height == impl_->grid.height;
  const bool placed = impl_->grid.geotransform && impl_->description.georeference.kind != GeoreferenceKind::none;
  if (placed) return;
  if (!same_size) {
    throw InputError(
        fmt::format("{}: does not lie on the heatmap's grid ({}), and without a georeference it cannot be "
                    "brought onto it",
                    path, why));
  }
  impl_->warped = false;
}

GridView::~GridView() = default;
GridView::GridView(GridView&&) noexcept = default;
GridView& GridView::operator=(GridView&&) noexcept = default;

const RasterDescription& GridView::description() const { return impl_->description; }
const Grid& GridView::grid() const { return impl_->grid; }
bool GridView::warped() const { return impl_->warped; }

bool GridView::reads_means(const PixelRect& window, std::int32_t width, std::int32_t height,
                           const std::vector<std::int32_t>& bands) const {
  if (impl_->warped || impl_->has_mask() || !is_reduced(window, width, height)) return false;
  const auto part = impl_->covered(window, width, height);
  const bool all = part && part->width == width && part->height == height && part->source.width == window.width &&
                   part->source.height == window.height;
  return all && impl_->pools(*part, bands) && impl_->selection_of(bands).has_value();
}

std::string GridView::acquired() const {
  const char* text = impl_->dataset->GetMetadataItem("ACQUISITIONDATETIME", "IMAGERY");
  return text != nullptr ? text : "";
}

ViewPixels GridView::read(const PixelRect& window, std::int32_t width, std::int32_t height,
                          const std::vector<std::int32_t>& bands, ViewSampling sampling) const {
  expects(width >= 1 && height >= 1 && window.x >= 0 && window.y >= 0 && window.width >= 1 && window.height >= 1 &&
              window.x + window.width <= impl_->grid.width && window.y + window.height <= impl_->grid.height,
          "a view's window lies in its grid");
  for (const std::int32_t band : bands) {
    if (band < 1 || band > static_cast<std::int32_t>(impl_->description.bands.size())) {
      throw InputError(fmt::format("{}: has no band {}; it is not the file of that run", impl_->path(), band));
    }
  }
  ViewPixels out{width, height, {}};
  out.bands.assign(bands.size(), std::vector<float>(std::size_t(width) * std::size_t(height), kNaN));
  if (impl_->warped) {
    impl_->read_warped(window, bands, out);
  } else {
    impl_->read_direct(window, bands, sampling, out);
  }
  if (impl_->options.scaled) {
    for (std::size_t i = 0; i < bands.size(); ++i) impl_->scale(bands[i], out.bands[i]);
  }
  return out;
}

}  // namespace groundshift
