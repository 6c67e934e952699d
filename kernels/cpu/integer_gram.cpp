// SPDX-License-Identifier: Apache-2.0
// Weighted moments of integer tiles on the CPU: exact, band of rows by band of rows.
#include <mutex>
#include <vector>

#include "kernels/cpu/gram.hpp"
#include "kernels/cpu/panel_sums.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/weight_rows.hpp"

namespace groundshift::cpu {
namespace {

static_assert(kPanelChunk == kFormChunk, "weights and products skip the same chunks");

void add_value(ExactSum& sum, Int128 value) {
  sum.add_words(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64));
}

// Weights that are all or nothing: plain moments of the pixels that have one, times it.
template <class T>
void add_unit_gram(const PairPlanes<T>& rows, const WeightRows& weights, std::vector<ExactSum>& sums) {
  const RasterView<const std::uint32_t> view = weights.view();
  std::vector<std::uint8_t> kept(static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height));
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = view.data[i] != 0 ? 1 : 0;
  std::vector<std::int64_t> plain(sums.size() - 1, 0);
  std::int64_t count = 0;
  add_moments<T>({rows.before, rows.after, {kept.data(), view.width, view.height, view.width}}, 0, view.height, plain,
                 count);
  add_value(sums[0], static_cast<Int128>(count) * kWeightOne);
  for (std::size_t k = 0; k < plain.size(); ++k) add_value(sums[k + 1], static_cast<Int128>(plain[k]) * kWeightOne);
}

template <class T>
void add_weighted_gram(const PairPlanes<T>& rows, const WeightRows& weights, std::vector<ExactSum>& sums) {
  using Traits = PanelTraits<T>;
  PanelSums<T> panels(rows.before.band_count);
  panels.run(rows, weights.view(), weights.chunk_used(), [&](std::size_t index, const double* lanes) {
    Int128 value = 0;
    for (int l = Traits::kLimbs - 1; l >= 0; --l) {
      std::int64_t limb = 0;
      for (int lane = 0; lane < Traits::kLanes; ++lane) {
        limb += static_cast<std::int64_t>(lanes[l * Traits::kLanes + lane]);
      }
      value = value * (Int128{1} << Traits::kLimbBits) + limb;
    }
    add_value(sums[index], value);
  });
}

}  // namespace

template <class T>
void weighted_gram(const PairPlanes<T>& core, const Weigher& weigher, TileGram& out) {
  const auto sum_count = static_cast<std::size_t>(gram_count(2 * core.before.band_count));
  out.count = 0;
  out.cell_sums.clear();
  out.integer_sums.assign(sum_count, ExactSum{});
  std::mutex merge;  // taken once a band; integers, so the order of bands is free
  for_each_row_band(core.valid.height, [&](std::int32_t first_row, std::int32_t last_row) {
    const Window window{0, first_row, core.valid.width, last_row - first_row};
    const WeightRows weights(weigher, window);
    if (weights.count() == 0) return;
    std::vector<ExactSum> sums(sum_count);
    weigher.all_or_nothing() ? add_unit_gram(core.window(window), weights, sums)
                             : add_weighted_gram(core.window(window), weights, sums);
    const std::lock_guard lock(merge);
    out.count += weights.count();
    for (std::size_t k = 0; k < sum_count; ++k) out.integer_sums[k].merge(sums[k]);
  });
}

template void weighted_gram(const PairPlanes<std::uint8_t>&, const Weigher&, TileGram&);
template void weighted_gram(const PairPlanes<std::uint16_t>&, const Weigher&, TileGram&);
template void weighted_gram(const PairPlanes<std::int16_t>&, const Weigher&, TileGram&);

}  // namespace groundshift::cpu
