// SPDX-License-Identifier: Apache-2.0
// Weights on the CPU: forms, rule, validity and subset, each a loop over vectors of pixels.
#include "kernels/cpu/weigher.hpp"

#include <algorithm>
#include <memory>

#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/math/pixel_hash.hpp"
#include "kernels/recipes/weight_op.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

GS_CLONES void scale_row(float scale, std::int32_t count, float* __restrict values) {
  for (std::int32_t x = 0; x < count; ++x) values[x] = scale * values[x];
}

template <class Op>
GS_CLONES void weigh_row(Op op, const float* __restrict forms, std::int32_t count, std::uint32_t* __restrict weights) {
  for (std::int32_t x = 0; x < count; ++x) weights[x] = op(forms[x]);
}

GS_CLONES std::int32_t keep_valid(const std::uint8_t* __restrict valid, std::int32_t count,
                                  std::uint32_t* __restrict weights) {
  std::int32_t above = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    weights[x] = valid[x] == 1 ? weights[x] : 0u;
    above += weights[x] != 0 ? 1 : 0;
  }
  return above;
}

GS_CLONES void mark_held_out(std::int32_t first_x, std::int32_t y, std::int32_t count,
                             std::uint8_t* __restrict held_out) {
  for (std::int32_t x = 0; x < count; ++x) held_out[x] = pixel_hash(first_x + x, y) % 3 == 0 ? 1 : 0;
}

GS_CLONES void mask_forms(const std::uint8_t* __restrict valid, std::int32_t count, float* __restrict values) {
  for (std::int32_t x = 0; x < count; ++x) {
    values[x] = (valid[x] == 1 && values[x] == values[x]) ? values[x] : math::quiet_nan();
  }
}

// Whether any pixel of the row's piece takes part in the statistics.
GS_CLONES bool any_valid(const std::uint8_t* valid, std::int32_t count) {
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) found += valid[x] == 1 ? 1 : 0;
  return found > 0;
}

}  // namespace

void HeldOutRows::operator()(std::int32_t y, std::int32_t x0, std::int32_t count, std::uint8_t* held_out) const {
  mark_held_out(first_x + x0, first_y + y, count, held_out);
}

void HeldOutRows::keep(std::int32_t y, std::int32_t x0, std::int32_t count, std::uint32_t* weights) const {
  std::uint8_t held_out[kFormChunk];
  (*this)(y, x0, count, held_out);
  for (std::int32_t x = 0; x < count; ++x) weights[x] = held_out[x] != 0 ? weights[x] : 0u;
}

template <class T>
void CoreForms<T>::plain_values(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch, float* out) const {
  const FormRows rows = form_rows(rule->form, 0);
  center_chunk<T>(core, rows.center, y, x0, count, scratch);
  form_chunk(rows, scratch, count, is_integer(pixel_type_of<T>()), out);
}

template <class T>
void CoreForms<T>::values(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch, float* out) const {
  if (rule->box > 1) {
    std::copy_n(means.row(y) + x0, count, out);
  } else {
    plain_values(y, x0, count, scratch, out);
  }
  scale_row(rule->scale, count, out);
}

template <class T>
std::int32_t PixelWeigher<T>::weigh(std::int32_t y, std::int32_t x0, std::int32_t count, float* scratch,
                                    std::uint32_t* out) const {
  const std::uint8_t* valid = forms_.core.valid.row(y) + x0;
  if (!any_valid(valid, count)) {
    std::fill_n(out, count, 0u);
    return 0;
  }
  float values[kFormChunk] = {};
  if (needs_form(*forms_.rule)) forms_.values(y, x0, count, scratch, values);
  with_weight_op(*forms_.rule, forms_.rule->table.data(), [&](const auto& op) { weigh_row(op, values, count, out); });
  if (subset_ == GramSubset::held_out) HeldOutRows{first_x_, first_y_}.keep(y, x0, count, out);
  return keep_valid(valid, count, out);
}

template <class T>
void Executor::forms(const PairPlanes<T>& planes, const WeightRule& rule, const RasterView<float>& out) {
  const CoreForms<T> forms{planes, &rule, {}};
  for_each_row_band(out.height, [&](std::int32_t first_row, std::int32_t last_row) {
    const auto scratch = std::make_unique_for_overwrite<float[]>(forms.scratch_count());
    for (std::int32_t y = first_row; y < last_row; ++y) {
      for (std::int32_t x0 = 0; x0 < out.width; x0 += kFormChunk) {
        const std::int32_t count = std::min(kFormChunk, out.width - x0);
        forms.plain_values(y, x0, count, scratch.get(), out.row(y) + x0);
        mask_forms(planes.valid.row(y) + x0, count, out.row(y) + x0);
      }
    }
  });
}

template void Executor::forms(const PairPlanes<std::uint8_t>&, const WeightRule&, const RasterView<float>&);
template void Executor::forms(const PairPlanes<std::uint16_t>&, const WeightRule&, const RasterView<float>&);
template void Executor::forms(const PairPlanes<std::int16_t>&, const WeightRule&, const RasterView<float>&);
template void Executor::forms(const PairPlanes<float>&, const WeightRule&, const RasterView<float>&);
template struct CoreForms<std::uint8_t>;
template struct CoreForms<std::uint16_t>;
template struct CoreForms<std::int16_t>;
template struct CoreForms<float>;
template class PixelWeigher<std::uint8_t>;
template class PixelWeigher<std::uint16_t>;
template class PixelWeigher<std::int16_t>;
template class PixelWeigher<float>;

}  // namespace groundshift::cpu
