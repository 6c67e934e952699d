// SPDX-License-Identifier: Apache-2.0
// Quadratic forms and the weights they give on the device, one thread a pixel.
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/plane_kernels.cuh"
#include "kernels/math/pixel_hash.hpp"
#include "kernels/recipes/weight_op.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

template <class T>
__global__ void forms_kernel(PairPlanes<T> planes, FormRows rows, int blocks_across, RasterView<float> out) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= out.width || p.y >= out.height) return;
  float form = math::quiet_nan();
  if (planes.valid(p.x, p.y) == 1) {
    const PairPixel<T> z{planes.before.data + p.y * planes.before.row_pitch + p.x,
                         planes.after.data + p.y * planes.after.row_pitch + p.x, planes.before.band_pitch,
                         planes.after.band_pitch, planes.before.band_count};
    const float value = QuadraticForm::value(rows, z);
    form = value == value ? value : math::quiet_nan();
  }
  out(p.x, p.y) = form;
}

__global__ void scale_kernel(float scale, int blocks_across, RasterView<float> values) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x < values.width && p.y < values.height) values(p.x, p.y) = scale * values(p.x, p.y);
}

// A thread weighs one pixel; a block adds up how many weights are above 0.
template <class Op>
__global__ void weigh_kernel(Op op, RasterView<const float> forms, RasterView<const std::uint8_t> valid,
                             WeighedPixels pixels, int blocks_across, RasterView<std::uint32_t> weights,
                             unsigned long long* count) {
  GS_DYN_SHARED(unsigned, above);
  const bool first = threadIdx.x == 0 && threadIdx.y == 0;
  if (first) *above = 0;
  __syncthreads();
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x < weights.width && p.y < weights.height) {
    std::uint32_t weight = 0;
    const bool kept =
        pixels.subset == GramSubset::everything || pixel_hash(pixels.first_x + p.x, pixels.first_y + p.y) % 3 == 0;
    if (valid(p.x, p.y) == 1 && kept) weight = op(forms.data == nullptr ? 0.0f : forms(p.x, p.y));
    weights(p.x, p.y) = weight;
    if (weight != 0) atomicAdd(above, 1u);
  }
  __syncthreads();
  if (first && *above != 0) atomicAdd(count, static_cast<unsigned long long>(*above));
}

}  // namespace

template <class T>
void forms(cudaStream_t stream, const PairPlanes<T>& planes, const FormRows& rows, const RasterView<float>& out) {
  const PixelGrid grid = pixel_grid(out.width, out.height);
  GS_LAUNCH((forms_kernel<T>), grid.blocks, grid.threads, 0, stream, planes, rows, grid.across, out);
}

template void forms(cudaStream_t, const PairPlanes<std::uint8_t>&, const FormRows&, const RasterView<float>&);
template void forms(cudaStream_t, const PairPlanes<std::uint16_t>&, const FormRows&, const RasterView<float>&);
template void forms(cudaStream_t, const PairPlanes<std::int16_t>&, const FormRows&, const RasterView<float>&);
template void forms(cudaStream_t, const PairPlanes<float>&, const FormRows&, const RasterView<float>&);

void scale(cudaStream_t stream, float factor, const RasterView<float>& values) {
  const PixelGrid grid = pixel_grid(values.width, values.height);
  GS_LAUNCH(scale_kernel, grid.blocks, grid.threads, 0, stream, factor, grid.across, values);
}

void weigh(cudaStream_t stream, const WeightRule& rule, const std::uint32_t* table,
           const RasterView<const float>& forms, const RasterView<const std::uint8_t>& valid,
           const WeighedPixels& pixels, const RasterView<std::uint32_t>& weights, unsigned long long* count) {
  const PixelGrid grid = pixel_grid(weights.width, weights.height);
  with_weight_op(rule, table, [&](const auto& op) {
    using Op = std::decay_t<decltype(op)>;
    GS_LAUNCH((weigh_kernel<Op>), grid.blocks, grid.threads, sizeof(unsigned), stream, op, forms, valid, pixels,
              grid.across, weights, count);
  });
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
