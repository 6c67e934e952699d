// SPDX-License-Identifier: Apache-2.0
// Forms from fits, and rules from the histograms of those forms.
#include "kernels/solve/contextual.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "kernels/solve/float_histogram.hpp"
#include "kernels/solve/projection_rows.hpp"
#include "kernels/solve/weight_table.hpp"

namespace groundshift {
namespace {

constexpr double kLargestFloat = std::numeric_limits<float>::max();

/// Row (gain after + offset - before) / unit of one band.
void add_difference(ProjectionRows& rows, const BandNormalization& fit, const MomentSummary& moments, std::int32_t band,
                    double unit) {
  std::vector<double> row(moments.mean.size(), 0.0);
  row[static_cast<std::size_t>(band)] = -1.0 / unit;
  row[static_cast<std::size_t>(moments.band_count + band)] = fit.gain / unit;
  const double at_mean = fit.gain * moments.after_mean(band) + fit.offset - moments.before_mean(band);
  rows.add(row, at_mean / unit);
}

double median_of(std::span<const std::uint64_t> bins) {
  const std::optional<double> median = quantile(bins, 0.5);
  if (!median) throw std::domain_error("no pixel is left to take weights from");
  return *median;
}

}  // namespace

WeightRule contextual_form(const std::vector<BandNormalization>& fits, const MomentSummary& moments,
                           const ContextualSettings& settings) {
  if (fits.size() != static_cast<std::size_t>(moments.band_count)) {
    throw std::invalid_argument("contextual_form: not one fit a band");
  }
  ProjectionRows rows(moments);
  bool any = false;
  for (std::int32_t b = 0; b < moments.band_count; ++b) {
    const BandNormalization& fit = fits[static_cast<std::size_t>(b)];
    if (!fit.differs()) continue;
    add_difference(rows, fit, moments, b, fit.sigma);
    any = true;
  }
  if (!any) throw std::domain_error("no band differs between the dates");
  rows.close_group();
  WeightRule out;
  out.kind = WeightKind::table;
  out.form = rows.take();
  out.box = settings.box;
  return out;
}

WeightRule contextual_rule(WeightRule form, std::span<const std::uint64_t> bins, const ContextualSettings& settings) {
  const std::int32_t bands = form.form.row_count();
  const double median = median_of(bins);
  if (!(median >= std::numeric_limits<float>::min()) || median > kLargestFloat) {
    throw std::domain_error("half the pixels do not differ between the dates, or differ without bound");
  }
  WeightTable table = chi2_weight_table(bands);
  form.scale = static_cast<float>(std::min(settings.scale * bands / median, kLargestFloat));
  form.table = std::move(table.weights);
  form.inverse_step = table.inverse_step;
  return form;
}

WeightRule huber_form(const BandNormalization& fit, const MomentSummary& band_moments) {
  if (band_moments.band_count != 1) throw std::invalid_argument("huber_form: not the moments of one band");
  ProjectionRows rows(band_moments);
  add_difference(rows, fit, band_moments, 0, 1.0);
  rows.close_group();
  WeightRule out;
  out.kind = WeightKind::huber;
  out.form = rows.take();
  return out;
}

WeightRule huber_rule(WeightRule form, std::span<const std::uint64_t> bins) {
  constexpr double kDeviationOfMedian = 1.4826;  // 1 / Phi^-1(3/4): median |r| to standard deviation
  const double limit = kHuberK * kDeviationOfMedian * std::sqrt(median_of(bins));
  form.limit = static_cast<float>(std::min(limit, kLargestFloat));
  return form;
}

}  // namespace groundshift
