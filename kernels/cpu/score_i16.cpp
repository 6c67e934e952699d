// SPDX-License-Identifier: Apache-2.0
// Scores of i16 tiles on the CPU.
#include "kernels/cpu/score.hpp"

namespace groundshift::cpu {
template void run_score<std::int16_t>(Executor&, const PairPlanes<std::int16_t>&, const ScoreRecipe&, const Window&,
                                      const ScorePlanes&, const RasterView<float>&);
}  // namespace groundshift::cpu
