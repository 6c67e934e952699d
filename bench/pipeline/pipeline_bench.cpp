// SPDX-License-Identifier: Apache-2.0
// Stages of the pipeline apart (decode, score, write) and together, in tiles, pixels and bytes a second.
// A run first checks that every form of the job that it times gives the same pixels.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/pipeline/bench_scene.hpp"
#include "host/engine/resources.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/raster_sink.hpp"
#include "host/io/unit_cache.hpp"
#include "host/pipeline/slot.hpp"

namespace groundshift::bench {
namespace {

void count_tiles(benchmark::State& state, std::int64_t tiles, std::int64_t pixels, std::int64_t bytes) {
  state.counters["tiles/s"] = benchmark::Counter(double(state.iterations() * tiles), benchmark::Counter::kIsRate);
  state.SetItemsProcessed(state.iterations() * pixels);  // items_per_second: pixels a second
  state.SetBytesProcessed(state.iterations() * bytes);
}

/// Decodes every unit of one date on `threads` threads; bytes are the decoded pixels.
void bench_decode(benchmark::State& state, const BenchScene& scene) {
  const auto threads = static_cast<int>(state.range(0));
  Warnings warnings;
  const RasterDescription description = describe_raster(scene.before());
  std::vector<std::int32_t> bands = select_bands(description, {});
  const auto source = make_raster_source(description, {bands, PixelType::u16, std::nullopt, false}, warnings);
  const Grid& grid = description.grid;
  std::vector<Window> units;
  for (std::int32_t y = 0; y < grid.height; y += source->unit_height()) {
    for (std::int32_t x = 0; x < grid.width; x += source->unit_width()) {
      units.push_back(
          {x, y, std::min(source->unit_width(), grid.width - x), std::min(source->unit_height(), grid.height - y)});
    }
  }
  const std::size_t plane = static_cast<std::size_t>(source->unit_width()) * source->unit_height();
  for (auto _ : state) {
    limit_gdal_block_cache(0);  // what one round decoded must not serve the next
    limit_gdal_block_cache(std::int64_t{64} << 20);
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> readers;
    for (int t = 0; t < threads; ++t) {
      readers.emplace_back([&] {
        std::vector<std::uint16_t> pixels(plane * bands.size());
        std::vector<std::uint8_t> valid(plane);
        for (std::size_t i; (i = next++) < units.size();) {
          source->decode(units[i], pixels.data(), source->unit_width(), static_cast<std::ptrdiff_t>(plane),
                         valid.data());
        }
      });
    }
    readers.clear();
  }
  const std::int64_t pixels = pixel_count(grid);
  count_tiles(state, static_cast<std::int64_t>(units.size()), pixels, pixels * std::int64_t(bands.size()) * 2);
}

/// Scores one decoded tile again and again; bytes are both dates' pixels and the score.
void bench_score(benchmark::State& state, const BenchScene& scene) {
  const DetectOptions options = scene.options(static_cast<int>(state.range(0)), RasterFormat::gtiff);
  Warnings warnings;
  DetectPlan plan = plan_detect(options, warnings);
  Backend& backend = *plan.backend.backend;
  std::vector<Slot> slots = make_slots(backend, plan.tiles, workspace_shape(plan));
  Slot& slot = slots.front();
  aim(slot, tiles_of(plan.tiles, plan.halo), 0, slot.pixels(), plan.grid.width, plan.grid.height, plan.type,
      plan.band_count);
  const Window window{slot.core.x - slot.tile.core.x, slot.core.y - slot.tile.core.y, slot.tile.width,
                      slot.tile.height};
  std::fill_n(slot.valid, slot.tile.row_pitch * slot.tile.height, std::uint8_t{1});
  UnitCache before(*plan.before.source, plan.band_count, plan.type, plan.tiles.before_units);
  UnitCache after(*plan.after.source, plan.band_count, plan.type, plan.tiles.after_units);
  before.read(window, slot.before, slot.tile.row_pitch, slot.tile.band_pitch, slot.valid);
  after.read(window, slot.after, slot.tile.row_pitch, slot.tile.band_pitch, slot.valid);
  ScoreTerm term;
  term.fits.assign(static_cast<std::size_t>(plan.band_count), BandFit{});
  const ScoreRecipe recipe{{term}, {3}};
  for (auto _ : state) backend.score(*slot.workspace, slot.tile, recipe, slot.score);
  const std::int64_t pixels = pixel_count(slot.core);
  count_tiles(state, 1, pixels, pixels * (2 * plan.band_count * 2 + 4));
}

/// Writes a heatmap of noise and commits it; bytes are the uncompressed scores.
void bench_write(benchmark::State& state, const BenchScene& scene, RasterFormat format, const char* codec) {
  constexpr std::int32_t kSide = 2048, kTile = 512;
  std::vector<float> tile(kTile * kTile);
  for (std::size_t i = 0; i < tile.size(); ++i)
    tile[i] = std::fabs(static_cast<float>((i * 2654435761u) >> 9 & 0xffff)) * 1e-3f;
  for (auto _ : state) {
    RasterSinkSpec spec;
    spec.path = scene.file("written.tif");
    spec.format = format;
    spec.grid.width = spec.grid.height = kSide;
    spec.creation_options = {std::string("COMPRESS=") + codec};
    spec.overwrite = true;
    spec.threads = static_cast<int>(state.range(0));
    const auto sink = make_raster_sink(spec);
    for (std::int32_t y = 0; y < kSide; y += kTile) {
      for (std::int32_t x = 0; x < kSide; x += kTile) sink->write({x, y, kTile, kTile}, tile.data(), kTile, 0);
    }
    sink->commit();
  }
  constexpr std::int64_t kPixels = std::int64_t{kSide} * kSide;
  count_tiles(state, kPixels / (kTile * kTile), kPixels, kPixels * 4);
}

/// The whole job; also the share of the last pass that each stage's threads were idle.
void bench_detect(benchmark::State& state, const BenchScene& scene, RasterFormat format) {
  const auto threads = static_cast<int>(state.range(0));
  DetectResult result;
  for (auto _ : state) result = run(scene.options(threads, format));
  const PassTiming& pass = result.passes.back();
  const auto idle = [&](double busy, int stage_threads) { return 1.0 - busy / (pass.wall_s * stage_threads); };
  state.counters["idle_read"] = idle(pass.read_busy_s, threads);
  state.counters["idle_score"] = idle(pass.compute_busy_s, threads);
  state.counters["idle_write"] = idle(pass.consume_busy_s, 1);
  state.counters["peak_MiB"] = double(peak_memory_bytes()) / (1 << 20);
  count_tiles(state, pass.tile_count, pass.pixel_count, result.decoded_bytes_before + result.decoded_bytes_after);
}

void check_equal_outputs(const BenchScene& scene, const std::vector<int>& threads) {
  const std::string expected = run(scene.options(1, RasterFormat::gtiff)).products.front().pixel_hash;
  for (const int t : threads) {
    for (const RasterFormat format : {RasterFormat::gtiff, RasterFormat::cog}) {
      if (run(scene.options(t, format)).products.front().pixel_hash != expected) {
        throw std::runtime_error("the forms of the job that were to be timed give different pixels");
      }
    }
  }
}

void register_benches(const BenchScene& scene, const std::vector<int>& threads) {
  const auto add = [&](const std::string& name, auto bench) {
    auto* registered = benchmark::RegisterBenchmark(name.c_str(), bench)->Unit(benchmark::kMillisecond)->UseRealTime();
    for (const int t : threads) registered->Arg(t);
  };
  add("decode", [&](benchmark::State& s) { bench_decode(s, scene); });
  add("score", [&](benchmark::State& s) { bench_score(s, scene); });
  for (const char* codec : {"NONE", "DEFLATE", "ZSTD"}) {
    add(std::string("write/GTiff/") + codec,
        [&scene, codec](benchmark::State& s) { bench_write(s, scene, RasterFormat::gtiff, codec); });
  }
  add("write/COG/DEFLATE", [&](benchmark::State& s) { bench_write(s, scene, RasterFormat::cog, "DEFLATE"); });
  add("detect/GTiff", [&](benchmark::State& s) { bench_detect(s, scene, RasterFormat::gtiff); });
  add("detect/COG", [&](benchmark::State& s) { bench_detect(s, scene, RasterFormat::cog); });
}

}  // namespace
}  // namespace groundshift::bench

int main(int argc, char** argv) {
  using namespace groundshift;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    const bench::BenchScene scene;
    std::vector<int> threads = {1};
    if (available_threads() > 1) threads.push_back(available_threads());
    bench::check_equal_outputs(scene, threads);
    bench::register_benches(scene, threads);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "gs_bench_pipeline: %s\n", e.what());
    return 1;
  }
  return 0;
}
