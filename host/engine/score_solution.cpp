// SPDX-License-Identifier: Apache-2.0
// Terms and their parts.
#include "host/engine/score_solution.hpp"

#include "kernels/solve/weight_table.hpp"

namespace groundshift {
namespace {

ScoreKind kind_of(ScoreName score) {
  switch (score) {
    case ScoreName::difference: return ScoreKind::difference;
    case ScoreName::relative: return ScoreKind::relative;
    case ScoreName::log_ratio: return ScoreKind::log_ratio;
    case ScoreName::cva: return ScoreKind::cva;
    case ScoreName::scva: return ScoreKind::scva;
    case ScoreName::angle: return ScoreKind::angle;
    case ScoreName::ssim: return ScoreKind::ssim;
    case ScoreName::ncc: return ScoreKind::ncc;
    case ScoreName::index: return ScoreKind::index;
    case ScoreName::mahalanobis:
    case ScoreName::mad:
    case ScoreName::irmad:
    case ScoreName::isfa:
    case ScoreName::chronochrome:
    case ScoreName::hacd: break;
  }
  return ScoreKind::projection;
}

bool has_window(ScoreName score) {
  return score == ScoreName::ssim || score == ScoreName::ncc || score == ScoreName::log_ratio;
}

}  // namespace

ScoreRecipe recipe_frame(const Method& method) {
  ScoreRecipe recipe;
  for (const ScoreName score : method.scores) {
    ScoreTerm term;
    term.kind = kind_of(score);
    if (has_window(score)) term.window = method.window;
    if (score == ScoreName::scva && method.texture) term.texture.emplace();
    recipe.terms.push_back(std::move(term));
  }
  recipe.smooth = method.smooth;
  recipe.tolerate_shift = method.options.tolerate_shift;
  recipe.local_contrast = method.options.local_contrast;
  return recipe;
}

std::vector<BandFit> band_fits(const std::vector<BandNormalization>& fits, const MomentSummary& moments, bool scaled) {
  std::vector<BandFit> out;
  for (std::size_t b = 0; b < fits.size(); ++b) {
    out.push_back(to_band_fit(fits[b], moments, static_cast<std::int32_t>(b), scaled));
  }
  return out;
}

MomentSummary moments_of_band(const MomentSummary& moments, std::int32_t band) {
  const std::int32_t after = moments.band_count + band;
  MomentSummary one;
  one.count = moments.count;
  one.weight = moments.weight;
  one.band_count = 1;
  one.mean = {moments.before_mean(band), moments.after_mean(band)};
  one.covariance = {moments.covariance_at(band, band), moments.covariance_at(band, after),
                    moments.covariance_at(after, band), moments.covariance_at(after, after)};
  return one;
}

WeightRule chi2_rule(const Projection& form, std::int32_t degrees_of_freedom, double scale) {
  const WeightTable table = chi2_weight_table(degrees_of_freedom);
  WeightRule rule;
  rule.kind = WeightKind::table;
  rule.form = form;
  rule.scale = static_cast<float>(scale);
  rule.table = table.weights;
  rule.inverse_step = table.inverse_step;
  return rule;
}

}  // namespace groundshift
