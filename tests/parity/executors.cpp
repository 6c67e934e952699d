// SPDX-License-Identifier: Apache-2.0
// Makes the backends under test and drives them tile by tile.
#include "tests/parity/executors.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "kernels/recipes/check_score.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/fibre/order.hpp"

namespace groundshift::parity {
namespace {

constexpr int kThreads = 4;
constexpr std::uint32_t kShuffleSeed = 20;

}  // namespace

std::string name_of(Executor executor) {
  switch (executor) {
    case Executor::cpu_one_thread: return "cpu1";
    case Executor::cpu_threads: return "cpu4";
    case Executor::fibre_forward: return "fibreForward";
    case Executor::fibre_reversed: return "fibreReversed";
    case Executor::fibre_shuffled: return "fibreShuffled";
    case Executor::cuda: break;
  }
  return "cuda";
}

void PrintTo(Executor executor, std::ostream* out) { *out << name_of(executor); }

std::string reason_to_skip(Executor executor) {
  if (executor != Executor::cuda) return "";
  const char* required = std::getenv("GS_REQUIRE_GPU");
  if (required != nullptr && std::string_view(required) == "1") return "";
  const Capabilities found = capabilities();
  return found.devices.empty() ? "no CUDA device: " + found.cuda_unusable_because : "";
}

std::unique_ptr<Backend> make_backend(Executor executor) {
  switch (executor) {
    case Executor::cpu_one_thread: return make_cpu_backend(1);
    case Executor::cpu_threads: return make_cpu_backend(kThreads);
    case Executor::fibre_forward: gs_fibre::set_order(gs_fibre::Order::forward); return make_fibre_backend();
    case Executor::fibre_reversed: gs_fibre::set_order(gs_fibre::Order::reversed); return make_fibre_backend();
    case Executor::fibre_shuffled:
      gs_fibre::set_order(gs_fibre::Order::shuffled, kShuffleSeed);
      return make_fibre_backend();
    case Executor::cuda: break;
  }
  return make_cuda_backend(0);
}

WorkspaceShape workspace_shape(const Scene& scene, const std::vector<Window>& cores, std::int32_t halo,
                               bool window_scores) {
  WorkspaceShape shape{scene.type, scene.band_count, 0, 0, halo, window_scores};
  for (const Window& core : cores) {
    const PairTile tile = scene.tile(core, halo);
    shape.width = std::max(shape.width, tile.width);
    shape.height = std::max(shape.height, tile.height);
  }
  return shape;
}

ImageScores score_image(Backend& backend, const Scene& scene, const ScoreRecipe& recipe, std::int32_t tile_size) {
  const std::vector<Window> cores = cores_of(scene, tile_size);
  const auto workspace =
      backend.make_workspace(workspace_shape(scene, cores, recipe.halo(), needs_spare_planes(recipe)));
  ImageScores image;
  image.scores.assign(static_cast<std::size_t>(scene.width) * static_cast<std::size_t>(scene.height), -1.0f);
  for (const Window& core : cores) {
    const RasterView<float> out{image.scores.data() + std::ptrdiff_t{core.y} * scene.width + core.x, core.width,
                                core.height, scene.width};
    backend.score(*workspace, scene.tile(core, recipe.halo()), recipe, out);
  }
  return image;
}

std::vector<std::uint64_t> image_histogram(Backend& backend, const Scene& scene, std::int32_t tile_size) {
  const std::vector<Window> cores = cores_of(scene, tile_size);
  const auto workspace = backend.make_workspace(workspace_shape(scene, cores, 0, false));
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (const Window& core : cores) backend.value_histogram(*workspace, scene.tile(core, 0), bins);
  return bins;
}

}  // namespace groundshift::parity
