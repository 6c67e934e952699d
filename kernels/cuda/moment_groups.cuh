// SPDX-License-Identifier: Apache-2.0
// How the moments of many variables are shared out: groups of 4 x 4 products whose sums fit in a thread's registers.
#pragma once

#include <cstdint>

#include "kernels/recipes/pair_planes.hpp"
#include "kernels/view/hd.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

inline constexpr int kGroupSide = 4;

/// A group is the products of variables first_row .. + 3 with first_column .. + 3 (first_row <= first_column). The
/// groups with first_row == first_column also sum the variables themselves.
struct MomentGroup {
  int first_row;
  int first_column;

  GS_HD bool diagonal() const { return first_row == first_column; }
};

GS_HD int moment_group_count(int variable_count) {
  const int sides = (variable_count + kGroupSide - 1) / kGroupSide;
  return sides * (sides + 1) / 2;
}

/// Groups in the order of their upper triangle, row by row.
GS_HD MomentGroup moment_group(int index, int variable_count) {
  const int sides = (variable_count + kGroupSide - 1) / kGroupSide;
  int row = 0;
  while (index >= sides - row) {
    index -= sides - row;
    ++row;
  }
  return {row * kGroupSide, (row + index) * kGroupSide};
}

/// Place of the product of variables i <= j in a set of sums (TileGram) after the first.
GS_HD int product_index(int i, int j, int variable_count) {
  return variable_count + i * variable_count - i * (i - 1) / 2 + (j - i);
}

/// Row y of a variable: the bands of before, then those of after.
template <class T>
GS_HD const T* variable_row(const PairPlanes<T>& planes, int variable, int y) {
  const int band_count = planes.before.band_count;
  return variable < band_count ? planes.before.band(variable).row(y) : planes.after.band(variable - band_count).row(y);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
