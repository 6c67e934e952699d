// SPDX-License-Identifier: Apache-2.0
// Predictor 2 after the bands are apart, predictor 3 before.
#include "kernels/codec/take_row_apart.hpp"

#include "kernels/codec/running_sums.hpp"

namespace groundshift {

void take_row_apart(std::span<std::byte> row, const RowForm& form, std::int32_t width,
                    std::span<const BandRow> wanted) {
  if (form.predictor == BlockPredictor::floating_point) {
    sum_bytes_along_row(row, form.sample_count);
    join_bytes(row.data(), std::int64_t{form.width} * form.sample_count, width, form.sample_count, form.sample_bytes,
               wanted);
    return;
  }
  split_row(row.data(), width, form.sample_count, form.sample_bytes, form.swapped, wanted);
  if (form.predictor != BlockPredictor::horizontal) return;
  for (const BandRow& band : wanted) sum_along_row(band.to, width, form.sample_bytes);
}

}  // namespace groundshift
