// SPDX-License-Identifier: Apache-2.0
// Linear forms of a pixel pair: what MAD, Mahalanobis, chronochrome and their kin are, once they are solved.
#pragma once

#include <cstdint>
#include <vector>

namespace groundshift {

/// Rows of linear forms of z = [before bands; after bands], gathered in groups whose squares are summed:
///   v_r = bias_r + sum_i matrix[r][i] * (z_i - center_i)      a chain of fma in the order of i, starting at bias_r
///   T_g = sum of v_r^2 over the rows of group g               a chain of fma in the order of r, starting at 0
/// center    : variable_count values near the means: integers where those leave z - center exact and `bias` small
/// matrix    : row-major, row_count() x variable_count
/// group_end : one past the last row of each group, ascending; the last is row_count()
struct Projection {
  std::int32_t variable_count = 0;
  std::vector<float> center;
  std::vector<float> bias;
  std::vector<float> matrix;
  std::vector<std::int32_t> group_end;

  std::int32_t row_count() const { return static_cast<std::int32_t>(bias.size()); }
  friend bool operator==(const Projection&, const Projection&) = default;
};

/// How the sums of a projection become a score.
/// root    : sqrt(T_0)
/// smaller : sqrt(min(T_0, T_1))
/// excess  : max(0, (T_0 - T_1) - T_2)
enum class FormCombination : std::uint8_t { root, smaller, excess };

}  // namespace groundshift
