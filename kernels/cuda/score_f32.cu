// SPDX-License-Identifier: Apache-2.0
// Scores of f32 tiles on the device.
#include "kernels/cuda/score.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
template void score(cudaStream_t, const PairPlanes<float>&, const ScoreRecipe&, const Window&, const RasterView<float>&,
                    const ScoreMemory&);
}  // namespace groundshift::GS_CUDA_NAMESPACE
