// SPDX-License-Identifier: Apache-2.0
// Sinks of the products.
#include "host/engine/raster_product.hpp"

#include <algorithm>

#include "host/engine/resources.hpp"

namespace groundshift {
namespace fs = std::filesystem;

fs::path product_path(const fs::path& heatmap, const std::string& name) {
  return fs::path(heatmap).replace_filename(heatmap.stem().string() + "_" + name + heatmap.extension().string());
}

fs::path site_layer_path(const fs::path& heatmap) {
  return fs::path(heatmap).replace_filename(heatmap.stem().string() + "_sites.gpkg");
}

std::vector<fs::path> product_paths(const DetectOptions& options) {
  std::vector<fs::path> paths;
  if (options.products.change_class) paths.push_back(product_path(options.out, "class"));
  if (options.products.pvalue) paths.push_back(product_path(options.out, "pvalue"));
  if (options.products.quality) paths.push_back(product_path(options.out, "quality"));
  if (options.products.direction) paths.push_back(product_path(options.out, "direction"));
  if (options.products.normalized) paths.push_back(product_path(options.out, "normalized"));
  if (options.products.sites) paths.push_back(site_layer_path(options.out));
  return paths;
}

PixelType stored_type(ScoreType type) {
  switch (type) {
    case ScoreType::uint16: return PixelType::u16;
    case ScoreType::byte: return PixelType::u8;
    case ScoreType::float32: break;
  }
  return PixelType::f32;
}

RasterSinkSpec sink_spec(const DetectPlan& plan, const JobContext& context) {
  const DetectOptions& o = plan.options;
  RasterSinkSpec spec;
  spec.format = o.format;
  spec.grid = plan.grid;
  spec.creation_options = o.creation_options;
  spec.scratch_folder = o.scratch;
  spec.overwrite = o.overwrite;
  spec.threads = o.resources.threads;
  spec.stop = context.stop;
  spec.memory_bytes = plan.output_memory_bytes();
  spec.gdal_block = std::min(plan.tiles.tile_width, plan.tiles.tile_height) >= 512 ? 512 : kCellSize;
  return spec;
}

std::string way_out(const DetectPlan& plan) {
  RasterSinkSpec spec;
  spec.format = plan.options.format;
  spec.creation_options = plan.options.creation_options;
  spec.type = stored_type(plan.options.type);
  const std::string option = gdal_writes_because(spec);
  return option.empty() ? "one pass" : "GDAL: because of -co " + option;
}

std::int64_t largest_output_bytes(const DetectPlan& plan) {
  const ProductChoice& p = plan.options.products;
  const std::int64_t floats = (p.pvalue ? 1 : 0) + (p.direction ? 2 : 0);
  const std::int64_t bytes = static_cast<std::int64_t>(byte_count(stored_type(plan.options.type))) +
                             floats * static_cast<std::int64_t>(sizeof(float)) +
                             (p.normalized ? plan.normalized_bytes() : 0) + (p.change_class ? 1 : 0) +
                             (p.quality ? 1 : 0);
  const std::int64_t full = pixel_count(plan.grid) * bytes;
  return plan.options.format == RasterFormat::cog ? full + full / 3 : full;
}

namespace {

RasterSinkSpec product_spec(const DetectPlan& plan, const RasterProductSpec& product, const fs::path& path,
                            const JobContext& context) {
  RasterSinkSpec spec = sink_spec(plan, context);
  spec.path = path;
  spec.type = product.type;
  spec.band_count = static_cast<std::int32_t>(product.bands.size());
  spec.nodata = product.nodata;
  spec.band_descriptions = product.bands;
  spec.categories = product.categories;
  spec.metadata = product.metadata;
  if (product.type != PixelType::f32) {  // a predictor chosen for float scores does not fit integers
    std::erase_if(spec.creation_options, [](const std::string& o) { return o.starts_with("PREDICTOR="); });
  }
  return spec;
}

}  // namespace

RasterProduct::RasterProduct(const DetectPlan& plan, RasterProductSpec spec, const fs::path& path,
                             const JobContext& context)
    : spec_(std::move(spec)),
      path_(path),
      hash_(plan.grid.width, plan.grid.height, static_cast<std::int32_t>(spec_.bands.size())),
      sink_(make_raster_sink(product_spec(plan, spec_, path, context))) {}

void RasterProduct::write(const Window& core, const void* pixels) {
  const std::size_t bytes = byte_count(spec_.type);
  const auto* plane = static_cast<const std::byte*>(pixels);
  for (std::int32_t band = 0; band < static_cast<std::int32_t>(spec_.bands.size()); ++band) {
    hash_.add(band, core, plane, core.width, bytes, spec_.type == PixelType::f32);
    plane += static_cast<std::size_t>(pixel_count(core)) * bytes;
  }
  sink_->write(core, pixels, core.width, pixel_count(core));
}

void RasterProduct::finish() { sink_->finish(); }

ProductRecord RasterProduct::commit() {
  ProductRecord record;
  record.name = spec_.name;
  record.path = path_;
  record.byte_count = sink_->commit();
  record.pixel_hash = hash_.hex();
  return record;
}

}  // namespace groundshift
