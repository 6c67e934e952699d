// SPDX-License-Identifier: Apache-2.0
// Scores of i16 tiles on the device.
#include "kernels/cuda/score.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
template void score(cudaStream_t, const PairPlanes<std::int16_t>&, const ScoreRecipe&, const Window&,
                    const RasterView<float>&, const ScoreMemory&);
}  // namespace groundshift::GS_CUDA_NAMESPACE
