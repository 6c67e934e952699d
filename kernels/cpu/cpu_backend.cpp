// SPDX-License-Identifier: Apache-2.0
// The CPU behind the Backend interface: workers that all callers share.
#include <algorithm>
#include <new>
#include <stdexcept>

#include "kernels/api/executor_parts.hpp"
#include "kernels/cpu/clones.hpp"
#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/workers.hpp"
#include "kernels/recipes/check_score.hpp"
#include "kernels/recipes/value_histogram.hpp"

namespace groundshift {
namespace cpu {
namespace {

constexpr std::align_val_t kAlignment{64};

void require(bool condition, const char* why) {
  if (!condition) throw std::invalid_argument(why);
}

// Callers become workers themselves, so `threads` bounds all arithmetic; those that find it full wait.
class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads) : threads_(threads), workers_(threads) {}

  std::string name() const override { return "cpu"; }

  HostBuffer allocate_host(std::size_t byte_count) override {
    void* data = ::operator new(std::max<std::size_t>(byte_count, 1), kAlignment);
    return {data, byte_count, [](void* p) noexcept { ::operator delete(p, kAlignment); }};
  }

  std::unique_ptr<Workspace> make_workspace(const WorkspaceShape& shape) override {
    return std::make_unique<Scratch>(shape, threads_);
  }

  std::size_t workspace_bytes(const WorkspaceShape& shape) const override {
    return Scratch::byte_count(shape, threads_);
  }

  void moments(Workspace& /*workspace*/, const PairTile& tile, TileMoments& out) override {
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] { gram(pair_planes<T>(tile).window(tile.core), out); });
    });
  }

  void value_histogram(Workspace& workspace, const PairTile& tile, std::span<std::uint64_t> bins) override {
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    Executor executor(dynamic_cast<Scratch&>(workspace), {}, bins);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] { value_histogram_of(executor, pair_planes<T>(tile).window(tile.core)); });
    });
  }

  void score(Workspace& workspace, const PairTile& tile, const ScoreRecipe& recipe, RasterView<float> score,
             std::span<std::uint64_t> bins) override {
    check_score(tile, recipe, score, bins.size());
    auto& scratch = dynamic_cast<Scratch&>(workspace);
    const bool spare = needs_spare_planes(recipe);
    const ScorePlanes planes = scratch.planes(tile.width, tile.height, spare || !is_unsmoothed(recipe), spare);
    Executor executor(scratch, recipe.terms, bins);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] { run_score(executor, pair_planes<T>(tile), recipe, tile.core, planes, score); });
    });
  }

 private:
  int threads_;
  Workers workers_;
};

}  // namespace
}  // namespace cpu

std::unique_ptr<Backend> make_cpu_backend(int threads) {
  cpu::require(threads >= 1, "the CPU backend needs at least one thread");
  return std::make_unique<cpu::CpuBackend>(threads);
}

std::string cpu_feature_level() {
#if GS_HAVE_CLONES
  return __builtin_cpu_supports("x86-64-v3") ? "x86-64-v3" : "x86-64";
#elif defined(__x86_64__)
  return "x86-64";
#else
  return "generic";
#endif
}

}  // namespace groundshift
