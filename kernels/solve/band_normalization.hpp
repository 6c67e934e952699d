// SPDX-License-Identifier: Apache-2.0
// The linear map that puts a band of AFTER on the radiometry of BEFORE, fitted from the pair's moments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/solve/moment_summary.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// none       : gain 1, offset 0
/// zscore     : gain = std(before) / std(after): mean and standard deviation of AFTER are made those of BEFORE
/// regression : gain = cov(before, after) / var(after): least squares of BEFORE on AFTER
/// orthogonal : slope of the total least squares line in the (after, before) plane, equal error variance on both dates
/// huber, pif, contextual : orthogonal, of moments under the weights that give the kind its name: Huber's of the
///              residual, IR-MAD's no-change weights, those of the contextual refit
/// histogram  : gain 1, offset 0: the moments are those of a pair whose AFTER has gone through its ValueMap
///              (histogram_match.hpp)
/// All but `none` and `histogram`: offset = mean(before) - gain * mean(after).
/// source : ALGORITHMS of the project, radiometric normalisation; orthogonal: Canty et al., RSE 91 (2004) 441-451
enum class NormalizationKind : std::uint8_t { none, zscore, regression, orthogonal, huber, histogram, pif, contextual };

/// after' = gain * after + offset, in the units of BEFORE, and how well it fits, over all valid pixels of the pair; all
/// means under the weights of the moments.
/// correlation : Pearson's r of the two dates, -1..1; 0 where a date is constant
/// rmse_before : sqrt(mean (after - before)^2);  rmse_after : sqrt(mean (after' - before)^2)
/// sigma       : no-change sigma of the scaled score, = rmse_after, the weighted root mean square of d; exactly 0 when
///               the dates do not differ beyond the rounding of the arithmetic: such a band gets weight 0 in the scaled
///               score, and the caller should say so
/// count           : pixels of weight above 0
/// effective_count : sum of the weights, in pixels
struct BandNormalization {
  double gain = 1.0;
  double offset = 0.0;
  double correlation = 0.0;
  double rmse_before = 0.0;
  double rmse_after = 0.0;
  double sigma = 0.0;
  std::int64_t count = 0;
  double effective_count = 0.0;

  bool differs() const { return sigma > 0.0; }
};

/// One map a band. Only + - * / sqrt in double. Throws std::domain_error, naming band (1-based) and date, when the kind
/// is not `none` or `histogram` and there are fewer than 2 pixels, a band is constant or not finite on a date, or (the
/// orthogonal kinds) the dates are uncorrelated with no less variance in BEFORE, so that no slope is defined. An
/// orthogonal slope of uncorrelated dates with less variance in BEFORE is 0, of negatively correlated ones negative.
std::vector<BandNormalization> fit_bands(NormalizationKind kind, const MomentSummary& moments);
/// The same of one band, 0-based.
BandNormalization fit_band(NormalizationKind kind, const MomentSummary& moments, std::int32_t band);

/// How well a fit carries over to pixels it did not see: sqrt(mean (after - before)^2) and the same of after', over the
/// held-out pixels under the weights of the fit.
struct HeldOutRmse {
  double before = 0.0;
  double after = 0.0;
};
/// One entry a band; nothing for a band that has no fit, or with no weight held out.
using HoldOut = std::vector<std::optional<HeldOutRmse>>;

/// Fits each band to `train` and judges it on `held`, from second moments alone (no pass over pixels).
/// train : moments without the held-out third (PairGram::minus);   held : those of that third, under the same weights
/// Throws std::invalid_argument when the band counts differ; a band that fit_bands refuses is left empty.
HoldOut evaluate_fit(NormalizationKind kind, const MomentSummary& train, const MomentSummary& held);

/// The map in the form of the pixel loop: centres are the means rounded to integers, so that float32 loses no digits of
/// large pixel values; gain 1 with offset 0 keeps centres 0, so that differences of integers stay exact.
/// band   : 0-based
/// scaled : weight = 1 / sigma (0 where sigma is 0), else 1
BandFit to_band_fit(const BandNormalization& normalization, const MomentSummary& moments, std::int32_t band,
                    bool scaled);

}  // namespace groundshift
