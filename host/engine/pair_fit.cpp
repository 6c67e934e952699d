// SPDX-License-Identifier: Apache-2.0
// Loading the fit's pixels, the normalization, then what each score is solved from.
#include "host/engine/pair_fit.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/normalization_fit.hpp"
#include "host/engine/score_solution.hpp"
#include "kernels/solve/quadratic_scores.hpp"
#include "kernels/solve/weight_table.hpp"

namespace groundshift {
namespace {

class PairFitter {
 public:
  PairFitter(const DetectPlan& plan, PairTiles& tiles, const JobContext& context)
      : plan_(plan),
        method_(plan.method),
        needs_(fit_needs(plan.options, plan.method, plan.type)),
        context_(context),
        passes_(plan, tiles, context),
        normalization_(plan, passes_, context) {}

  PairFit normalization() {
    normalize();
    return std::move(fit_);
  }

  PairFit all() {
    if (needs_.any) {
      normalize();
    } else {
      fit_.fits.assign(static_cast<std::size_t>(plan_.band_count), BandNormalization{});
      fit_.band_maps.assign(static_cast<std::size_t>(plan_.band_count), BandFit{});
    }
    fit_.recipe = recipe_frame(method_);
    set_floors();
    for (std::size_t t = 0; t < method_.scores.size(); ++t) solve_term(method_.scores[t], fit_.recipe.terms[t]);
    if (normalization_.ran_irmad()) fit_.irmad = normalization_.irmad().report();
    fit_.warm_start = normalization_.warm_start;
    return std::move(fit_);
  }

 private:
  void normalize() {
    load();
    normalization_.run();
    fit_.fits = normalization_.fits;
    fit_.value_maps = normalization_.value_maps;
    fit_.contextual_turns = normalization_.contextual_turns;
    fit_.irmad = normalization_.ran_irmad() ? normalization_.irmad().report() : normalization_.start;
    fit_.warm_start = normalization_.warm_start;
    fit_.band_maps = band_fits(fit_.fits, normalization_.weighted(), false);
  }

  void load() {
    passes_.load(needs_);
    fit_.sample = passes_.sample();
    fit_.minimum = passes_.extremes().minimum();
    fit_.clipped = passes_.clipped();
    if (passes_.extremes().valid() == 0) {
      throw InputError(fmt::format("{} and {}: no pixel is valid on both dates (nodata, NaN, mask or alpha everywhere)",
                                   plan_.options.before, plan_.options.after));
    }
    if (passes_.everything().count() == 0) {
      throw InputError(
          fmt::format("{} and {}: every valid pixel holds the smallest value of every band on both dates (constant "
                      "images); nothing "
                      "can be fitted",
                      plan_.options.before, plan_.options.after));
    }
  }

  void set_floors() {
    if (method_.has(ScoreName::ssim) || method_.has(ScoreName::ncc)) {
      fit_.data_range = method_.options.data_range.value_or(passes_.extremes().range());
      if (!(fit_.data_range > 0.0)) {
        throw InputError(fmt::format("{} and {}: the joint range of the values is 0; give one with --data-range",
                                     plan_.options.before, plan_.options.after));
      }
    }
    const bool ratio = method_.has(ScoreName::log_ratio) || method_.has(ScoreName::relative);
    const bool index = method_.has(ScoreName::index);
    if (!ratio && !index) return;
    fit_.epsilon = 1.0;
    if (method_.options.epsilon) {
      fit_.epsilon = *method_.options.epsilon;
    } else if (plan_.type == PixelType::f32) {
      const std::optional<double> median = passes_.median();
      fit_.epsilon = 0.01 * median.value_or(0.0);
      if (!(fit_.epsilon > 0.0)) {
        throw InputError(
            fmt::format("{} and {}: the joint median of the values is {}, so that 1 % of it is no useful "
                        "floor; give one with --epsilon",
                        plan_.options.before, plan_.options.after, median.value_or(0.0)));
      }
    }
  }

  void solve_term(ScoreName score, ScoreTerm& term) {
    term.epsilon = static_cast<float>(fit_.epsilon > 0.0 ? fit_.epsilon : 1.0);
    term.data_range = static_cast<float>(fit_.data_range);
    const bool scaled = score == ScoreName::scva;
    if (!is_quadratic(score)) {
      term.fits = fit_.band_maps;
      if (scaled) {
        term.fits = band_fits(fit_.fits, normalization_.weighted(), true);
        finish_scaled(term);
      }
      return;
    }
    warn_of_constant_bands();
    try {
      solve_quadratic(score, term);
    } catch (const std::domain_error& e) {
      throw InputError(fmt::format("{} and {}: {} is impossible: {}; choose other bands or another score",
                                   plan_.options.before, plan_.options.after, name_of(score), e.what()));
    }
  }

  /// A band without variance has no part in a covariance; said once for all scores.
  void warn_of_constant_bands() {
    if (std::exchange(told_of_constant_bands_, true)) return;
    const MomentSummary& moments = normalization_.weighted();
    const BandCounts bands = plan_.bands();
    const auto warn = [&](std::int32_t variable, const char* date, std::int32_t band) {
      if (moments.covariance_at(variable, variable) > 0.0) return;
      context_.warnings->add("constant_band", fmt::format("band {} of {} is constant: it has no part in {}", band + 1,
                                                          date, score_text(method_)));
    };
    for (std::int32_t b = 0; b < bands.before; ++b) warn(b, "BEFORE", b);
    for (std::int32_t b = 0; b < bands.after; ++b) warn(moments.band_count + b, "AFTER", b);
  }

