// SPDX-License-Identifier: Apache-2.0
// Closed forms of the band maps from means and covariances.
#include "kernels/solve/band_normalization.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace groundshift {
namespace {

/// Means and covariances of one band on both dates.
struct BandMoments {
  double before_mean, after_mean;
  double before_variance, after_variance, covariance;
};

BandMoments moments_of_band(const MomentSummary& moments, std::int32_t band) {
  const std::int32_t after = moments.band_count + band;
  return {moments.before_mean(band), moments.after_mean(band), moments.covariance_at(band, band),
          moments.covariance_at(after, after), moments.covariance_at(band, after)};
}

/// Differences whose mean square is not above this share of the variances are rounding: float32 evaluates a centred
/// difference to 2^-24 of its terms, so sigmas below 2^-22 of the bands' own spread mean nothing.
constexpr double kRoundingShare = 0x1p-44;

[[noreturn]] void fail(std::int32_t band, const std::string& why) {
  throw std::domain_error("normalization of band " + std::to_string(band + 1) + ": " + why);
}

void expect_spread(double variance, std::int32_t band, const char* date) {
  if (!std::isfinite(variance)) fail(band, std::string("the ") + date + " date has values that are not finite");
  if (!(variance > 0.0)) fail(band, std::string("the ") + date + " date is constant");
}

/// tan(theta), theta = atan2(2 s_xy, s_yy - s_xx) / 2, without cancellation on either side of the diagonal.
double orthogonal_gain(const BandMoments& m, std::int32_t band) {
  const double excess = m.before_variance - m.after_variance;
  const double twice = 2.0 * m.covariance;
  const double length = std::sqrt(excess * excess + twice * twice);
  if (excess < 0.0) return twice / (length - excess);
  if (twice == 0.0) fail(band, "the before and after dates are uncorrelated, so an orthogonal fit has no slope");
  return (excess + length) / twice;
}

bool is_fitted(NormalizationKind kind) {
  return kind != NormalizationKind::none && kind != NormalizationKind::histogram;
}

double gain_of(NormalizationKind kind, const BandMoments& m, std::int32_t band) {
  switch (kind) {
    case NormalizationKind::none:
    case NormalizationKind::histogram: break;
    case NormalizationKind::zscore: return std::sqrt(m.before_variance) / std::sqrt(m.after_variance);
    case NormalizationKind::regression: return m.covariance / m.after_variance;
    case NormalizationKind::orthogonal:
    case NormalizationKind::huber:
    case NormalizationKind::pif:
    case NormalizationKind::contextual: return orthogonal_gain(m, band);
  }
  return 1.0;
}

/// mean (gain * after + offset - before)^2 when that difference has mean `mean_difference`.
double mean_square(const BandMoments& m, double gain, double mean_difference) {
  const double variance = gain * gain * m.after_variance - 2.0 * gain * m.covariance + m.before_variance;
  return std::max(variance, 0.0) + mean_difference * mean_difference;
}

BandNormalization closed_fit(NormalizationKind kind, const BandMoments& m, std::int32_t band) {
  BandNormalization out;
  const double raw_difference = m.after_mean - m.before_mean;
  out.rmse_before = std::sqrt(mean_square(m, 1.0, raw_difference));
  const double spread = std::sqrt(m.before_variance) * std::sqrt(m.after_variance);
  if (spread > 0.0) out.correlation = std::clamp(m.covariance / spread, -1.0, 1.0);
  if (!is_fitted(kind)) {
    out.rmse_after = out.rmse_before;
  } else {
    out.gain = gain_of(kind, m, band);
    out.offset = m.before_mean - out.gain * m.after_mean;
    const double square = mean_square(m, out.gain, 0.0);
    const double rounding = kRoundingShare * (m.before_variance + out.gain * out.gain * m.after_variance);
    out.rmse_after = square > rounding ? std::sqrt(square) : 0.0;
  }
  out.sigma = out.rmse_after;
  return out;
}

}  // namespace

BandNormalization fit_band(NormalizationKind kind, const MomentSummary& moments, std::int32_t band) {
  const BandMoments m = moments_of_band(moments, band);
  if (is_fitted(kind)) {
    if (moments.count < 2) fail(band, "fewer than 2 pixels are valid on the before and after dates");
    expect_spread(m.before_variance, band, "before");
    expect_spread(m.after_variance, band, "after");
  }
  BandNormalization out = closed_fit(kind, m, band);
  out.count = moments.count;
  out.effective_count = moments.weight;
  return out;
}

std::vector<BandNormalization> fit_bands(NormalizationKind kind, const MomentSummary& moments) {
  std::vector<BandNormalization> out;
  for (std::int32_t band = 0; band < moments.band_count; ++band) out.push_back(fit_band(kind, moments, band));
  return out;
}

HoldOut evaluate_fit(NormalizationKind kind, const MomentSummary& train, const MomentSummary& held) {
  if (train.band_count != held.band_count) throw std::invalid_argument("evaluate_fit: unequal band counts");
  HoldOut out(static_cast<std::size_t>(train.band_count));
  for (std::int32_t band = 0; band < train.band_count && held.weight > 0.0; ++band) {
    const BandMoments m = moments_of_band(held, band);
    try {
      const BandNormalization fit = fit_band(kind, train, band);
      const double difference = fit.gain * m.after_mean + fit.offset - m.before_mean;
      out[static_cast<std::size_t>(band)] = {std::sqrt(mean_square(m, 1.0, m.after_mean - m.before_mean)),
                                             std::sqrt(mean_square(m, fit.gain, difference))};
    } catch (const std::domain_error&) {
      continue;  // no fit, no judgement: the caller has been told so by fit_bands
    }
  }
  return out;
}

BandFit to_band_fit(const BandNormalization& normalization, const MomentSummary& moments, std::int32_t band,
                    bool scaled) {
  BandFit fit;
  if (scaled) {
    const double largest = std::numeric_limits<float>::max();  // a sigma of denormal size must not give an infinity
    fit.weight = normalization.differs() ? static_cast<float>(std::min(1.0 / normalization.sigma, largest)) : 0.0f;
  }
  if (normalization.gain == 1.0 && normalization.offset == 0.0) return fit;
  fit.before_center = static_cast<float>(std::round(moments.before_mean(band)));
  fit.after_center = static_cast<float>(std::round(moments.after_mean(band)));
  fit.gain = static_cast<float>(normalization.gain);
  const double offset = normalization.gain * static_cast<double>(fit.after_center) + normalization.offset;
  fit.offset = static_cast<float>(offset);
  fit.bias = static_cast<float>(offset - static_cast<double>(fit.before_center));
  return fit;
}

}  // namespace groundshift
