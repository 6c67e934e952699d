// SPDX-License-Identifier: Apache-2.0
// Closed fits, Huber's, histogram matching, invariant pixels, and the contextual refit.
#include "host/engine/normalization_fit.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/score_solution.hpp"
#include "kernels/solve/distributions.hpp"

namespace groundshift {
namespace {

/// Probability of no change above which a pixel is invariant in the textbook's normalization.
/// source : Canty & Nielsen, RSE 112 (2008) 1025-1036
constexpr double kTextbookInvariant = 0.95;
constexpr int kContextualStart = 6;  ///< turns of IR-MAD before the contextual refit; source : RECIPES 1 and 4
constexpr double kStartTolerance = 1e-6;
constexpr int kHuberTurns = 20;
constexpr double kHuberTolerance = 1e-6;  ///< of the gain, relative

}  // namespace

NormalizationFit::NormalizationFit(const DetectPlan& plan, FitPasses& passes, const JobContext& context)
    : plan_(plan), method_(plan.method), passes_(passes), context_(context) {}

void NormalizationFit::run() {
  moments_ = passes_.moments();
  switch (method_.normalize) {
    case NormalizationKind::histogram:
      value_maps = passes_.match_histograms();
      moments_ = passes_.moments();
      fits = fit_bands(NormalizationKind::none, moments_);
      break;
    case NormalizationKind::huber: fit_huber(); break;
    case NormalizationKind::pif: fit_pif(); break;
    case NormalizationKind::contextual: fit_contextual(); break;
    case NormalizationKind::none:
    case NormalizationKind::zscore:
    case NormalizationKind::regression:
    case NormalizationKind::orthogonal:
      fits = fitted(moments_);
      hold_out(passes_.held_out(), passes_.everything());
      break;
  }
  if (method_.weights == WeightSource::irmad && !weighted_) {
    weights_ = irmad().rule();
    weighted_ = passes_.gram(weights_).summary();
  }
}

void NormalizationFit::leave_out(std::int32_t band) {
  if (std::find(unfitted.begin(), unfitted.end(), band) != unfitted.end()) return;
  unfitted.push_back(band);
  context_.warnings->add(
      "unfitted_band", fmt::format("band {}: is constant or has no slope on one of the dates; it is not normalized and "
                                   "adds nothing to scaled scores",
                                   band + 1));
}

/// One map a band; a band for which none can be had stays as it is. Throws InputError when that is every band.
std::vector<BandNormalization> NormalizationFit::fitted(const MomentSummary& moments) {
  std::vector<BandNormalization> maps;
  std::string why;
  std::vector<std::int32_t> failed;
  for (std::int32_t b = 0; b < plan_.band_count; ++b) {
    try {
      maps.push_back(fit_band(method_.normalize, moments, b));
    } catch (const std::domain_error& e) {
      if (failed.empty()) why = e.what();
      failed.push_back(b);
      maps.emplace_back().count = moments.count;
    }
  }
  if (failed.size() == maps.size()) {
    throw InputError(
        fmt::format("{} to {}: normalization {} is impossible: {}; use --normalize none, or choose other bands",
                    plan_.options.after, plan_.options.before, name_of(method_.normalize), why));
  }
  for (const std::int32_t b : failed) leave_out(b);
  return maps;
}

/// Puts the errors on pixels that a fit to the others did not see in place of those over all of them.
void NormalizationFit::hold_out(const PairGram& held, const PairGram& everything) {
  if (method_.normalize == NormalizationKind::none) return;
  const HoldOut errors = evaluate_fit(method_.normalize, everything.minus(held).summary(), held.summary());
  for (std::int32_t b = 0; b < plan_.band_count; ++b) {
    const auto band = static_cast<std::size_t>(b);
    if (!errors[band]) continue;  // too few pixels were held out: the errors over all of them stand
    fits[band].rmse_before = errors[band]->before;
    fits[band].rmse_after = errors[band]->after;
  }
}

void NormalizationFit::take_weights(const WeightRule& rule) {
  const FitGrams grams = passes_.gram_and_held_out(rule);
  weighted_ = grams.everything.summary();
  weights_ = rule;
  fits = fitted(*weighted_);
  hold_out(grams.held_out, grams.everything);
}

/// Those under unit weights, or under the weights that the fit's lattice converged to.
MomentSummary NormalizationFit::first_moments(const IrmadSettings& settings, bool from_lattice) {
  const FitLattice* lattice = from_lattice ? passes_.lattice() : nullptr;
  if (lattice == nullptr) return moments_;
  IrmadIteration coarse(settings, plan_.bands(), lattice->valid_points());
  bool more = coarse.advance(passes_.lattice_moments({}));
  while (more) more = coarse.advance(passes_.lattice_moments(coarse.rule()));
  if (coarse.report().degenerate) return moments_;
  warm_start = WarmStart{lattice->stride(), lattice->valid_points(), coarse.report().passes};
  return passes_.gram(coarse.rule(), "irmad").summary();
}

IrmadIteration NormalizationFit::iterate(const IrmadSettings& settings, bool from_lattice) {
  IrmadIteration it(settings, plan_.bands(), moments_.count);
  try {
    bool more = it.advance(first_moments(settings, from_lattice));
    while (more) more = it.advance(passes_.gram(it.rule(), "irmad").summary());
  } catch (const std::domain_error& e) {
    throw InputError(fmt::format("{} and {}: IR-MAD is impossible: {}; choose other bands or another method",
                                 plan_.options.before, plan_.options.after, e.what()));
  }
  const IrmadReport& report = it.report();
  if (report.degenerate) {
    context_.warnings->add("irmad_degenerate", fmt::format("IR-MAD stopped at turn {}: {}; the last good turn stands",
                                                           report.passes, report.why));
  } else if (!report.converged && settings.tolerance > kStartTolerance) {
    context_.warnings->add("irmad_not_converged",
                           fmt::format("IR-MAD did not reach its tolerance in {} turns", report.passes));
  }
  if (report.regularised) {
    context_.warnings->add("regularised", "bands depend on each other: a ridge was added to their covariance");
  }
  return it;
}

const IrmadIteration& NormalizationFit::irmad() {
  if (!irmad_) {
    const IrmadMode mode = method_.options.irmad;
    irmad_.emplace(iterate({mode, method_.irmad_tolerance, method_.options.irmad_passes, mode == IrmadMode::consistent},
                           mode == IrmadMode::consistent));
    if (mode == IrmadMode::canty) {
      context_.warnings->add("textbook_chi_square",
                             "--irmad canty: its chi-square probabilities are the textbook's, which call far too many "
                             "unchanged pixels changed; consistent mode is calibrated");
    }
  }
  return *irmad_;
}

void NormalizationFit::fit_pif() {
  WeightRule rule = irmad().rule();
  if (method_.options.irmad == IrmadMode::canty && rule.kind == WeightKind::table) {
    rule.kind = WeightKind::below;
    rule.limit = static_cast<float>(chi2_isf(irmad().solution().component_count(), kTextbookInvariant));
  }
  take_weights(rule);
}

void NormalizationFit::fit_contextual() {
  const ContextualSettings settings;
  const IrmadIteration first = iterate({IrmadMode::consistent, kStartTolerance, kContextualStart, false}, false);
  start = first.report();
  WeightRule rule = first.rule();
  for (int turn = 0; turn < settings.turns; ++turn) {
    const MomentSummary moments = passes_.gram(rule, "contextual").summary();
    try {
      const WeightRule form = contextual_form(fitted(moments), moments, settings);
      rule = contextual_rule(form, passes_.form_histogram(form, "contextual"), settings);
    } catch (const std::domain_error& e) {
      context_.warnings->add(
          "contextual_degenerate",
          fmt::format("the contextual refit stopped at turn {}: {}; the last good turn stands", turn + 1, e.what()));
      break;
    }
    contextual_turns = turn + 1;
  }
  take_weights(rule);
}

void NormalizationFit::fit_huber() {
  for (std::int32_t b = 0; b < plan_.band_count; ++b) {
    const auto map = huber_of(b);
    if (!map) leave_out(b);
    fits.push_back(map.value_or(BandNormalization{}));
  }
  if (unfitted.size() == static_cast<std::size_t>(plan_.band_count)) {
    throw InputError(
        fmt::format("{} to {}: normalization huber is impossible: every band is constant or has no slope; use "
                    "--normalize none, or choose other bands",
                    plan_.options.after, plan_.options.before));
  }
}

std::optional<BandNormalization> NormalizationFit::huber_of(std::int32_t band) {
  try {
    MomentSummary moments = moments_of_band(moments_, band);
    BandNormalization map = fit_band(NormalizationKind::orthogonal, moments, 0);
    WeightRule rule;
    for (int turn = 0; turn < kHuberTurns && map.differs(); ++turn) {
      const WeightRule form = huber_form(map, moments);
      rule = huber_rule(form, passes_.form_histogram(form, "huber", band));
      moments = passes_.gram(rule, "huber", band).summary();
      const BandNormalization next = fit_band(NormalizationKind::huber, moments, 0);
      const double moved = std::abs(next.gain / map.gain - 1.0);
      map = next;
      if (moved <= kHuberTolerance) break;
    }
    const FitGrams grams = passes_.gram_and_held_out(rule, "huber", band);
    const auto errors = evaluate_fit(NormalizationKind::huber, grams.everything.minus(grams.held_out).summary(),
                                     grams.held_out.summary())
                            .front();
    if (errors) {
      map.rmse_before = errors->before;
      map.rmse_after = errors->after;
    }
    return map;
  } catch (const std::domain_error&) {
    return std::nullopt;
  }
}

}  // namespace groundshift
