// SPDX-License-Identifier: Apache-2.0
// Iteratively reweighted MAD: the turns between two passes over the pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/solve/anderson.hpp"
#include "kernels/solve/mad.hpp"

namespace groundshift {

/// consistent : T c(p) against chi-square; stays calibrated, survives small samples
/// canty      : the textbook's T, as in Canty's iMad; its no-change probabilities are far too small (see
///              ALGORITHMS 2.3)
enum class IrmadMode : std::uint8_t { consistent, canty };

/// tolerance  : stop when max |rho - rho of the turn before| <= tolerance
/// passes     : most turns
/// accelerate : safeguarded Anderson steps; consistent mode only (the textbook's iteration has false plateaus), else
///              without effect
struct IrmadSettings {
  IrmadMode mode = IrmadMode::consistent;
  double tolerance = 1e-4;
  int passes = 50;
  bool accelerate = false;
};

/// rho        : one row a good turn
/// passes     : solutions taken from moments, the first (unit weights) included
/// degenerate : a guard ended the iteration (why says which); the last good state stands
struct IrmadReport {
  IrmadMode mode = IrmadMode::consistent;
  std::vector<std::vector<double>> rho;
  int passes = 0;
  bool converged = false;
  bool degenerate = false;
  bool regularised = false;
  std::string why;
};

/// One turn: moments under the present weights (unit weights first) -> canonical variates -> rule of the next weights.
///   IrmadIteration it(settings, bands, valid_pixels);
///   while (it.advance(moments_under(it.rule()))) {}
/// Guards: sum w >= max(50 p^2, 1e-3 N) after the first turn (p : the larger band count), rho <= 1 - 1e-7, finite
/// moments; where one fails, the last good state is kept and the report says degenerate. A first turn that reaches rho
/// = 1 is kept, as there is no other. A warm start hands in the moments of a first estimate; it counts as a pass.
/// Accelerated, the rule is that of a mixed state of means and covariances, dropped for the plain one where it is worse
/// or breaks a guard. The end is always a plain step: solution() comes from moments of pixels, and the rho compared are
/// those before and after one plain step.
class IrmadIteration {
 public:
  IrmadIteration(IrmadSettings settings, BandCounts bands, std::int64_t valid_pixels);

  /// Takes the moments under rule(); true when another pass is wanted. Throws std::domain_error when even the first
  /// moments allow no solution (a date without variance).
  bool advance(const MomentSummary& moments);

  /// Weights for the next pass: unit before the first advance(), then chi-square upper tail of T of the solution
  /// (T c(p) in consistent mode); after the last one those of solution(). Degenerate: the weights under which moments()
  /// were gathered, the last ones known to be good.
  const WeightRule& rule() const { return rule_; }
  /// Of the last good turn.
  const MadSolution& solution() const { return solution_; }
  const MomentSummary& moments() const { return moments_; }
  const IrmadReport& report() const { return report_; }
  /// c(p), p the number of components, in consistent mode, 1 in canty mode: what T of the final projection is
  /// multiplied by.
  double scale() const { return scale_of(solution_); }

 private:
  double scale_of(const MadSolution& solution) const;
  WeightRule rule_of(const MadSolution& solution, const MomentSummary& moments) const;
  std::string broken_guard(const MomentSummary& moments) const;
  bool turn_back(const std::string& why);
  void choose_next();
  bool use_state(const AndersonMixer::State& state);

  IrmadSettings settings_;
  BandCounts bands_;
  std::int64_t valid_pixels_;
  WeightRule rule_;
  WeightRule good_rule_;  ///< under which moments_ were gathered
  MadSolution solution_;
  MomentSummary moments_;
  IrmadReport report_;
  std::vector<double> last_rho_;  ///< of the state that rule_ comes from
  AndersonMixer mixer_;
  AndersonMixer::State state_;  ///< that rule_ comes from
  std::vector<double> unit_;    ///< deviations of the first moments: the scale of a state
};

}  // namespace groundshift
