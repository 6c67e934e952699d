// SPDX-License-Identifier: Apache-2.0
// Scores of f32 tiles on the CPU.
#include "kernels/cpu/score.hpp"

namespace groundshift::cpu {
template void run_score<float>(Executor&, const PairPlanes<float>&, const ScoreRecipe&, const Window&,
                               const ScorePlanes&, const RasterView<float>&);
}  // namespace groundshift::cpu
