// SPDX-License-Identifier: Apache-2.0
// Kernels alone on a device, by its own clock: pixels a second, bytes a second, and their share of what a plain copy in
// device memory reaches.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "bench/micro/device_timer.hpp"
#include "bench/micro/tile_pair.hpp"
#include "kernels/cuda/device_workspace.hpp"

namespace groundshift::bench {
namespace {

using cuda::DeviceBuffer;
using cuda::DeviceWorkspace;

// Bytes read and written a second by the best of ten copies of 512 MiB within device memory.
double copy_bandwidth() {
  constexpr std::size_t kBytes = std::size_t{512} << 20;
  const DeviceBuffer<std::byte> from(kBytes);
  const DeviceBuffer<std::byte> to(kBytes);
  const cuda::Stream stream;
  DeviceTimer timer;
  double best = 1e9;
  for (int round = 0; round < 10; ++round) {
    best = std::min(best, timer.seconds(stream.get(), [&] {
      GS_CUDA_TRY(cudaMemcpyAsync(to.data(), from.data(), kBytes, cudaMemcpyDeviceToDevice, stream.get()));
    }));
  }
  return 2.0 * static_cast<double>(kBytes) / best;
}

// Runs `start` (which only starts work on the slot's stream) and counts pixels and `bytes` a run.
template <class F>
void measure(benchmark::State& state, const DeviceWorkspace& slot, std::int64_t pixels, std::int64_t bytes,
             double bandwidth, const F& start) {
  DeviceTimer timer;
  double total = 0.0;
  for (auto _ : state) {
    const double seconds = timer.seconds(slot.stream(), start);
    state.SetIterationTime(seconds);
    total += seconds;
  }
  state.SetItemsProcessed(state.iterations() * pixels);
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["of_copy_percent"] = 100.0 * static_cast<double>(state.iterations() * bytes) / (total * bandwidth);
}

template <class T>
void bench_score(benchmark::State& state, TileShape shape, ScoreKind kind, std::int32_t smooth, double bandwidth) {
  const auto backend = make_cuda_backend(0);
  const TilePair pair(*backend, shape);
  DeviceWorkspace slot({shape.type, shape.band_count, shape.side, shape.side, smooth / 2});
  ScoreTerm term;
  term.kind = kind;
  term.fits.assign(static_cast<std::size_t>(shape.band_count), BandFit{100, 100, 1.02f, 3, 103, 0.5f});
  const ScoreRecipe recipe{{term}, {smooth}};
  const Window core = pair.tile().core;
  const PairPlanes<T> planes = slot.copy_in<T>(pair.tile(), core);
  const std::vector<cuda::HeldTerm> terms = slot.copy_in_terms(recipe);
  const cuda::ScoreMemory memory{terms, slot.planes(core.width, core.height, smooth > 1, false),
                                 slot.box_scratch(recipe.halo())};
  slot.wait();
  const std::int64_t bytes = pair.input_bytes() + pair.pixel_count() * static_cast<std::int64_t>(sizeof(float));
  measure(state, slot, pair.pixel_count(), bytes, bandwidth,
          [&] { cuda::score(slot.stream(), planes, recipe, core, slot.scores(core), memory); });
}

template <class T>
void bench_gram(benchmark::State& state, TileShape shape, double bandwidth) {
  const auto backend = make_cuda_backend(0);
  const TilePair pair(*backend, shape);
  DeviceWorkspace slot({shape.type, shape.band_count, shape.side, shape.side, 0});
  const Window core = pair.tile().core;
  const PairPlanes<T> planes = slot.copy_in<T>(pair.tile(), core);
  unsigned long long* const sums = slot.sums().data();
  const RasterView<std::uint32_t> weights = slot.weights(core);
  cuda::weigh(slot.stream(), WeightRule{}, nullptr, {}, planes.valid, {}, weights, sums + slot.sums().count() - 1);
  slot.wait();
  const RasterView<const std::uint32_t> weighed{weights.data, weights.width, weights.height, weights.row_pitch};
  const std::int64_t bytes = pair.input_bytes() + pair.pixel_count() * static_cast<std::int64_t>(sizeof(std::uint32_t));
  measure(state, slot, pair.pixel_count(), bytes, bandwidth, [&] {
    if constexpr (std::is_same_v<T, float>) {
      cuda::cell_gram(slot.stream(), planes, weighed, reinterpret_cast<double*>(sums));
    } else {
      cuda::integer_gram(slot.stream(), planes, weighed, reinterpret_cast<cuda::SplitSum*>(sums));
    }
  });
}

template <class F>
void add(const std::string& name, const F& run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMicrosecond)->UseManualTime();
}

void add_all(double bandwidth) {
  for (const std::int32_t side : {512, 2048, 8192}) {
    for (const PixelType type : {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32}) {
      with_pixel_type(type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const TileShape shape{type, 4, side};
        for (const std::int32_t smooth : {1, 3, 9}) {
          add("kernel/score/cva/smooth" + std::to_string(smooth) + "/" + name_of(shape),
              [=](benchmark::State& s) { bench_score<T>(s, shape, ScoreKind::cva, smooth, bandwidth); });
        }
        add("kernel/score/log_ratio/smooth1/" + name_of(shape),
            [=](benchmark::State& s) { bench_score<T>(s, shape, ScoreKind::log_ratio, 1, bandwidth); });
        add("kernel/score/angle/smooth1/" + name_of(shape),
            [=](benchmark::State& s) { bench_score<T>(s, shape, ScoreKind::angle, 1, bandwidth); });
        add("kernel/gram/" + name_of(shape), [=](benchmark::State& s) { bench_gram<T>(s, shape, bandwidth); });
      });
    }
  }
}

}  // namespace
}  // namespace groundshift::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const groundshift::Capabilities found = groundshift::capabilities();
  if (found.devices.empty()) {
    std::fprintf(stderr, "no kernel can be measured: %s\n", found.cuda_unusable_because.c_str());
    return 0;
  }
  const double bandwidth = groundshift::bench::copy_bandwidth();
  benchmark::AddCustomContext("device", found.devices[0].name);
  benchmark::AddCustomContext("copy_bandwidth_GBps", std::to_string(bandwidth * 1e-9));
  groundshift::bench::add_all(bandwidth);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
