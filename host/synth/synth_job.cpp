// SPDX-License-Identifier: Apache-2.0
// Draws tiles on several threads and streams them, in order, into the three rasters of a scene.
#include "host/synth/synth_job.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/geo/grid.hpp"
#include "host/io/output_file.hpp"
#include "host/io/raster_sink.hpp"
#include "host/synth/patch.hpp"
#include "host/synth/scene.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kGdalCacheBytes = std::int64_t{64} << 20;

// EPSG:32633 with its identifier, from which every reader knows the datum and the area of use.
constexpr const char* kUtm33North =
    R"wkt(PROJCRS["WGS 84 / UTM zone 33N",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",)wkt"
    R"wkt(ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]]],)wkt"
    R"wkt(PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4326]],)wkt"
    R"wkt(CONVERSION["UTM zone 33N",METHOD["Transverse Mercator",ID["EPSG",9807]],)wkt"
    R"wkt(PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],)wkt"
    R"wkt(PARAMETER["Longitude of natural origin",15,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],)wkt"
    R"wkt(PARAMETER["Scale factor at natural origin",0.9996,SCALEUNIT["unity",1],ID["EPSG",8805]],)wkt"
    R"wkt(PARAMETER["False easting",500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],)wkt"
    R"wkt(PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],)wkt"
    R"wkt(CS[Cartesian,2],AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],)wkt"
    R"wkt(AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]],ID["EPSG",32633]])wkt";

void require(bool condition, const char* option, const std::string& rule) {
  if (!condition) throw UsageError(fmt::format("{}: {}", option, rule));
}

void check(const SynthOptions& o) {
  constexpr std::int32_t kLongestSide = 1 << 20;
  require(o.width >= 1 && o.height >= 1 && o.width <= kLongestSide && o.height <= kLongestSide, "--size",
          fmt::format("a side is 1 to {} pixels", kLongestSide));
  require(o.band_count >= 1 && o.band_count <= synth::kMostBands, "--bands", "1 to 16");
  require(o.type != PixelType::i16, "--type", "u8, u16 or f32");
  require(o.contrast > 0.0f && o.contrast <= 1.0f, "--contrast", "easy, medium, faint, barely, or a number in (0, 1]");
  require(std::abs(o.shift[0]) <= 64.0 && std::abs(o.shift[1]) <= 64.0, "--shift", "at most 64 pixels each way");
  require(o.clouds >= 0.0f && o.clouds <= 0.9f, "--clouds", "a share, 0 to 0.9");
  require(o.season >= 0.0f && o.season <= 2.0f, "--season", "0 to 2");
  require(o.noise >= 0.0f && o.noise <= 20.0f, "--noise", "0 to 20");
  require(o.pixel_size >= 0.2f && o.pixel_size <= 100.0f, "--pixel-size", "0.2 to 100 metres");
  require(o.threads >= 0 && o.threads <= 1024, "--threads", "0 to 1024");
  require(o.tile_size >= synth::kPatchSize && o.tile_size % synth::kPatchSize == 0 && o.tile_size <= 8192, "tile size",
          "a multiple of 64, at most 8192");
}

/// Makes the folder if it is missing; takes it away again if nothing was made in it.
class OutputFolder {
 public:
  explicit OutputFolder(const fs::path& folder) : folder_(folder) {
    std::error_code error;
    made_ = fs::create_directory(folder, error);
    if (error || !fs::is_directory(folder)) {
      throw OutputError(
          fmt::format("{}: cannot be made: {}", folder.string(), error ? error.message() : "not a directory"));
    }
  }
  ~OutputFolder() {
    std::error_code ignored;
    if (made_) fs::remove(folder_, ignored);  // removes an empty folder only
  }
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

 private:
  fs::path folder_;
  bool made_ = false;
};

Grid grid_of_scene(const SynthOptions& o) {
  const double pixel = static_cast<double>(o.pixel_size);
  Grid grid;
  grid.width = o.width;
  grid.height = o.height;
  grid.geotransform = std::array<double, 6>{399960.0, pixel, 0.0, 5400000.0, 0.0, -pixel};
  grid.crs_wkt = kUtm33North;
  return grid;
}

RasterSinkSpec sink_spec(const SynthOptions& o, const char* name, int threads) {
  RasterSinkSpec spec;
  spec.path = o.folder / name;
  spec.format = RasterFormat::gtiff;
  spec.grid = grid_of_scene(o);
  spec.overwrite = o.overwrite;
  spec.threads = threads;
  return spec;
}

std::unique_ptr<RasterSink> date_sink(const SynthOptions& o, const char* name, const synth::Scene& scene, int threads) {
  RasterSinkSpec spec = sink_spec(o, name, threads);
  spec.type = o.type;
  spec.band_count = o.band_count;
  spec.nodata = is_integer(o.type) ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  for (const synth::Band& band : scene.bands()) spec.band_descriptions.push_back(band.name);
  spec.creation_options = o.creation_options;
  return make_raster_sink(std::move(spec));
}

