// SPDX-License-Identifier: Apache-2.0
// Scores that combine quadratic forms, on the CPU: a piece of a row at a time.
#include <algorithm>
#include <vector>

#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/form_chunk.hpp"
#include "kernels/ops/combine_forms.hpp"

namespace groundshift::cpu {
namespace {

template <FormCombination Combination>
GS_CLONES void combine(const float* __restrict t0, const float* __restrict t1, const float* __restrict t2,
                       const std::uint8_t* __restrict valid, std::int32_t count, float* __restrict out) {
  for (std::int32_t x = 0; x < count; ++x) out[x] = CombineForms{Combination}(t0[x], t1[x], t2[x]);
  mask_scores(valid, count, out);
}

}  // namespace

template <class T>
void Executor::project(const Term& term, FormCombination combination, const PairPlanes<T>& planes,
                       const RasterView<float>& out) {
  const Projection& projection = *term.projection;
  const int groups = group_count(combination);
  FormRows rows[3];
  for (int g = 0; g < groups; ++g) rows[g] = form_rows(projection, static_cast<std::size_t>(g));
  for_each_row_band(out.height, [&](std::int32_t first_row, std::int32_t last_row) {
    std::vector<float> centered(static_cast<std::size_t>(projection.variable_count) * kFormChunk);
    float sums[3][kFormChunk] = {};
    for (std::int32_t y = first_row; y < last_row; ++y) {
      for (std::int32_t x0 = 0; x0 < out.width; x0 += kFormChunk) {
        const std::int32_t count = std::min(kFormChunk, out.width - x0);
        center_chunk<T>(planes, projection.center.data(), y, x0, count, centered.data());
        for (int g = 0; g < groups; ++g)
          form_chunk(rows[g], centered.data(), count, !std::is_same_v<T, float>, sums[g]);
        const std::uint8_t* valid = planes.valid.row(y) + x0;
        float* scores = out.row(y) + x0;
        switch (combination) {
          case FormCombination::root:
            combine<FormCombination::root>(sums[0], sums[1], sums[2], valid, count, scores);
            break;
          case FormCombination::smaller:
            combine<FormCombination::smaller>(sums[0], sums[1], sums[2], valid, count, scores);
            break;
          case FormCombination::excess:
            combine<FormCombination::excess>(sums[0], sums[1], sums[2], valid, count, scores);
            break;
        }
      }
    }
  });
}

template void Executor::project(const Term&, FormCombination, const PairPlanes<std::uint8_t>&,
                                const RasterView<float>&);
template void Executor::project(const Term&, FormCombination, const PairPlanes<std::uint16_t>&,
                                const RasterView<float>&);
template void Executor::project(const Term&, FormCombination, const PairPlanes<std::int16_t>&,
                                const RasterView<float>&);
template void Executor::project(const Term&, FormCombination, const PairPlanes<float>&, const RasterView<float>&);

}  // namespace groundshift::cpu
