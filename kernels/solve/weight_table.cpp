// SPDX-License-Identifier: Apache-2.0
// The table from the chi-square tail, the two constants from closed forms of the weighted moments.
#include "kernels/solve/weight_table.hpp"

#include <cmath>
#include <cstddef>
#include <stdexcept>

#include "kernels/solve/distributions.hpp"

namespace groundshift {
namespace {

constexpr double kPi = 0x1.921fb54442d18p+1;

void expect_positive(std::int32_t degrees_of_freedom) {
  if (degrees_of_freedom < 1) throw std::invalid_argument("weight table: degrees of freedom below 1");
}

/// g_p(s) = E[T Q_p(T / s)] / (p E[Q_p(T / s)]), T chi-square with p degrees of freedom. Q_p(T / s) is the probability
/// that s T2 exceeds T for an independent T2 like T, and t times the density of chi2_p is p times that of chi2_{p+2}:
/// so both expectations are tails of F.
double weighted_variance(double p, double s) {
  const double moment = f_survival(p, p + 2.0, (p + 2.0) / (p * s));
  return moment / f_survival(p, p, 1.0 / s);
}

}  // namespace

WeightTable chi2_weight_table(std::int32_t degrees_of_freedom) {
  expect_positive(degrees_of_freedom);
  const double dof = degrees_of_freedom;
  WeightTable table;
  table.inverse_step = static_cast<float>(kWeightTableIntervals / std::sqrt(chi2_isf(dof, 0x1p-25)));
  const double inverse_step = table.inverse_step;
  table.weights.reserve(static_cast<std::size_t>(kWeightTableIntervals) + 1);
  for (std::int32_t k = 0; k < kWeightTableIntervals; ++k) {
    const double r = k / inverse_step;
    const double weight = kWeightOne * chi2_survival(dof, r * r);
    table.weights.push_back(static_cast<std::uint32_t>(std::floor(weight + 0.5)));
  }
  table.weights.push_back(0);
  return table;
}

double consistency_factor(std::int32_t degrees_of_freedom) {
  expect_positive(degrees_of_freedom);
  const bool odd = degrees_of_freedom % 2 != 0;
  const double root_pi = std::sqrt(kPi);
  double ratio = odd ? 1.0 / root_pi : 0.5 * root_pi;  // Gamma((p + 1) / 2) / Gamma(p / 2) of p = 1, 2
  for (std::int32_t p = odd ? 1 : 2; p < degrees_of_freedom; p += 2) ratio *= (p + 1.0) / p;
  return 1.0 - 2.0 * ratio / (root_pi * degrees_of_freedom);
}

double textbook_scale(std::int32_t degrees_of_freedom) {
  expect_positive(degrees_of_freedom);
  if (degrees_of_freedom <= 2) return 0.0;
  const double p = degrees_of_freedom;
  double low = 0x1p-20, high = 1.0;  // g_p(s) / s falls from 2 p / (p + 2) > 1 at 0 to c(p) < 1 at 1
  for (;;) {
    const double middle = 0.5 * (low + high);
    if (!(low < middle && middle < high)) return middle;
    (weighted_variance(p, middle) > middle ? low : high) = middle;
  }
}

}  // namespace groundshift
