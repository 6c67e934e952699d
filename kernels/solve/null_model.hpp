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

/// Distribution of T = r^2 where nothing changed: chi-square (f absent) or the scaled F.
struct NullModel {
  std::int32_t degrees_of_freedom = 1;  ///< >= 1, else its functions throw std::invalid_argument
  std::optional<ScaledF> f;

  /// Upper tail at r >= 0, in 0..1, falling; in double, as exact as chi2_survival and f_survival.
  double p_value(double r) const;
  /// Smallest r whose p-value is at most alpha. Throws std::invalid_argument unless 0 < alpha < 1.
  double threshold(double alpha) const;
};

/// nu from the ratio of the 50 % to the 15 % quantile of T (it falls as nu rises), k from the median.
/// bins    : kFloatBins counts of T (float_bin), else throws std::invalid_argument
/// returns : nu between 0.1 and 1e4, infinite where the ratio is that of nu > 1e4 or of chi-square; nothing when fewer
///           than 100 values were counted or a quantile is 0 or infinite
/// source  : ALGORITHMS of the project, IR-MAD and its bias
std::optional<ScaledF> fit_scaled_f(std::span<const std::uint64_t> bins, std::int32_t degrees_of_freedom);

/// p-value of T under chi-square (k absent) or under the scaled F: a table over r = sqrt(T) of up to 65,536 intervals,
/// an equal number in each octave of r, linear in log p, so that it costs a pixel little.
/// agreement : from + - * / sqrt alone, so the same bits everywhere
class PValueTable {
 public:
  /// Throws std::invalid_argument when degrees_of_freedom < 1, k is not finite and above 0, or nu is not above 0.
  PValueTable(std::int32_t degrees_of_freedom, std::optional<ScaledF> null);
  /// r       : sqrt(T) >= 0; NaN gives NaN
  /// returns : in (0, 1], falling but for the last bit; relative error below 1e-3 down to 1e-30; what is below the
  /// smallest normal float32
  ///           is given as that, 1.2e-38
  float operator()(float r) const;
  /// NullModel::threshold, not from the table.
  double threshold(double alpha) const { return null_.threshold(alpha); }

 private:
  /// p-value at the lower end of an interval, and ln p at the upper end less ln p here.
  struct Node {
    float p = 0.0f;
    float log_step = 0.0f;
  };

  NullModel null_;
  float lowest_ = 0.0f;             ///< r of the first node, a power of two; p is linear below it
  float highest_ = 0.0f;            ///< r of the last node, a power of two; p is constant above it
  std::int32_t position_bits_ = 0;  ///< mantissa bits of r that tell the position inside an interval
  std::vector<Node> nodes_;
};

}  // namespace groundshift
