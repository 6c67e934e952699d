// SPDX-License-Identifier: Apache-2.0
// A whole job through the installed library: two small rasters written, compared, and the heatmap's numbers checked.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "host/engine/detect_job.hpp"
#include "host/io/raster_sink.hpp"
#include "host/products/heatmap_pictures.hpp"

namespace gs = groundshift;

namespace {

void write_raster(const char* path, const std::vector<std::uint8_t>& pixels, std::int32_t width, std::int32_t height) {
  gs::RasterSinkSpec spec;
  spec.path = path;
  spec.format = gs::RasterFormat::gtiff;
  spec.grid.width = width;
  spec.grid.height = height;
  spec.type = gs::PixelType::u8;
  spec.overwrite = true;
  const auto sink = gs::make_raster_sink(spec);
  sink->write({0, 0, width, height}, pixels.data(), width, std::ptrdiff_t{width} * height);
  sink->commit();
}

}  // namespace

int main() {
  constexpr std::int32_t kWidth = 40;
  constexpr std::int32_t kHeight = 30;
  std::vector<std::uint8_t> before(std::size_t{kWidth} * kHeight, 100);
  std::vector<std::uint8_t> after = before;
  after[5 * kWidth + 7] = 160;  // +60
  after[6 * kWidth + 7] = 70;   // -30
  write_raster("before.tif", before, kWidth, kHeight);
  write_raster("after.tif", after, kWidth, kHeight);

  gs::DetectOptions options;
  options.before = "before.tif";
  options.after = "after.tif";
  options.out = "change.tif";
  options.method.normalize = gs::NormalizationKind::none;
  options.method.scores = {gs::ScoreName::difference};
  options.method.smooth = {1};
  options.overwrite = true;

  gs::SilentProgress progress;
  gs::Warnings warnings;
  const gs::JobContext context{&progress, &warnings, {}};
  gs::HeatmapPictures pictures;
  gs::DetectPlan plan = gs::plan_detect(options, warnings);
  const gs::DetectResult result = gs::run_detect(plan, pictures, context);

  const gs::BandStatistics& heatmap = result.products.at(0).statistics.value();
  const double expected_mean = (60.0 + 30.0) / (kWidth * kHeight);
  const bool right = heatmap.min == 0.0 && heatmap.max == 60.0 && heatmap.mean - expected_mean < 1e-12 &&
                     expected_mean - heatmap.mean < 1e-12 && heatmap.valid == kWidth * kHeight &&
                     std::filesystem::exists("change.tif") && std::filesystem::exists("change.json");
  std::printf("consumer: min %g max %g mean %.17g valid %lld: %s\n", heatmap.min, heatmap.max, heatmap.mean,
              static_cast<long long>(heatmap.valid), right ? "as expected" : "WRONG");
  return right ? 0 : 1;
}
