// SPDX-License-Identifier: Apache-2.0
// What T looks like where nothing changed: chi-square as derived, and a scaled F fitted to the scene.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace groundshift {

/// T ~ k F(p, nu). nu infinite stands for k chi2_p / p.
struct ScaledF {
  double k = 1.0;
  double nu = 0.0;
};

/// nu from the ratio of the 50 % to the 15 % quantile of T, k from the median. bins : kFloatBins counts of T
/// (float_bin). Nothing when fewer than 100 values were counted or a quantile is 0. source : ALGORITHMS 2.3
std::optional<ScaledF> fit_scaled_f(std::span<const std::uint64_t> bins, std::int32_t degrees_of_freedom);

/// p-value of T under chi-square (k absent) or under the scaled F: a table over r = sqrt(T), 65,536 intervals, linear
/// in log p, so that it costs a pixel little; relative error below 1e-3 down to 1e-30, 0 never.
class PValueTable {
 public:
  PValueTable(std::int32_t degrees_of_freedom, std::optional<ScaledF> null);
  /// r = sqrt(T) >= 0; NaN gives NaN. In (0, 1].
  float operator()(float r) const;
  /// Smallest r whose p-value is at most alpha, in double.
  double threshold(double alpha) const;

 private:
  std::int32_t degrees_of_freedom_;
  std::optional<ScaledF> null_;
  double inverse_step_ = 0.0;
  std::vector<float> p_;
};

}  // namespace groundshift
