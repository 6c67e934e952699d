// SPDX-License-Identifier: Apache-2.0
// Scores of u8 tiles on the CPU.
#include "kernels/cpu/score.hpp"

namespace groundshift::cpu {
template void run_score<std::uint8_t>(Executor&, const PairPlanes<std::uint8_t>&, const ScoreRecipe&, const Window&,
                                      const ScorePlanes&, const RasterView<float>&);
}  // namespace groundshift::cpu