  void finish_scaled(ScoreTerm& term) {
    for (std::int32_t b = 0; b < plan_.band_count; ++b) {
      const auto band = static_cast<std::size_t>(b);
      if (fit_.fits[band].differs()) continue;
      const auto& left_out = normalization_.unfitted;
      if (std::find(left_out.begin(), left_out.end(), b) == left_out.end()) {
        context_.warnings->add(
            "identical_band", fmt::format("band {}: the two dates do not differ; it adds nothing to the score", b + 1));
      }
    }
    if (!term.texture) return;
    const MomentSummary texture = passes_.texture(term.fits, normalization_.weights()).summary();
    const double variance =
        texture.covariance_at(0, 0) + texture.covariance_at(1, 1) - 2.0 * texture.covariance_at(0, 1);
    term.texture->mean = static_cast<float>(texture.after_mean(0) - texture.before_mean(0));
    term.texture->inverse_std = variance > 0.0 ? static_cast<float>(1.0 / std::sqrt(variance)) : 0.0f;
    fit_.texture = term.texture;
  }

  void solve_quadratic(ScoreName score, ScoreTerm& term) {
    QuadraticScore solved;
    switch (score) {
      case ScoreName::mad: {
        const MadSolution mad = solve_mad(normalization_.weighted(), plan_.bands());
        term.projection = mad_projection(mad, normalization_.weighted(), 1.0);
        take_mad(mad, term.projection, mad.component_count());
        return;
      }
      case ScoreName::irmad: {
        const IrmadIteration& it = normalization_.irmad();
        term.projection = mad_projection(it.solution(), it.moments(), it.scale());
        take_mad(it.solution(), term.projection, it.solution().component_count());
        return;
      }
      case ScoreName::isfa: solved = iterated_slow_features(); break;
      case ScoreName::mahalanobis: solved = solve_mahalanobis(normalization_.weighted(), fit_.fits); break;
      case ScoreName::chronochrome:
        solved = solve_chronochrome(normalization_.weighted(), plan_.bands(), method_.options.chronochrome);
        break;
      default: solved = solve_hacd(normalization_.weighted(), plan_.bands()); break;
    }
    if (solved.regularised) {
      context_.warnings->add("regularised", "bands depend on each other: a ridge was added to their covariance");
    }
    term.projection = std::move(solved.projection);
    term.combination = solved.combination;
  }

  void take_mad(const MadSolution& mad, const Projection& form, std::int32_t degrees_of_freedom) {
    fit_.mad_rho = mad.rho;
    fit_.degrees_of_freedom = degrees_of_freedom;
    if (mad.regularised) {
      context_.warnings->add("regularised", "bands depend on each other: a ridge was added to their covariance");
    }
    if (mad.clamped) {
      context_.warnings->add("correlation_clamped",
                             "a combination of bands is the same on both dates; its correlation was cut at 1 - 1e-7");
    }
    if (!needs_.null_model) return;
    WeightRule rule;
    rule.form = form;
    fit_.null = fit_scaled_f(passes_.form_histogram(rule, "null"), degrees_of_freedom);
    if (!fit_.null) {
      context_.warnings->add("no_null", "no F distribution fits T where nothing changed; p-values are chi-square's");
    }
  }

  QuadraticScore iterated_slow_features() {
    const MomentSummary& unweighted = normalization_.moments();
    QuadraticScore last = solve_slow_features(unweighted, plan_.band_count);
    std::vector<double> spread = correlations(unweighted);
    const double enough = std::max(50.0 * plan_.band_count * plan_.band_count, 1e-3 * unweighted.weight);
    fit_.isfa_passes = 1;
    while (fit_.isfa_passes < method_.options.irmad_passes) {
      const MomentSummary next =
          passes_.gram(chi2_rule(last.projection, last.degrees_of_freedom, 1.0), "isfa").summary();
      if (!(next.weight >= enough)) {
        context_.warnings->add("isfa_degenerate",
                               fmt::format("ISFA stopped at turn {}: its weights keep {:.0f} pixels; "
                                           "the last good turn stands",
                                           fit_.isfa_passes, next.weight));
        return last;
      }
      last = solve_slow_features(next, plan_.band_count);
      ++fit_.isfa_passes;
      const std::vector<double> now = correlations(next);
      double moved = 0.0;
      for (std::size_t b = 0; b < now.size(); ++b) moved = std::max(moved, std::abs(now[b] - spread[b]));
      spread = now;
      if (moved <= method_.irmad_tolerance) return last;
    }
    context_.warnings->add("isfa_not_converged",
                           fmt::format("ISFA did not reach its tolerance in {} turns", fit_.isfa_passes));
    return last;
  }

  /// Of the dates, one a band: what ISFA's weights move.
  std::vector<double> correlations(const MomentSummary& moments) const {
    std::vector<double> out;
    for (std::int32_t b = 0; b < plan_.band_count; ++b) {
      const std::int32_t after = plan_.band_count + b;
      const double both = std::sqrt(moments.covariance_at(b, b)) * std::sqrt(moments.covariance_at(after, after));
      out.push_back(both > 0.0 ? moments.covariance_at(b, after) / both : 0.0);
    }
    return out;
  }

  const DetectPlan& plan_;
  const Method& method_;
  const FitNeeds needs_;
  const JobContext& context_;
  FitPasses passes_;
  NormalizationFit normalization_;
  PairFit fit_;
  bool told_of_constant_bands_ = false;
};

}  // namespace

PairFit fit_pair(const DetectPlan& plan, PairTiles& tiles, const JobContext& context) {
  return PairFitter(plan, tiles, context).all();
}

PairFit fit_normalization(const DetectPlan& plan, PairTiles& tiles, const JobContext& context) {
  return PairFitter(plan, tiles, context).normalization();
}

}  // namespace groundshift
