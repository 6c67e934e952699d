// SPDX-License-Identifier: Apache-2.0
// Turns of the reweighting, its guards, and the mixed steps that save passes.
#include "kernels/solve/irmad.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "kernels/solve/weight_table.hpp"

namespace groundshift {
namespace {

constexpr int kAndersonDepth = 4;

/// Largest change of a correlation; infinite when the number of components changed.
double largest_change(const std::vector<double>& rho, const std::vector<double>& last) {
  if (rho.size() != last.size()) return std::numeric_limits<double>::infinity();
  double largest = 0.0;
  for (std::size_t i = 0; i < rho.size(); ++i) largest = std::max(largest, std::fabs(rho[i] - last[i]));
  return largest;
}

/// Means and the upper triangle of the covariances in units of the deviations `unit` (0: the variable is left out).
AndersonMixer::State state_of(const MomentSummary& moments, const std::vector<double>& unit) {
  AndersonMixer::State out;
  const auto side = static_cast<std::int32_t>(unit.size());
  for (std::int32_t i = 0; i < side; ++i) {
    const auto r = static_cast<std::size_t>(i);
    if (!(unit[r] > 0.0)) continue;
    out.push_back(moments.mean[r] / unit[r]);
    for (std::int32_t j = i; j < side; ++j) {
      const auto c = static_cast<std::size_t>(j);
      if (unit[c] > 0.0) out.push_back(moments.covariance_at(i, j) / unit[r] / unit[c]);
    }
  }
  return out;
}

MomentSummary moments_of(const AndersonMixer::State& state, const std::vector<double>& unit, MomentSummary like) {
  std::size_t next = 0;
  const std::size_t side = unit.size();
  for (std::size_t i = 0; i < side; ++i) {
    if (!(unit[i] > 0.0)) continue;
    like.mean[i] = state[next++] * unit[i];
    for (std::size_t j = i; j < side; ++j) {
      if (!(unit[j] > 0.0)) continue;
      like.covariance[i * side + j] = like.covariance[j * side + i] = state[next++] * unit[i] * unit[j];
    }
  }
  return like;
}

}  // namespace

IrmadIteration::IrmadIteration(IrmadSettings settings, BandCounts bands, std::int64_t valid_pixels)
    : settings_(settings), bands_(bands), valid_pixels_(valid_pixels), mixer_(kAndersonDepth) {
  report_.mode = settings.mode;
}

bool IrmadIteration::advance(const MomentSummary& moments) {
  if (report_.converged || report_.degenerate) return false;
  const bool first = report_.rho.empty();
  ++report_.passes;
  if (const std::string why = broken_guard(moments); !first && !why.empty()) return turn_back(why);
  MadSolution solved;
  try {
    solved = solve_mad(moments, bands_, report_.regularised);
  } catch (const std::domain_error& error) {
    if (first) throw;
    return turn_back(error.what());
  }
  if (!first && solved.clamped) return turn_back("a canonical correlation reached 1");

  const bool converged = !first && largest_change(solved.rho, last_rho_) <= settings_.tolerance;
  solution_ = std::move(solved);
  moments_ = moments;
  good_rule_ = rule_;
  report_.rho.push_back(solution_.rho);
  report_.regularised |= solution_.regularised;
  if (solution_.clamped) return turn_back("a canonical correlation is 1 under unit weights");
  report_.converged = converged;
  if (!converged && report_.passes < settings_.passes) {
    choose_next();
    return true;
  }
  rule_ = rule_of(solution_, moments_);
  return false;
}

double IrmadIteration::scale_of(const MadSolution& solution) const {
  if (settings_.mode == IrmadMode::canty || solution.rho.empty()) return 1.0;
  return consistency_factor(solution.component_count());
}

WeightRule IrmadIteration::rule_of(const MadSolution& solution, const MomentSummary& moments) const {
  WeightTable table = chi2_weight_table(solution.component_count());
  WeightRule out;
  out.kind = WeightKind::table;
  out.form = mad_projection(solution, moments, scale_of(solution));
  out.table = std::move(table.weights);
  out.inverse_step = table.inverse_step;
  return out;
}

/// Why these moments are too thin to go on from; empty when they are not.
std::string IrmadIteration::broken_guard(const MomentSummary& moments) const {
  const double p = std::max(bands_.before, bands_.after);
  const double least = std::max(50.0 * p * p, 1e-3 * static_cast<double>(valid_pixels_));
  return moments.weight >= least ? "" : "too few pixels look unchanged";
}

/// A guard is broken: after a mixed step the plain one is tried in its place, else this is the end.
bool IrmadIteration::turn_back(const std::string& why) {
  if (mixer_.mixed()) {
    state_ = mixer_.plain();
    rule_ = rule_of(solution_, moments_);
    last_rho_ = solution_.rho;
    return report_.passes < settings_.passes;
  }
  report_.degenerate = true;
  report_.why = why;
  rule_ = good_rule_;
  return false;
}

/// Sets the state that the next weights come from: the last moments, or a mixture with earlier ones.
void IrmadIteration::choose_next() {
  if (settings_.accelerate && settings_.mode == IrmadMode::consistent) {
    if (unit_.empty()) {
      for (std::int32_t i = 0; i < 2 * moments_.band_count; ++i) {
        unit_.push_back(std::sqrt(std::max(0.0, moments_.covariance_at(i, i))));
      }
      state_ = state_of(moments_, unit_);
    } else {
      const AndersonMixer::State image = state_of(moments_, unit_);
      state_ = mixer_.next(state_, image);
      if (state_ != image && use_state(state_)) return;
      state_ = mixer_.mixed() ? mixer_.plain() : image;
    }
  }
  rule_ = rule_of(solution_, moments_);
  last_rho_ = solution_.rho;
}

/// Takes the weights of a mixed state, or of an earlier one gone back to; false when it has no good solution.
bool IrmadIteration::use_state(const AndersonMixer::State& state) {
  const MomentSummary mixed = moments_of(state, unit_, moments_);
  MadSolution solved;
  try {
    solved = solve_mad(mixed, bands_, report_.regularised);
  } catch (const std::domain_error&) {
    return false;
  }
  if (solved.clamped || solved.regularised != report_.regularised) return false;
  if (solved.component_count() != solution_.component_count()) return false;
  rule_ = rule_of(solved, mixed);
  last_rho_ = std::move(solved.rho);
  return true;
}

}  // namespace groundshift
