// SPDX-License-Identifier: Apache-2.0
// The kernels of this room as plain functions: what the host side calls without needing the device compiler.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/api/score_recipe.hpp"
#include "kernels/cuda/runtime.hpp"
#include "kernels/math/float_bins.hpp"
#include "kernels/ops/quadratic_form.hpp"
#include "kernels/ops/resample.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/recipes/score_tile.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

// Every function works asynchronously on `stream`; all views and pointers name device memory. The results are there
// when the stream has been waited for. Throws DeviceFault when a launch fails.

/// Box means up to this radius are summed in shared memory: (32 + 2 radius) rows of 32 sums of 8 bytes <= 48 KiB.
inline constexpr std::int32_t kMaxSharedRadius = 80;

/// Row sums of the wider box means; as many values as the core is wide times the rows its windows touch.
struct BoxScratch {
  float* row_sums = nullptr;
  std::int32_t* row_counts = nullptr;
};

/// Box mean (ops/box_mean.hpp) of `raw` at the pixels of `core` into `out` (core.width x core.height).
void box_mean(cudaStream_t stream, const RasterView<const float>& raw, const Window& core, std::int32_t radius,
              const BoxScratch& scratch, const RasterView<float>& out);

/// Multiplies `product` (from its start with `first`) by the factors of `means`, and with `last` writes the geometric
/// mean of `factor_count` factors to `out` (ops/geometric_mean.hpp). All views have one size; `out` may be `means`.
void multiply_means(cudaStream_t stream, const RasterView<const float>& means, bool first, bool last,
                    std::int32_t factor_count, const RasterView<double>& product, const RasterView<float>& out);

/// Texture (ops/texture.hpp) of a plane of levels at the pixels of `at` into `out` (as large as `at`).
void texture(cudaStream_t stream, const RasterView<const float>& levels, const Window& at,
             const RasterView<float>& out);

/// Adds the values to `bins` (kFloatBins counts), NaN and those whose validity is not 1 left out; `valid` may be null:
/// all are counted.
/// T: the four pixel types.
template <class T>
void histogram(cudaStream_t stream, const RasterView<const T>& values, const std::uint8_t* valid,
               std::ptrdiff_t valid_pitch, unsigned long long* bins);

/// The same into the bins of exact_bin (math/float_bins.hpp).
template <class T>
void exact_histogram(cudaStream_t stream, const RasterView<const T>& values,
                     const RasterView<const std::uint8_t>& valid, const ValueBins& bin_of, unsigned long long* bins);

/// T_0 (ops/quadratic_form.hpp) at every pixel of the planes into `out` (same size), NaN where the validity is not 1.
/// T: the four pixel types.
template <class T>
void forms(cudaStream_t stream, const PairPlanes<T>& planes, const FormRows& rows, const RasterView<float>& out);

/// values = factor * values.
void scale(cudaStream_t stream, float factor, const RasterView<float>& values);

/// Which of a core's pixels are weighed; its first one is (first_x, first_y) of the grid.
struct WeighedPixels {
  GramSubset subset = GramSubset::everything;
  std::int32_t first_x = 0;
  std::int32_t first_y = 0;
};

/// Weights of the rule from `forms` (T itself; data null for weights that need none) into `weights`, 0 where the
/// validity is not 1; adds the number of weights above 0 to `count`. All views have one size. table : rule.table in
/// device memory.
void weigh(cudaStream_t stream, const WeightRule& rule, const std::uint32_t* table,
           const RasterView<const float>& forms, const RasterView<const std::uint8_t>& valid,
           const WeighedPixels& pixels, const RasterView<std::uint32_t>& weights, unsigned long long* count);

/// An exact sum that blocks add to in any order: value = high * 2^32 + low, high in two's complement.
struct SplitSum {
  unsigned long long low;
  unsigned long long high;
};

/// Adds the weighted moments of `core` to `sums` (gram_count values in the order of TileGram). T: the integer types.
template <class T>
void integer_gram(cudaStream_t stream, const PairPlanes<T>& core, const RasterView<const std::uint32_t>& weights,
                  SplitSum* sums);

/// Writes the weighted cell sums of `core` (cells row-major, gram_count values each). core : its validity is not read
void cell_gram(cudaStream_t stream, const PairPlanes<float>& core, const RasterView<const std::uint32_t>& weights,
               double* sums);

/// Band fits on both sides: kernels of known band counts take them as arguments, the others read the device's.
struct HeldFits {
  std::span<const BandFit> host;
  const BandFit* device = nullptr;
};

/// One term's numbers where the kernels read them; `forms` (of a projection) point into device memory.
struct HeldTerm {
  HeldFits fits;
  FormRows forms[3];
};

/// Where a score runs: the device memory of one workspace.
struct ScoreMemory {
  std::span<const HeldTerm> terms;
  ScorePlanes planes;
  BoxScratch box;
};

/// score_tile. T: the four pixel types.
template <class T>
void score(cudaStream_t stream, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
           const RasterView<float>& out, const ScoreMemory& memory);

/// texture_pair over `at`, in the three planes (each as large as `planes`). T: the four pixel types.
template <class T>
PairPlanes<float> texture(cudaStream_t stream, const PairPlanes<T>& planes, const HeldFits& fits, const Window& at,
                          const SparePlanes& scratch);

/// Every pixel of `out` and `states` (one size) out of a source window (ops/resample.hpp). T: the four pixel types.
template <class T>
void resample(cudaStream_t stream, const PlanarView<const T>& source, const RasterView<const std::uint8_t>& valid,
              const PositionLattice& positions, const TapTables& tables, const PlanarView<T>& out,
              const RasterView<std::uint8_t>& states);

/// Throws DeviceFault when this build holds no code that the current device can run.
void require_kernel_image();

}  // namespace groundshift::GS_CUDA_NAMESPACE
