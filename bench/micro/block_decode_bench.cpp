// SPDX-License-Identifier: Apache-2.0
// Pixels a second out of packed blocks: of one CPU core, and of a device by blocks in flight.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <vector>

#include "bench/micro/block_decode_bench.hpp"
#include "bench/micro/packed_scene.hpp"
#include "kernels/api/backend.hpp"
#include "kernels/codec/plane_decoder.hpp"

namespace groundshift::bench {
namespace {

void bench_core(benchmark::State& state) {
  const PackedScene scene(PackedScene::kDifferent);
  std::vector<std::byte> pixels(scene.blocks.size() * PackedScene::kPixelBytes);
  std::vector<std::uint8_t> valid(scene.blocks.size() * PackedScene::kValidBytes, 1);
  const auto planes = scene.planes(pixels.data(), valid.data());
  codec::DecodeBatch batch;
  batch.packed = scene.packed.data();
  batch.blocks = scene.blocks.data();
  batch.block_count = static_cast<std::uint32_t>(scene.blocks.size());
  batch.layouts = scene.layouts.data();
  batch.planes = planes.data();
  batch.targets = scene.targets.data();
  codec::PlaneDecoder decoder;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < batch.block_count; ++i) {
      if (decoder.decode(batch, i) != codec::DecodeStatus::ok) return state.SkipWithError("a block was refused");
    }
    benchmark::DoNotOptimize(pixels.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(pixels.size()) * state.iterations());
  state.counters["packed_percent"] = 100.0 * double(scene.packed.size()) / double(pixels.size());
}

}  // namespace
}  // namespace groundshift::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RegisterBenchmark("decode/cpu_core", groundshift::bench::bench_core)->Unit(benchmark::kMillisecond);
  const groundshift::Capabilities found = groundshift::capabilities();
  if (found.devices.empty()) {
    std::fprintf(stderr, "one CPU core only; the rates of a device need one: %s\n",
                 found.cuda_unusable_because.c_str());
  } else {
    benchmark::AddCustomContext("device", found.devices[0].name);
    groundshift::bench::add_device_benches();
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
