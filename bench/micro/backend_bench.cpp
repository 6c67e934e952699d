// SPDX-License-Identifier: Apache-2.0
// Pixels a second of every verb of a backend, by pixel type, band count, score and tile size. For a device the time is
// that of the whole call, copies included; kernels alone are in cuda_kernel_bench.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/micro/every_backend.hpp"
#include "bench/micro/tile_pair.hpp"

namespace groundshift::bench {
namespace {

constexpr std::int32_t kSides[] = {128, 512, 2048};  // first-level cache, second-level cache, memory
constexpr PixelType kTypes[] = {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32};
constexpr const char* kKinds[] = {"difference", "relative", "log_ratio", "cva", "scva", "angle"};

void count(benchmark::State& state, const TilePair& pair, std::int64_t output_bytes) {
  state.SetItemsProcessed(state.iterations() * pair.pixel_count());  // items_per_second: pixels a second
  state.SetBytesProcessed(state.iterations() * (pair.input_bytes() + output_bytes));
}

void bench_score(benchmark::State& state, const SharedBackend& backend, TileShape shape, ScoreKind kind,
                 std::int32_t smooth) {
  const TilePair pair(*backend, shape);
  ScoreTerm term;
  term.kind = kind;
  term.fits.assign(static_cast<std::size_t>(shape.band_count), BandFit{100, 100, 1.02f, 3, 103, 0.5f});
  const ScoreRecipe recipe{{term}, {smooth}};
  const auto workspace = backend->make_workspace({shape.type, shape.band_count, shape.side, shape.side, recipe.halo()});
  for (auto _ : state) {
    backend->score(*workspace, pair.tile(), recipe, pair.scores());
    benchmark::ClobberMemory();
  }
  count(state, pair, pair.pixel_count() * static_cast<std::int64_t>(sizeof(float)));
}

void bench_gram(benchmark::State& state, const SharedBackend& backend, TileShape shape, bool weighted) {
  const TilePair pair(*backend, shape);
  const auto workspace = backend->make_workspace({shape.type, shape.band_count, shape.side, shape.side, 0});
  const GramRecipe recipe = gram_recipe(shape, weighted);
  TileGram gram;
  for (auto _ : state) {
    backend->gram(*workspace, pair.tile(), recipe, gram);
    benchmark::DoNotOptimize(gram.count);
  }
  count(state, pair, 0);
}

void bench_histogram(benchmark::State& state, const SharedBackend& backend, TileShape shape) {
  const TilePair pair(*backend, shape);
  const auto workspace = backend->make_workspace({shape.type, shape.band_count, shape.side, shape.side, 0});
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (auto _ : state) {
    backend->value_histogram(*workspace, pair.tile(), bins);
    benchmark::ClobberMemory();
  }
  count(state, pair, 0);
}

template <class F, class... Args>
void add(const std::string& name, F f, Args... args) {
  benchmark::RegisterBenchmark(name.c_str(), [f, args...](benchmark::State& state) { f(state, args...); })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void add_score(const std::string& label, const SharedBackend& backend, const TileShape& shape, ScoreKind kind,
               std::int32_t smooth) {
  add(label + "/score/" + kKinds[static_cast<int>(kind)] + "/smooth" + std::to_string(smooth) + "/" + name_of(shape),
      bench_score, backend, shape, kind, smooth);
}

void add_grams(const std::string& label, const SharedBackend& backend, const TileShape& shape) {
  add(label + "/gram/unit/" + name_of(shape), bench_gram, backend, shape, false);
  add(label + "/gram/huber/" + name_of(shape), bench_gram, backend, shape, true);
}

void add_all(const std::string& label, const SharedBackend& backend) {
  for (const std::int32_t side : kSides) {
    for (const PixelType type : kTypes) {
      const TileShape shape{type, 4, side};
      add_score(label, backend, shape, ScoreKind::cva, 1);
      add_grams(label, backend, shape);
      add(label + "/histogram/" + name_of(shape), bench_histogram, backend, shape);
    }
    const TileShape shape{PixelType::u16, 4, side};
    for (const ScoreKind kind : {ScoreKind::difference, ScoreKind::relative, ScoreKind::log_ratio, ScoreKind::angle}) {
      add_score(label, backend, shape, kind, 1);
    }
    for (const std::int32_t smooth : {3, 9}) add_score(label, backend, shape, ScoreKind::scva, smooth);
    for (const std::int32_t bands : {1, 3, 7}) {
      add_score(label, backend, {PixelType::u16, bands, side}, ScoreKind::cva, 1);
      add_grams(label, backend, {PixelType::u16, bands, side});
    }
  }
}

}  // namespace
}  // namespace groundshift::bench

int main(int argc, char** argv) {
  return groundshift::bench::run_on_every_backend(argc, argv, groundshift::bench::add_all);
}
