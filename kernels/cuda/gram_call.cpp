// SPDX-License-Identifier: Apache-2.0
// Which kernels a Gram and a histogram of forms run, and how their sums come back.
#include "kernels/cuda/gram_call.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "kernels/recipes/form_means.hpp"
#include "kernels/recipes/gram_products.hpp"
#include "kernels/recipes/grown.hpp"
#include "kernels/recipes/weight_op.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

// The executor of form_means: the forms of one rule.
struct FormExecutor {
  cudaStream_t stream;
  FormRows rows;
  BoxScratch box;

  template <class T>
  void forms(const PairPlanes<T>& planes, const WeightRule& /*rule*/, const RasterView<float>& out) const {
    GS_CUDA_NAMESPACE::forms(stream, planes, rows, out);
  }
  void box_mean(const RasterView<float>& raw, const Window& at, std::int32_t radius,
                const RasterView<float>& out) const {
    GS_CUDA_NAMESPACE::box_mean(stream, {raw.data, raw.width, raw.height, raw.row_pitch}, at, radius, box, out);
  }
};

// Scratch that a rule's forms need; asked for before anything starts on the device.
struct FormScratch {
  RasterView<float> raw;
  BoxScratch box;
};

FormScratch form_scratch(const DeviceWorkspace& slot, const Window& window, const WeightRule& rule) {
  if (rule.box == 1) return {};
  return {slot.planes(window.width, window.height, true, false).raw, slot.box_scratch(rule.halo())};
}

// T of the rule at the pixels of `core` of the planes.
template <class T>
RasterView<const float> scaled_forms(const DeviceWorkspace& slot, const PairPlanes<T>& planes, const Window& core,
                                     const WeightRule& rule, const FormRows& rows, const FormScratch& scratch) {
  const RasterView<float> values = slot.scores(core);
  FormExecutor executor{slot.stream(), rows, scratch.box};
  if (rule.box == 1) {
    executor.forms(planes.window(core), rule, values);
  } else {
    form_means(executor, planes, rule, core, scratch.raw, values);
  }
  scale(slot.stream(), rule.scale, values);
  return {values.data, values.width, values.height, values.row_pitch};
}

std::int64_t cells_of(const Window& core) {
  const auto cells = [](std::int32_t side) { return std::int64_t{(side + kCellSize - 1) / kCellSize}; };
  return cells(core.width) * cells(core.height);
}

// The sums of integers as the device holds them: high * 2^32 + low.
void copy_out(const unsigned long long* staged, std::size_t sum_count, std::vector<ExactSum>& sums) {
  sums.resize(sum_count);
  for (std::size_t k = 0; k < sum_count; ++k) {
    SplitSum split;
    std::memcpy(&split, staged + 2 * k, sizeof(split));
    const Int128 value =
        static_cast<Int128>(static_cast<std::int64_t>(split.high)) * (Int128{1} << 32) + static_cast<Int128>(split.low);
    sums[k] = {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)};
  }
}

}  // namespace

void run_gram(DeviceWorkspace& slot, const PairTile& tile, const GramRecipe& recipe, TileGram& out) {
  require_gram(recipe, tile);
  const WeightRule& rule = recipe.weight;
  const bool formed = needs_form(rule);
  const bool exact = is_integer(tile.type) && !recipe.texture;
  const std::int32_t halo = std::max(formed ? rule.halo() : 0, recipe.texture ? kTextureRadius : 0);
  const Window window = grown(tile.core, halo, tile.width, tile.height);
  const Window core = within(tile.core, window);
  const auto sum_count = static_cast<std::size_t>(gram_count(recipe.texture ? 2 : 2 * tile.band_count)) *
                         static_cast<std::size_t>(exact ? 1 : cells_of(core));
  const std::size_t words = exact ? 2 * sum_count : sum_count;
  if (words >= slot.sums().count()) throw std::invalid_argument("the tile is larger than its workspace");
  const FormScratch scratch = formed ? form_scratch(slot, window, rule) : FormScratch{};
  const SparePlanes spare =
      recipe.texture ? slot.planes(window.width, window.height, false, true).spare : SparePlanes{};

  const CallScope scope(slot, "gram");
  unsigned long long* const sums = slot.sums().data();
  unsigned long long* const count = sums + words;
  GS_CUDA_TRY(cudaMemsetAsync(sums, 0, (words + 1) * sizeof(unsigned long long), slot.stream()));
  const HeldRule held = slot.copy_in_rule(rule, recipe.texture ? &recipe.texture->fits : nullptr);
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const PairPlanes<T> planes = slot.copy_in<T>(tile, window);
    const PairPlanes<T> pixels = planes.window(core);
    const RasterView<std::uint32_t> weights = slot.weights(core);
    const RasterView<const std::uint32_t> weighed{weights.data, weights.width, weights.height, weights.row_pitch};
    const RasterView<const float> forms =
        formed ? scaled_forms(slot, planes, core, rule, held.form, scratch) : RasterView<const float>{};
    const WeighedPixels which{recipe.subset, recipe.origin_x + tile.core.x, recipe.origin_y + tile.core.y};
    weigh(slot.stream(), rule, held.table, forms, pixels.valid, which, weights, count);
    if (recipe.texture) {
      cell_gram(slot.stream(), texture(slot.stream(), planes, held.texture, core, spare), weighed,
                reinterpret_cast<double*>(sums));
    } else if constexpr (std::is_same_v<T, float>) {
      cell_gram(slot.stream(), pixels, weighed, reinterpret_cast<double*>(sums));
    } else {
      integer_gram(slot.stream(), pixels, weighed, reinterpret_cast<SplitSum*>(sums));
    }
  });
  const unsigned long long* const staged = slot.staging().data();
  GS_CUDA_TRY(cudaMemcpyAsync(slot.staging().data(), sums, (words + 1) * sizeof(unsigned long long),
                              cudaMemcpyDeviceToHost, slot.stream()));
  slot.wait();
  out.count = static_cast<std::int64_t>(staged[words]);
  out.integer_sums.clear();
  out.cell_sums.clear();
  if (exact) {
    copy_out(staged, sum_count, out.integer_sums);
  } else {
    out.cell_sums.resize(sum_count);
    std::memcpy(out.cell_sums.data(), staged, sum_count * sizeof(double));
  }
  if (!recipe.texture) clear_other_products(recipe, tile.band_count, out);
}

void start_form_histogram(DeviceWorkspace& slot, const PairTile& tile, const WeightRule& rule) {
  require_form(rule, tile);
  const Window window = grown(tile.core, rule.halo(), tile.width, tile.height);
  const FormScratch scratch = form_scratch(slot, window, rule);
  const HeldRule held = slot.copy_in_rule(rule, nullptr);
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const PairPlanes<T> planes = slot.copy_in<T>(tile, window);
    const RasterView<const float> forms =
        scaled_forms(slot, planes, within(tile.core, window), rule, held.form, scratch);
    histogram<float>(slot.stream(), forms, nullptr, 0, slot.bins().data());
  });
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
