// SPDX-License-Identifier: Apache-2.0
// The sum of squared linear forms of a pixel pair: one group of a Projection, in one order of fused steps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/math/arithmetic.hpp"
#include "kernels/view/hd.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// Rows of one group of a Projection in host or device memory. Does not own.
/// center : variable_count values    bias : row_count values    matrix : row_count x variable_count, row-major
struct FormRows {
  const float* center = nullptr;
  const float* bias = nullptr;
  const float* matrix = nullptr;
  std::int32_t variable_count = 0;
  std::int32_t row_count = 0;
};

/// Host only: the rows of `group` (0-based) of a projection, which must outlive them.
inline FormRows form_rows(const Projection& projection, std::size_t group) {
  const std::int32_t first = group == 0 ? 0 : projection.group_end[group - 1];
  return {projection.center.data(), projection.bias.data() + first,
          projection.matrix.data() + std::ptrdiff_t{first} * projection.variable_count, projection.variable_count,
          projection.group_end[group] - first};
}

/// T = sum over the rows of v_r^2,  v_r = bias_r + sum_i matrix[r][i] * (z_i - center_i), as view/projection.hpp says.
/// z         : callable, z(i) is variable i of the pixel as float
/// returns   : >= 0; inf where it overflows; NaN where z holds a NaN or an infinity
/// agreement : exact (-, fma in the stated order)
struct QuadraticForm {
  static constexpr int kRows = 4;  ///< rows that read the pixel together; no result depends on it

  GS_HD static float centered(float z, float center) { return z - center; }
  GS_HD static float add(float form, float coefficient, float centered_z) {
    return math::fma(coefficient, centered_z, form);
  }
  GS_HD static float add_square(float sum, float form) { return math::fma(form, form, sum); }

  template <class Pixel>
  GS_HD static float value(const FormRows& rows, const Pixel& z) {
    float sum = 0.0f;
    for (int first = 0; first < rows.row_count; first += kRows) {
      const int count = rows.row_count - first < kRows ? rows.row_count - first : kRows;
      const float* coefficients[kRows];
      float forms[kRows];
      for (int k = 0; k < kRows; ++k) {  // a row that is not there repeats the last one and is not summed
        const int row = first + (k < count ? k : count - 1);
        coefficients[k] = rows.matrix + static_cast<std::ptrdiff_t>(row) * rows.variable_count;
        forms[k] = rows.bias[row];
      }
      for (int i = 0; i < rows.variable_count; ++i) {
        const float c = centered(z(i), rows.center[i]);
        for (int k = 0; k < kRows; ++k) forms[k] = add(forms[k], coefficients[k][i], c);
      }
      for (int k = 0; k < kRows; ++k) sum = k < count ? add_square(sum, forms[k]) : sum;
    }
    return sum;
  }
};

}  // namespace groundshift
