// SPDX-License-Identifier: Apache-2.0
// The linear map that puts a band of AFTER on the radiometry of BEFORE, fitted from the pair's moments.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/solve/pair_moments.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// none       : gain 1, offset 0
/// zscore     : gain = std(before) / std(after): mean and standard deviation of AFTER are made those of BEFORE
/// regression : gain = cov(before, after) / var(after): least squares of BEFORE on AFTER
/// orthogonal : slope of the total least squares line in the (after, before) plane, equal error variance on both dates
/// All but `none`: offset = mean(before) - gain * mean(after).
/// source : ALGORITHMS of the project, radiometric normalisation; orthogonal: Canty et al., RSE 91 (2004) 441-451
enum class NormalizationKind : std::uint8_t { none, zscore, regression, orthogonal };

/// after' = gain * after + offset, in the units of BEFORE, and how well it fits, over all valid pixels of the pair.
/// correlation : Pearson's r of the two dates, -1..1; 0 where a date is constant
/// rmse_before : sqrt(mean (after - before)^2);  rmse_after : sqrt(mean (after' - before)^2)
/// sigma       : no-change sigma of the scaled score, = rmse_after; exactly 0 when the dates do not differ beyond the
///               rounding of the arithmetic: such a band gets weight 0 in the scaled score, and the caller should say
///               so
struct BandNormalization {
  double gain = 1.0;
  double offset = 0.0;
  double correlation = 0.0;
  double rmse_before = 0.0;
  double rmse_after = 0.0;
  double sigma = 0.0;
  std::int64_t count = 0;

  bool differs() const { return sigma > 0.0; }
};

/// One map a band. Only + - * / sqrt in double. Throws std::domain_error, naming band (1-based) and date, when the kind
/// is not `none` and there are fewer than 2 pixels, a band is constant or not finite on a date, or (orthogonal) the
/// dates are uncorrelated with all the variance in BEFORE, so that no slope is defined.
std::vector<BandNormalization> fit_bands(NormalizationKind kind, const MomentSummary& moments);

/// The map in the form of the pixel loop: centres are the means rounded to integers, so that float32 loses no digits of
/// large pixel values; gain 1 with offset 0 keeps centres 0, so that differences of integers stay exact.
/// band   : 0-based
/// scaled : weight = 1 / sigma (0 where sigma is 0), else 1
BandFit to_band_fit(const BandNormalization& normalization, const MomentSummary& moments, std::int32_t band,
                    bool scaled);

}  // namespace groundshift
