// SPDX-License-Identifier: Apache-2.0
// Steps between whole planes of scores on the device: factors of a geometric mean, and texture.
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/ops/geometric_mean.hpp"
#include "kernels/ops/texture.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

__global__ void multiply_kernel(RasterView<const float> means, bool first, bool last, int factor_count,
                                int blocks_across, RasterView<double> product, RasterView<float> out) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= means.width || p.y >= means.height) return;
  const double held = first ? GeometricMean::start() : product(p.x, p.y);
  const double next = GeometricMean::add(held, means(p.x, p.y));
  if (last) {
    out(p.x, p.y) = GeometricMean::finish(next, factor_count);
  } else {
    product(p.x, p.y) = next;
  }
}

// A thread sums the whole window of its pixel, in the order of Texture.
__global__ void texture_kernel(RasterView<const float> levels, Window at, int blocks_across, RasterView<float> out) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= at.width || p.y >= at.height) return;
  const int x = at.x + p.x;
  const int y = at.y + p.y;
  Texture::Sum window = Texture::start();
  for (int row = y - kTextureRadius; row <= y + kTextureRadius; ++row) {
    if (row < 0 || row >= levels.height) continue;
    Texture::Sum sum = Texture::start();
    for (int column = x - kTextureRadius; column <= x + kTextureRadius; ++column) {
      if (column >= 0 && column < levels.width) Texture::add(sum, levels(column, row));
    }
    Texture::merge(window, sum);
  }
  out(p.x, p.y) = Texture::finish(window, levels(x, y));
}

}  // namespace

void multiply_means(cudaStream_t stream, const RasterView<const float>& means, bool first, bool last,
                    std::int32_t factor_count, const RasterView<double>& product, const RasterView<float>& out) {
  const PixelGrid grid = pixel_grid(means.width, means.height);
  GS_LAUNCH(multiply_kernel, grid.blocks, grid.threads, 0, stream, means, first, last, factor_count, grid.across,
            product, out);
}

void texture(cudaStream_t stream, const RasterView<const float>& levels, const Window& at,
             const RasterView<float>& out) {
  const PixelGrid grid = pixel_grid(at.width, at.height);
  GS_LAUNCH(texture_kernel, grid.blocks, grid.threads, 0, stream, levels, at, grid.across, out);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
