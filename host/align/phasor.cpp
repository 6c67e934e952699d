// SPDX-License-Identifier: Apache-2.0
// Taylor series of sine and cosine on one octant; the rest of the circle by symmetry.
#include "host/align/phasor.hpp"

#include <cmath>

namespace groundshift {
namespace {

/// Terms of 1 / (first (first+1)), 1 / ((first+2)(first+3)), ...: series 1 - x2 c0 (1 - x2 c1 (1 - ...)).
double alternating_series(double x2, int first) {
  double sum = 1.0;  // eight terms: what is left out is below 1e-17 for x <= pi / 4
  for (int n = first + 14; n >= first; n -= 2) sum = 1.0 - x2 * sum / (double(n) * double(n + 1));
  return sum;
}

}  // namespace

Phasor phasor(double turns) {
  const double fraction = turns - std::floor(turns);
  const double quarter = std::floor(fraction * 4.0 + 0.5);
  const double x = (fraction - quarter * 0.25) * 6.283185307179586476925;  // |x| <= pi / 4
  const double cosine = alternating_series(x * x, 1);
  const double sine = x * alternating_series(x * x, 2);
  switch (static_cast<int>(quarter)) {
    case 1: return {-sine, cosine};
    case 2: return {-cosine, -sine};
    case 3: return {sine, -cosine};
    default: return {cosine, sine};
  }
}

}  // namespace groundshift
