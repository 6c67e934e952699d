// SPDX-License-Identifier: Apache-2.0
// Pixel scores on the device and the executor that the score recipe runs on; included by one file a pixel type.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/plane_kernels.cuh"
#include "kernels/math/transcendental.hpp"
#include "kernels/recipes/band_count.hpp"
#include "kernels/recipes/score_tile.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Neighbouring pixels of one thread: what a 16-byte load brings, but few enough that their states stay in registers.
template <class T, class Op>
inline constexpr int kPixelsPerThread = sizeof(typename Op::State) > 8
                                            ? 4
                                            : (16 / sizeof(T) < 8 ? static_cast<int>(16 / sizeof(T)) : 8);

/// The fits as a kernel argument: known band counts read constants, any count reads the table in device memory.
template <int Bands>
struct FitTable {
  BandFit own[Bands == kAnyBands ? 1 : Bands];
  const BandFit* all;

  GS_HD BandFit operator()(int band) const {
    if constexpr (Bands == kAnyBands) {
      return all[band];
    } else {
      return own[band];
    }
  }
};

template <class T, int Count>
struct alignas(sizeof(T) * Count) Pack {
  T value[Count];
};

/// `Count` neighbours by one load; the address is a multiple of sizeof(T) * Count.
template <class T, int Count>
GS_HD Pack<T, Count> load_pack(const T* address) {
  Pack<T, Count> pack;
  std::memcpy(&pack, __builtin_assume_aligned(address, sizeof(pack)), sizeof(pack));
  return pack;
}

/// The first `count` neighbours one by one, the others zero.
template <class T, int Count>
GS_HD Pack<T, Count> load_some(const T* address, int count) {
  Pack<T, Count> pack{};
  for (int i = 0; i < Count; ++i) {
    if (i < count) pack.value[i] = address[i];
  }
  return pack;
}

/// Stores all `Count` scores in 16-byte pieces (the address is a multiple of 16), or the first `count` one by one.
template <int Count>
GS_HD void store_scores(const float (&scores)[Count], bool whole, int count, float* address) {
  if (whole) {
    static_assert(Count % 4 == 0);
#pragma unroll
    for (int i = 0; i < Count; i += 4) {
      const Pack<float, 4> pack{{scores[i], scores[i + 1], scores[i + 2], scores[i + 3]}};
      *reinterpret_cast<Pack<float, 4>*>(address + i) = pack;  // a struct of floats over floats: one wide store
    }
  } else {
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      if (i < count) address[i] = scores[i];
    }
  }
}

/// A thread scores kPixelsPerThread neighbours of a row. `aligned`: every row of every plane starts at a multiple of
/// the pack's size, and every row of `out` at one of 16 bytes, so that whole packs can be moved at once.
template <class T, class Op, int Bands>
__global__ void score_kernel(PairPlanes<T> planes, FitTable<Bands> fits, Op op, bool aligned, int blocks_across,
                             RasterView<float> out) {
  constexpr int kCount = kPixelsPerThread<T, Op>;
  const PixelPlace place = pixel_place(blocks_across);
  const int x = place.x * kCount;
  const int y = place.y;
  if (x >= out.width || y >= out.height) return;
  const int count = out.width - x < kCount ? out.width - x : kCount;
  const bool whole = aligned && count == kCount;
  const int band_count = Bands == kAnyBands ? planes.before.band_count : Bands;

  typename Op::State states[kCount];
#pragma unroll
  for (int i = 0; i < kCount; ++i) states[i] = op.start();
#pragma unroll
  for (int b = 0; b < band_count; ++b) {
    const T* before_row = planes.before.band(b).row(y) + x;
    const T* after_row = planes.after.band(b).row(y) + x;
    const auto before = whole ? load_pack<T, kCount>(before_row) : load_some<T, kCount>(before_row, count);
    const auto after = whole ? load_pack<T, kCount>(after_row) : load_some<T, kCount>(after_row, count);
    const BandFit fit = fits(b);
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
      op.add(states[i], static_cast<float>(before.value[i]), static_cast<float>(after.value[i]), fit);
    }
  }

  const std::uint8_t* valid_row = planes.valid.row(y) + x;
  const auto valid =
      whole ? load_pack<std::uint8_t, kCount>(valid_row) : load_some<std::uint8_t, kCount>(valid_row, count);
  float scores[kCount];
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    const float score = op.finish(states[i], static_cast<float>(band_count));
    scores[i] = (valid.value[i] != 0 && score == score) ? score : math::quiet_nan();
  }
  store_scores<kCount>(scores, whole, count, out.row(y) + x);
}