std::unique_ptr<RasterSink> truth_sink(const SynthOptions& o, int threads) {
  RasterSinkSpec spec = sink_spec(o, "truth.tif", threads);
  spec.type = PixelType::u8;
  spec.band_descriptions = {"0 unlabelled, 1 unchanged, 2 changed"};
  return make_raster_sink(std::move(spec));
}

void add_counts(const synth::SceneTile& tile, SynthReport& report) {
  for (std::size_t k = 0; k < synth::kChangeKindCount; ++k) {
    report.kinds[k].sites += tile.sites[k];
    report.kinds[k].pixels += tile.changed[k];
    report.changed += tile.changed[k];
  }
  report.unchanged += tile.unchanged;
  report.unlabelled += tile.unlabelled;
}

}  // namespace

SynthReport run_synth(const SynthOptions& options, const JobContext& context) {
  check(options);
  initialize_gdal();
  limit_gdal_block_cache(kGdalCacheBytes);
  const int threads =
      options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const OutputFolder folder(options.folder);
  for (const char* name : {"before.tif", "after.tif", "truth.tif"})
    check_output_path(options.folder / name, options.overwrite);

  const synth::Scene scene(options);
  const std::unique_ptr<RasterSink> before = date_sink(options, "before.tif", scene, threads);
  const std::unique_ptr<RasterSink> after = date_sink(options, "after.tif", scene, threads);
  const std::unique_ptr<RasterSink> truth = truth_sink(options, threads);

  SynthReport report;
  for (std::size_t k = 0; k < synth::kChangeKindCount; ++k) {
    report.kinds.push_back({synth::name_of(static_cast<synth::ChangeKind>(k)), 0, 0});
  }
  for (const synth::Band& band : scene.bands()) report.band_names.push_back(band.name);

  const std::int32_t side = options.tile_size;
  const std::int64_t columns = (options.width + side - 1) / side;
  const std::int64_t tiles = columns * ((options.height + side - 1) / side);
  std::int64_t next = 0;
  context.progress->begin("drawing", pixel_count(grid_of_scene(options)));
  using TilePointer = std::shared_ptr<synth::SceneTile>;
  // First stage: hands out windows in order. Second: draws, on any thread. Third: writes in order, one tile at a time.
  // At most `threads` + 1 tiles exist, which bounds the memory.
  const auto hand_out = [&](tbb::flow_control& control) -> TilePointer {
    throw_if_stopped(context.stop);
    if (next == tiles) {
      control.stop();
      return nullptr;
    }
    auto tile = std::make_shared<synth::SceneTile>();
    const auto x = static_cast<std::int32_t>(next % columns) * side;
    const auto y = static_cast<std::int32_t>(next / columns) * side;
    tile->window = {x, y, std::min(side, options.width - x), std::min(side, options.height - y)};
    ++next;
    return tile;
  };
  const auto put = [&](const synth::SceneTile& tile, bool concurrent) {
    const Window& w = tile.window;
    const std::ptrdiff_t band_pitch = static_cast<std::ptrdiff_t>(w.width) * w.height;
    if (before->concurrent() == concurrent) before->write(w, tile.before.data(), w.width, band_pitch);
    if (after->concurrent() == concurrent) after->write(w, tile.after.data(), w.width, band_pitch);
    if (truth->concurrent() == concurrent) truth->write(w, tile.truth.data(), w.width, band_pitch);
  };
  const auto draw = [&](TilePointer tile) {
    scene.draw(*tile);
    put(*tile, true);
    return tile;
  };
  const auto write = [&](const TilePointer& tile) {
    put(*tile, false);
    add_counts(*tile, report);
    context.progress->advance(pixel_count(tile->window));
  };
  const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_pipeline(static_cast<std::size_t>(threads) + 1,
                           tbb::make_filter<void, TilePointer>(tbb::filter_mode::serial_in_order, hand_out) &
                               tbb::make_filter<TilePointer, TilePointer>(tbb::filter_mode::parallel, draw) &
                               tbb::make_filter<TilePointer, void>(tbb::filter_mode::serial_in_order, write));
  });
  context.progress->end();
  throw_if_stopped(context.stop);
  report.files = {{"before.tif", before->commit()}, {"after.tif", after->commit()}, {"truth.tif", truth->commit()}};
  const std::int64_t labelled = report.changed + report.unchanged;
  report.changed_share = labelled > 0 ? static_cast<double>(report.changed) / static_cast<double>(labelled) : 0.0;
  return report;
}

}  // namespace groundshift
