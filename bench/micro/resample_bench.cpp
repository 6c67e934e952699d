// SPDX-License-Identifier: Apache-2.0
// Samples a second (pixels times bands) of resampling, by method, mapping, pixel type, band count and scale. For a
// device the time is that of the whole call, copies included.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/micro/every_backend.hpp"
#include "kernels/api/backend.hpp"
#include "kernels/solve/resample_weights.hpp"
#include "tests/support/tapped_window.hpp"

namespace groundshift::bench {
namespace {

constexpr std::int32_t kSide = 512;
constexpr std::int32_t kStepLog2 = 4;

/// moved: a fraction of a pixel. turned: by 0.03 and 0.6 radians. holed: turned a little, one pixel in 64 invalid.
enum class Mapping { moved, turned, turned_far, holed };

struct Case {
  std::string name;
  ResampleMethod method = ResampleMethod::bilinear;
  Mapping mapping = Mapping::turned;
  PixelType type = PixelType::u16;
  std::int32_t band_count = 4;
  double scale = 1.0;
};

void bench_resample(benchmark::State& state, const SharedBackend& backend, const Case& c) {
  const ResampleWeights weights = resample_weights(c.method, c.scale, c.scale);
  const double angle = c.mapping == Mapping::moved ? 0.0 : c.mapping == Mapping::turned_far ? 0.6 : 0.03;
  const std::int32_t nodes = lattice_node_count(0, kSide, kStepLog2);
  const auto image_side = static_cast<std::int32_t>(1.6 * c.scale * kSide) + 64;
  std::vector<std::int64_t> x, y;
  for (std::int32_t j = 0; j < nodes; ++j) {
    for (std::int32_t i = 0; i < nodes; ++i) {
      const double u = c.scale * (i << kStepLog2), v = c.scale * (j << kStepLog2);
      const double across = c.mapping == Mapping::moved ? 12.31 : 12.31 + 0.57 * c.scale * kSide;
      x.push_back(std::llround(std::ldexp(across + std::cos(angle) * u - std::sin(angle) * v, kPositionBits)));
      y.push_back(std::llround(std::ldexp(20.73 + std::sin(angle) * u + std::cos(angle) * v, kPositionBits)));
    }
  }
  ResampleTile tile;
  tile.type = c.type;
  tile.band_count = c.band_count;
  tile.positions = {kStepLog2, 0, 0, nodes, nodes, x.data(), y.data()};
  const Window window = tapped_window(tile.positions, kSide, kSide, weights, image_side, image_side);
  for (std::int64_t& node : x) node -= std::int64_t{window.x} << kPositionBits;
  for (std::int64_t& node : y) node -= std::int64_t{window.y} << kPositionBits;

  const auto source_pixels = static_cast<std::size_t>(pixel_count(window));
  const auto bands = static_cast<std::size_t>(c.band_count);
  const std::size_t output_pixels = std::size_t{kSide} * kSide;
  const HostBuffer pixels = backend->allocate_host(source_pixels * bands * byte_count(c.type));
  const HostBuffer valid = backend->allocate_host(source_pixels);
  const HostBuffer out = backend->allocate_host(output_pixels * bands * byte_count(c.type));
  const HostBuffer states = backend->allocate_host(output_pixels);
  std::mt19937 random(1);
  with_pixel_type(c.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::size_t i = 0; i < source_pixels * bands; ++i) {
      static_cast<T*>(pixels.data())[i] = static_cast<T>(random() % (sizeof(T) == 1 ? 256 : 10000));
    }
  });
  for (std::size_t i = 0; i < source_pixels; ++i) {
    static_cast<std::uint8_t*>(valid.data())[i] = c.mapping != Mapping::holed || random() % 64 != 0;
  }
  tile.source = {window.width,  window.height,
                 window.width,  static_cast<std::ptrdiff_t>(source_pixels),
                 pixels.data(), static_cast<const std::uint8_t*>(valid.data())};
  tile.output = {kSide,      kSide,
                 kSide,      static_cast<std::ptrdiff_t>(output_pixels),
                 out.data(), static_cast<std::uint8_t*>(states.data())};
  const auto workspace =
      backend->make_workspace({c.type, c.band_count, kSide, kSide, 0, false,
                               ResampleShape::of(window.width, window.height, kSide, kSide, kStepLog2, weights)});
  for (auto _ : state) {
    backend->resample(*workspace, tile, weights);
    benchmark::ClobberMemory();
  }
  const auto samples = static_cast<std::int64_t>(output_pixels * bands);
  state.SetItemsProcessed(state.iterations() * samples);  // items_per_second: samples a second
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(byte_count(c.type)) *
                          (samples + static_cast<std::int64_t>(source_pixels * bands)));
}

void add_all(const std::string& label, const SharedBackend& backend) {
  std::vector<Case> cases;
  const std::pair<const char*, ResampleMethod> methods[] = {{"nearest", ResampleMethod::nearest},
                                                            {"bilinear", ResampleMethod::bilinear},
                                                            {"cubic", ResampleMethod::cubic},
                                                            {"lanczos", ResampleMethod::lanczos}};
  const std::pair<const char*, Mapping> mappings[] = {{"moved", Mapping::moved},
                                                      {"turned", Mapping::turned},
                                                      {"turned_far", Mapping::turned_far},
                                                      {"holed", Mapping::holed}};
  for (const auto& [method_name, method] : methods) {
    for (const auto& [mapping_name, mapping] : mappings) {
      cases.push_back({std::string(method_name) + "/" + mapping_name, method, mapping});
    }
    const std::string turned = std::string(method_name) + "/turned/";
    cases.push_back({turned + "u8", method, Mapping::turned, PixelType::u8});
    cases.push_back({turned + "f32", method, Mapping::turned, PixelType::f32});
    cases.push_back({std::string(method_name) + "/moved/f32", method, Mapping::moved, PixelType::f32});
    cases.push_back({turned + "1band", method, Mapping::turned, PixelType::u16, 1});
    cases.push_back({turned + "scale2.5", method, Mapping::turned, PixelType::u16, 4, 2.5});
  }
  for (const Case& c : cases) {
    benchmark::RegisterBenchmark((label + "/resample/" + c.name).c_str(),
                                 [backend, c](benchmark::State& state) { bench_resample(state, backend, c); })
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
  }
}

}  // namespace
}  // namespace groundshift::bench

int main(int argc, char** argv) {
  return groundshift::bench::run_on_every_backend(argc, argv, groundshift::bench::add_all);
}
