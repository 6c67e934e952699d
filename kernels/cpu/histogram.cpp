// SPDX-License-Identifier: Apache-2.0
// Histograms over the float bins on the CPU: one a worker, added up at the end (integers, so the order is free).
#include <algorithm>
#include <memory>
#include <type_traits>

#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/workers.hpp"
#include "kernels/math/float_bins.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

constexpr std::int32_t kChunk = 512;          // pixels whose bins are computed before they are counted
constexpr std::uint32_t kNoBin = kFloatBins;  // what is not counted
constexpr std::int32_t kMergeBins = 8192;     // bins of one merge task

template <class T>
GS_CLONES void bins_of(const T* __restrict values, const std::uint8_t* __restrict valid, std::int32_t count,
                       std::uint32_t* __restrict bins) {
  for (std::int32_t x = 0; x < count; ++x) {
    const float value = static_cast<float>(values[x]);
    bins[x] = (valid[x] == 1 && value == value) ? float_bin(value) : kNoBin;
  }
}

template <class T>
GS_CLONES void exact_bins_of(const T* __restrict values, const std::uint8_t* __restrict valid, std::int32_t count,
                             ValueBins bin_of, std::uint32_t* __restrict bins) {
  for (std::int32_t x = 0; x < count; ++x) {
    bins[x] = (valid[x] == 1 && values[x] == values[x]) ? bin_of(values[x]) : kNoBin;
  }
}

void count_bins(const std::uint32_t* bins, std::int32_t count, std::uint32_t* counts) {
  for (std::int32_t x = 0; x < count; ++x) {
    if (bins[x] != kNoBin) ++counts[bins[x]];
  }
}

GS_CLONES void add_and_clear(std::uint32_t* __restrict local, std::uint64_t* __restrict total, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) {
    total[i] += local[i];
    local[i] = 0;
  }
}

// Shares the rows among the local histograms, fills those side by side (row_bins(x0, y, count, out) names the bins of a
// piece of a row), adds them to `total` and leaves them zero.
template <class RowBins>
void count_rows(std::int32_t width, std::int32_t height, std::vector<std::vector<std::uint32_t>>& local,
                std::span<std::uint64_t> total, const RowBins& row_bins) {
  const std::int64_t share_count =
      std::min<std::int64_t>(static_cast<std::int64_t>(local.size()), (height + kBandRows - 1) / kBandRows);
  for_each_index(share_count, [&](std::int64_t share) {
    const auto first = static_cast<std::int32_t>(height * share / share_count);
    const auto last = static_cast<std::int32_t>(height * (share + 1) / share_count);
    std::uint32_t* counts = local[static_cast<std::size_t>(share)].data();
    std::uint32_t bins[kChunk];
    for (std::int32_t y = first; y < last; ++y) {
      for (std::int32_t x0 = 0; x0 < width; x0 += kChunk) {
        const std::int32_t count = std::min(kChunk, width - x0);
        row_bins(x0, y, count, bins);
        count_bins(bins, count, counts);
      }
    }
  });
  for_each_index(kFloatBins / kMergeBins, [&](std::int64_t part) {
    const auto first = static_cast<std::int32_t>(part) * kMergeBins;
    for (std::int64_t share = 0; share < share_count; ++share) {
      add_and_clear(local[static_cast<std::size_t>(share)].data() + first, total.data() + first, kMergeBins);
    }
  });
}

}  // namespace

template <class T>
void Executor::value_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid) {
  count_rows(values.width, values.height, scratch_.local_bins(), bins_,
             [&](std::int32_t x0, std::int32_t y, std::int32_t count, std::uint32_t* bins) {
               bins_of<T>(values.row(y) + x0, valid.row(y) + x0, count, bins);
             });
}

template <class T>
void Executor::exact_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid,
                               PixelType source) {
  const ValueBins bin_of{is_integer(source), source == PixelType::i16 ? -32768.0f : 0.0f};
  count_rows(values.width, values.height, scratch_.local_bins(), bins_,
             [&](std::int32_t x0, std::int32_t y, std::int32_t count, std::uint32_t* bins) {
               exact_bins_of<T>(values.row(y) + x0, valid.row(y) + x0, count, bin_of, bins);
             });
}

template <class T>
void Executor::form_histogram(const CoreForms<T>& forms) {
  static_assert(kChunk % kFormChunk == 0);
  const RasterView<const std::uint8_t> valid = forms.core.valid;
  count_rows(valid.width, valid.height, scratch_.local_bins(), bins_,
             [&](std::int32_t x0, std::int32_t y, std::int32_t count, std::uint32_t* bins) {
               const auto scratch = std::make_unique_for_overwrite<float[]>(forms.scratch_count());
               float values[kChunk];
               for (std::int32_t x = 0; x < count; x += kFormChunk) {
                 forms.values(y, x0 + x, std::min(kFormChunk, count - x), scratch.get(), values + x);
               }
               bins_of<float>(values, valid.row(y) + x0, count, bins);
             });
}

template void Executor::value_histogram(const RasterView<const std::uint8_t>&, const RasterView<const std::uint8_t>&);
template void Executor::value_histogram(const RasterView<const std::uint16_t>&, const RasterView<const std::uint8_t>&);
template void Executor::value_histogram(const RasterView<const std::int16_t>&, const RasterView<const std::uint8_t>&);
template void Executor::value_histogram(const RasterView<const float>&, const RasterView<const std::uint8_t>&);
template void Executor::exact_histogram(const RasterView<const std::uint8_t>&, const RasterView<const std::uint8_t>&,
                                        PixelType);
template void Executor::exact_histogram(const RasterView<const std::uint16_t>&, const RasterView<const std::uint8_t>&,
                                        PixelType);
template void Executor::exact_histogram(const RasterView<const std::int16_t>&, const RasterView<const std::uint8_t>&,
                                        PixelType);
template void Executor::exact_histogram(const RasterView<const float>&, const RasterView<const std::uint8_t>&,
                                        PixelType);
template void Executor::form_histogram(const CoreForms<std::uint8_t>&);
template void Executor::form_histogram(const CoreForms<std::uint16_t>&);
template void Executor::form_histogram(const CoreForms<std::int16_t>&);
template void Executor::form_histogram(const CoreForms<float>&);

}  // namespace groundshift::cpu