/// Whether packs of `count` pixels can be moved at once in every row of the planes and of the scores.
template <class T>
bool rows_aligned(const PairPlanes<T>& planes, const RasterView<float>& out, int count) {
  const auto multiple = [](const void* address, std::ptrdiff_t a, std::ptrdiff_t b, std::size_t pack) {
    const auto size = static_cast<std::ptrdiff_t>(pack);
    return reinterpret_cast<std::uintptr_t>(address) % pack == 0 && a % size == 0 && b % size == 0;
  };
  const auto plane = [&](const PlanarView<const T>& p) {
    return multiple(p.data, p.row_pitch * static_cast<std::ptrdiff_t>(sizeof(T)),
                    p.band_pitch * static_cast<std::ptrdiff_t>(sizeof(T)), sizeof(T) * static_cast<std::size_t>(count));
  };
  return plane(planes.before) && plane(planes.after) &&
         multiple(planes.valid.data, planes.valid.row_pitch, 0, static_cast<std::size_t>(count)) &&
         multiple(out.data, out.row_pitch * static_cast<std::ptrdiff_t>(sizeof(float)), 0, 16);
}

/// The verbs of the score recipe on one stream; what they do is said at the CPU executor's.
class Executor {
 public:
  using Fits = HeldFits;
  using Term = HeldTerm;

  Executor(cudaStream_t stream, const ScoreMemory& memory) : stream_(stream), memory_(memory) {}

  const Term& term(std::size_t index) const { return memory_.terms[index]; }

  template <class T, class Op>
  void for_each_pixel(const Op& op, const Fits& held, const PairPlanes<T>& planes, const RasterView<float>& out) {
    constexpr int kCount = kPixelsPerThread<T, Op>;
    const PixelGrid grid = pixel_grid(out.width, out.height, kCount);
    const bool aligned = rows_aligned(planes, out, kCount);
    with_band_count(planes.before.band_count, [&](auto bands) {
      constexpr int kBands = decltype(bands)::value;
      FitTable<kBands> fits{};
      if constexpr (kBands != kAnyBands) std::copy_n(held.host.begin(), kBands, fits.own);
      fits.all = held.device;
      GS_LAUNCH((score_kernel<T, Op, kBands>), grid.blocks, grid.threads, 0, stream_, planes, fits, op, aligned,
                grid.across, out);
    });
  }

  template <class T>
  void project(const Term& held, FormCombination combination, const PairPlanes<T>& planes,
               const RasterView<float>& out) {
    const PixelGrid grid = pixel_grid(out.width, out.height);
    const FormGroups forms{{held.forms[0], held.forms[1], held.forms[2]}, group_count(combination)};
    GS_LAUNCH((project_kernel<T>), grid.blocks, grid.threads, 0, stream_, planes, forms, CombineForms{combination},
              grid.across, out);
  }

  template <class T, class Op>
  void window_scores(const Op& op, const Fits& held, const PairPlanes<T>& planes, const Window& at, std::int32_t radius,
                     const RasterView<float>& out) {
    const PixelGrid grid = pixel_grid(out.width, out.height);
    GS_LAUNCH((window_kernel<T, Op>), grid.blocks, grid.threads, 0, stream_, planes, held.device, op, at, radius,
              grid.across, out);
  }

  template <class F, class... In>
  void map(const F& f, const RasterView<float>& out, const RasterView<In>&... in) {
    const PixelGrid grid = pixel_grid(out.width, out.height);
    GS_LAUNCH((map_kernel<F, In...>), grid.blocks, grid.threads, 0, stream_, f, grid.across, out, in...);
  }

  void box_mean(const RasterView<float>& raw, const Window& at, std::int32_t radius, const RasterView<float>& out) {
    GS_CUDA_NAMESPACE::box_mean(stream_, constant(raw), at, radius, memory_.box, out);
  }

  void multiply_means(const RasterView<float>& raw, const Window& at, std::span<const std::int32_t> sides,
                      const FactorPart& part, const RasterView<double>& product, const RasterView<float>& out) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const bool smoothed = sides[i] > 1;
      if (smoothed) box_mean(raw, at, sides[i] / 2, out);
      GS_CUDA_NAMESPACE::multiply_means(stream_, constant(smoothed ? out : window_of(raw, at)), part.first && i == 0,
                                        part.last && i + 1 == sides.size(), part.factor_count, product, out);
    }
  }

  void texture(const RasterView<float>& levels, const Window& at, const RasterView<float>& out) {
    GS_CUDA_NAMESPACE::texture(stream_, constant(levels), at, out);
  }

 private:
  static RasterView<const float> constant(const RasterView<float>& view) {
    return {view.data, view.width, view.height, view.row_pitch};
  }

  cudaStream_t stream_;
  ScoreMemory memory_;
};

template <class T>
void score(cudaStream_t stream, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
           const RasterView<float>& out, const ScoreMemory& memory) {
  Executor executor(stream, memory);
  score_tile(executor, planes, recipe, core, memory.planes, out);
}

template <class T>
PairPlanes<float> texture(cudaStream_t stream, const PairPlanes<T>& planes, const HeldFits& fits, const Window& at,
                          const SparePlanes& scratch) {
  Executor executor(stream, ScoreMemory{});
  return texture_pair(executor, fits, planes, at, scratch.plane[0], scratch.plane[1], scratch.plane[2]);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
