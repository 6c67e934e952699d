// SPDX-License-Identifier: Apache-2.0
// The CPU behind the Backend interface: workers that all callers share.
#include <algorithm>
#include <stdexcept>

#include "kernels/api/executor_parts.hpp"
#include "kernels/cpu/decode_tile.hpp"
#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/gram.hpp"
#include "kernels/cpu/resample.hpp"
#include "kernels/cpu/workers.hpp"
#include "kernels/recipes/check_resample.hpp"
#include "kernels/recipes/check_score.hpp"
#include "kernels/recipes/form_means.hpp"
#include "kernels/recipes/gram_products.hpp"
#include "kernels/recipes/texture_planes.hpp"
#include "kernels/recipes/value_histogram.hpp"
#include "kernels/recipes/weight_op.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace cpu {
namespace {

void require(bool condition, const char* why) {
  if (!condition) throw std::invalid_argument(why);
}

// Callers become workers themselves, so `threads` bounds all arithmetic; those that find it full wait.
class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads) : threads_(threads), workers_(threads) {}

  std::string name() const override { return "cpu"; }

  HostBuffer allocate_host(std::size_t byte_count) override { return allocate_uninitialised(byte_count); }

  std::unique_ptr<Workspace> make_workspace(const WorkspaceShape& shape) override {
    return std::make_unique<Scratch>(shape, threads_);
  }

  std::size_t workspace_bytes(const WorkspaceShape& shape) const override {
    return Scratch::byte_count(shape, threads_);
  }

  DeviceTile* decode(Workspace& workspace, DeviceTile* /*room*/, const PairTile& tile, const PackedTile& packed,
                     std::span<codec::DecodeStatus> statuses) override {
    auto& scratch = dynamic_cast<Scratch&>(workspace);
    require(scratch.decode_shape().takes(packed), "the packed tile is larger than its workspace");
    workers_.run([&] { decode_tile(scratch.plane_decoder(), tile, packed, statuses); });
    return nullptr;
  }

  void value_histogram(Workspace& workspace, const PairTile& tile, std::span<std::uint64_t> bins) override {
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    Executor executor(dynamic_cast<Scratch&>(workspace), {}, bins);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] { value_histogram_of(executor, pair_planes<T>(tile).window(tile.core)); });
    });
  }

  void gram(Workspace& workspace, const PairTile& tile, const GramRecipe& recipe, TileGram& out) override {
    gram_of(workspace, tile, recipe, out, nullptr);
  }

  void gram_and_held_out(Workspace& workspace, const PairTile& tile, const GramRecipe& recipe, TileGram& everything,
                         TileGram& held_out) override {
    require(recipe.subset == GramSubset::everything, "both subsets are of everything");
    gram_of(workspace, tile, recipe, everything, &held_out);
  }

  void form_histogram(Workspace& workspace, const PairTile& tile, const WeightRule& rule,
                      std::span<std::uint64_t> bins) override {
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    require_form(rule, tile);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] {
        Executor executor(dynamic_cast<Scratch&>(workspace), {}, bins);
        executor.form_histogram(core_forms<T>(workspace, tile, rule, rule.box > 1));
      });
    });
  }

  void band_histogram(Workspace& workspace, const PairTile& tile, Date date, std::int32_t band, PixelType source,
                      std::span<std::uint64_t> bins) override {
    require(bins.size() == static_cast<std::size_t>(kFloatBins), "a histogram has kFloatBins counts");
    require(band >= 0 && band < tile.band_count, "a band that the tile has");
    Executor executor(dynamic_cast<Scratch&>(workspace), {}, bins);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const PairPlanes<T> core = pair_planes<T>(tile).window(tile.core);
      workers_.run([&] {
        executor.exact_histogram((date == Date::before ? core.before : core.after).band(band), core.valid, source);
      });
    });
  }

  void score(Workspace& workspace, const PairTile& tile, const ScoreRecipe& recipe, RasterView<float> score) override {
    check_score(tile, recipe, score);
    auto& scratch = dynamic_cast<Scratch&>(workspace);
    const bool spare = needs_spare_planes(recipe);
    const ScorePlanes planes = scratch.planes(tile.width, tile.height, spare || !is_unsmoothed(recipe), spare);
    Executor executor(scratch, recipe.terms, {});
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] { run_score(executor, pair_planes<T>(tile), recipe, tile.core, planes, score); });
    });
  }

  void resample(Workspace& /*workspace*/, const ResampleTile& tile, const ResampleWeights& weights) override {
    check_resample(tile, weights);
    workers_.run([&] { cpu::resample(tile, weights); });
  }

 private:
  void gram_of(Workspace& workspace, const PairTile& tile, const GramRecipe& recipe, TileGram& out,
               TileGram* held_out) {
    require_gram(recipe, tile);
    with_pixel_type(tile.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      workers_.run([&] {
        const CoreForms<T> forms =
            core_forms<T>(workspace, tile, recipe.weight, needs_form(recipe.weight) && recipe.weight.box > 1);
        const PixelWeigher<T> weigher(forms, recipe.subset, recipe.origin_x + tile.core.x,
                                      recipe.origin_y + tile.core.y);
        if (recipe.texture) {
          weighted_gram(texture_core<T>(workspace, tile, *recipe.texture), weigher, GramProducts::all, out, held_out);
        } else {
          weighted_gram(forms.core, weigher, recipe.products, out, held_out);
        }
      });
    });
    if (recipe.texture) return;
    clear_other_products(recipe, tile.band_count, out);
    if (held_out != nullptr) clear_other_products(recipe, tile.band_count, *held_out);
  }

  // The forms over the tile's core; their box means are computed into the workspace when asked for.
  template <class T>
  static CoreForms<T> core_forms(Workspace& workspace, const PairTile& tile, const WeightRule& rule, bool with_means) {
    const PairPlanes<T> planes = pair_planes<T>(tile);
    RasterView<float> means;
    if (with_means) {
      auto& scratch = dynamic_cast<Scratch&>(workspace);
      const Window window = grown(tile.core, rule.halo(), tile.width, tile.height);
      const RasterView<float> raw = scratch.planes(window.width, window.height, true, false).raw;
      means = {scratch.means(), tile.core.width, tile.core.height, tile.core.width};
      Executor executor(scratch, {}, {});
      form_means(executor, planes.window(window), rule, within(tile.core, window), raw, means);
    }
    return {planes.window(tile.core), &rule, {means.data, means.width, means.height, means.row_pitch}};
  }

  // The textures of both dates over the tile's core, in the workspace.
  template <class T>
  static PairPlanes<float> texture_core(Workspace& workspace, const PairTile& tile, const TextureFits& texture) {
    auto& scratch = dynamic_cast<Scratch&>(workspace);
    const SparePlanes spare = scratch.planes(tile.width, tile.height, false, true).spare;
    Executor executor(scratch, {}, {});
    return texture_pair(executor, texture.fits, pair_planes<T>(tile), tile.core, spare.plane[0], spare.plane[1],
                        spare.plane[2]);
  }

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
  return __builtin_cpu_supports("x86-64-v4")   ? "x86-64-v4"
         : __builtin_cpu_supports("x86-64-v3") ? "x86-64-v3"
                                               : "x86-64";
#elif defined(__x86_64__)
  return "x86-64";
#else
  return "generic";
#endif
}

}  // namespace groundshift
