// SPDX-License-Identifier: Apache-2.0
// Weighted moments of integer tiles on the CPU: exact, band of rows by band of rows.
#include <mutex>
#include <vector>

#include "kernels/cpu/gram.hpp"
#include "kernels/cpu/near_chunks.hpp"
#include "kernels/cpu/panel_sums.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/weight_rows.hpp"

namespace groundshift::cpu {
namespace {

static_assert(kPanelChunk == kFormChunk, "weights and products skip the same chunks");

void add_value(ExactSum& sum, Int128 value) {
  sum.add_words(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64));
}

template <int Lanes>
std::int64_t sum_of_lanes(const double* lanes) {
  std::int64_t sum = 0;
  for (int lane = 0; lane < Lanes; ++lane) sum += static_cast<std::int64_t>(lanes[lane]);
  return sum;
}

// The sums of a band of rows, where they are wanted.
struct BandSums {
  explicit BandSums(std::size_t sum_count) : sums(sum_count) {}
  void add(const Moments& moments) {
    count += moments.count;
    add_value(sums[0], static_cast<Int128>(moments.count) * kWeightOne);
    for (std::size_t k = 0; k < moments.sums.size(); ++k) {
      add_value(sums[k + 1], static_cast<Int128>(moments.sums[k]) * kWeightOne);
    }
  }
  std::int64_t count = 0;
  std::vector<ExactSum> sums;
};

// Weights that are all or nothing: plain moments of the pixels that have one, times it.
template <class T>
void add_plain(const PairPlanes<T>& rows, const HeldOutRows& held_out_rows, GramProducts products, BandSums& everything,
               BandSums* held_out) {
  const std::int32_t variables = 2 * rows.before.band_count;
  Moments all(variables), held(variables);
  add_moments<T>(rows, held_out_rows, products, all, held_out != nullptr ? &held : nullptr);
  everything.add(all);
  if (held_out != nullptr) held_out->add(held);
}

template <class T>
void add_weighted(const PairPlanes<T>& rows, const WeightRows& weights, const std::uint8_t* chunk_used, BandSums& out) {
  using Traits = PanelTraits<T>;
  PanelSums<T> panels(rows.before.band_count);
  panels.run(rows, weights.view(), chunk_used, [&](std::size_t index, const double* lanes) {
    Int128 value = 0;
    for (int l = Traits::kLimbs - 1; l >= 0; --l) {
      value = value * (Int128{1} << Traits::kLimbBits) + sum_of_lanes<Traits::kLanes>(lanes + l * Traits::kLanes);
    }
    add_value(out.sums[index], value);
  });
}

// Of 16-bit pixels: chunks whose pixels lie near those of the first one need half of the products.
template <class T>
void add_weighted(const PairPlanes<T>& rows, const WeightRows& weights, BandSums& out) {
  out.count += weights.count();
  if constexpr (sizeof(T) == 1) {
    add_weighted(rows, weights, weights.chunk_used(), out);
  } else {
    const NearChunks chunks = near_chunks(rows, weights.view(), weights.chunk_used());
    if (chunks.any_near) {
      std::vector<Int128> near(out.sums.size(), 0);
      PanelSums<T, CenteredTraits> panels(rows.before.band_count);
      panels.run(
          rows, weights.view(), chunks.near.data(),
          [&](std::size_t index, const double* lanes) { near[index] += sum_of_lanes<CenteredTraits::kLanes>(lanes); },
          {chunks.center.data(), chunks.reach.data()});
      take_centers_back(chunks.center, near);
      for (std::size_t k = 0; k < near.size(); ++k) add_value(out.sums[k], near[k]);
    }
    if (chunks.any_far) add_weighted(rows, weights, chunks.far.data(), out);
  }
}

template <class T>
void add_band(const PairPlanes<T>& rows, const Window& window, const Weigher& weigher, GramProducts products,
              BandSums& everything, BandSums* held_out) {
  const HeldOutRows held_out_rows = weigher.held_out(window);
  if (weigher.is_validity()) return add_plain(rows, held_out_rows, products, everything, held_out);
  WeightRows weights(weigher, window);
  if (weights.count() == 0) return;
  if (weigher.all_or_nothing()) {
    const RasterView<const std::uint32_t> view = weights.view();
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height));
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = view.data[i] != 0 ? 1 : 0;
    add_plain<T>({rows.before, rows.after, {kept.data(), view.width, view.height, view.width}}, held_out_rows, products,
                 everything, held_out);
    return;
  }
  add_weighted(rows, weights, everything);
  if (held_out == nullptr) return;
  weights.keep(held_out_rows);
  if (weights.count() > 0) add_weighted(rows, weights, *held_out);
}

}  // namespace

template <class T>
void weighted_gram(const PairPlanes<T>& core, const Weigher& weigher, GramProducts products, TileGram& out,
                   TileGram* held_out) {
  const auto sum_count = static_cast<std::size_t>(gram_count(2 * core.before.band_count));
  const auto clear = [&](TileGram& gram) {
    gram.count = 0;
    gram.cell_sums.clear();
    gram.integer_sums.assign(sum_count, ExactSum{});
  };
  const auto merge_into = [&](TileGram& gram, const BandSums& band) {
    gram.count += band.count;
    for (std::size_t k = 0; k < sum_count; ++k) gram.integer_sums[k].merge(band.sums[k]);
  };
  clear(out);
  if (held_out != nullptr) clear(*held_out);
  std::mutex merge;  // taken once a band; integers, so the order of bands is free
  for_each_row_band(core.valid.height, [&](std::int32_t first_row, std::int32_t last_row) {
    const Window window{0, first_row, core.valid.width, last_row - first_row};
    BandSums everything(sum_count), held(held_out != nullptr ? sum_count : 0);
    add_band(core.window(window), window, weigher, products, everything, held_out != nullptr ? &held : nullptr);
    if (everything.count == 0) return;
    const std::lock_guard lock(merge);
    merge_into(out, everything);
    if (held_out != nullptr) merge_into(*held_out, held);
  });
}

template void weighted_gram(const PairPlanes<std::uint8_t>&, const Weigher&, GramProducts, TileGram&, TileGram*);
template void weighted_gram(const PairPlanes<std::uint16_t>&, const Weigher&, GramProducts, TileGram&, TileGram*);
template void weighted_gram(const PairPlanes<std::int16_t>&, const Weigher&, GramProducts, TileGram&, TileGram*);

}  // namespace groundshift::cpu
