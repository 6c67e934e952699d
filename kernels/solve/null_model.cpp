// SPDX-License-Identifier: Apache-2.0
// Two quantiles give the scaled F; tails in double fill a table whose index is the float32 pattern of r.
#include "kernels/solve/null_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "kernels/solve/distributions.hpp"
#include "kernels/solve/float_histogram.hpp"

namespace groundshift {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMinNu = 0.1;
constexpr double kMaxNu = 1e4;  // beyond, the ratio of quantiles is chi-square's within 2e-4, less than bins resolve
constexpr double kUpperShare = 0.50;
constexpr double kLowerShare = 0.15;
constexpr std::uint64_t kLeastCount = 100;

constexpr std::int32_t kIntervals = 65536;
constexpr std::int32_t kMantissaBits = 23;
constexpr double kLinearBelow = 1e-4;  // 1 - p under which p is linear in r, well inside the error allowed
constexpr double kSmallestP = std::numeric_limits<float>::min();

/// Ratio of the upper to the lower quantile of F(p, nu); falls as nu rises.
double quantile_ratio(double p, double nu) { return f_isf(p, nu, 1.0 - kUpperShare) / f_isf(p, nu, 1.0 - kLowerShare); }

double nu_of_ratio(double p, double ratio) {
  if (!(ratio > quantile_ratio(p, kMaxNu))) return kInfinity;
  double low = kMinNu, high = kMaxNu;
  while (high > low * (1.0 + 1e-9)) {
    const double middle = std::sqrt(low * high);
    (quantile_ratio(p, middle) > ratio ? low : high) = middle;
  }
  return low;
}

double power_of_two(std::int32_t exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// e^x for x in [-0.5, 0], relative error below |x|^5 / 100; a step of the table is that short.
float exp_of_step(float x) { return 1.0f + x * (1.0f + x * (0.5f + x * (1.0f / 6.0f + x * (1.0f / 24.0f)))); }

}  // namespace

std::optional<ScaledF> fit_scaled_f(std::span<const std::uint64_t> bins, std::int32_t degrees_of_freedom) {
  if (degrees_of_freedom < 1) throw std::invalid_argument("scaled F: degrees of freedom below 1");
  const std::optional<double> upper = quantile(bins, kUpperShare);
  const std::optional<double> lower = quantile(bins, kLowerShare);
  if (std::accumulate(bins.begin(), bins.end(), std::uint64_t{0}) < kLeastCount) return std::nullopt;
  if (!(*lower > 0.0 && *upper < kInfinity)) return std::nullopt;
  const double p = degrees_of_freedom;
  const double nu = nu_of_ratio(p, *upper / *lower);
  return ScaledF{*upper / f_isf(p, nu, 1.0 - kUpperShare), nu};
}

double NullModel::p_value(double r) const {
  return f ? f_survival(degrees_of_freedom, f->nu, r * r / f->k) : chi2_survival(degrees_of_freedom, r * r);
}

double NullModel::threshold(double alpha) const {
  const double p = degrees_of_freedom;
  return std::sqrt(f ? f->k * f_isf(p, f->nu, alpha) : chi2_isf(p, alpha));
}

PValueTable::PValueTable(std::int32_t degrees_of_freedom, std::optional<ScaledF> null)
    : null_{degrees_of_freedom, null} {
  if (degrees_of_freedom < 1) throw std::invalid_argument("p-values: degrees of freedom below 1");
  if (null && !(null->k > 0.0 && null->k < kInfinity && null->nu > 0.0)) {
    throw std::invalid_argument("p-values: scale or degrees of freedom of the scaled F not above 0");
  }
  const auto p_at = [this](double r) { return null_.p_value(r); };
  std::int32_t low = -126, high = 127;
  while (low + 1 < high && p_at(power_of_two(low + 1)) >= 1.0 - kLinearBelow) ++low;
  while (high - 1 > low && p_at(power_of_two(high - 1)) <= kSmallestP) --high;
  lowest_ = static_cast<float>(power_of_two(low));
  highest_ = static_cast<float>(power_of_two(high));
  std::int32_t interval_bits = 0;
  while (((high - low) << (interval_bits + 1)) <= kIntervals) ++interval_bits;
  position_bits_ = kMantissaBits - interval_bits;

  const std::int32_t interval_count = (high - low) << interval_bits;
  nodes_.resize(static_cast<std::size_t>(interval_count) + 1);
  double log_before = 0.0, p = 1.0;
  for (std::int32_t i = 0; i <= interval_count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(lowest_) + (static_cast<std::uint32_t>(i) << position_bits_);
    if (p > kSmallestP) p = std::max(p_at(static_cast<double>(std::bit_cast<float>(bits))), kSmallestP);
    const double log_p = exact_log(p);
    const auto node = static_cast<std::size_t>(i);
    nodes_[node].p = static_cast<float>(p);
    if (i > 0) nodes_[node - 1].log_step = static_cast<float>(std::min(log_p - log_before, 0.0));
    log_before = log_p;
  }
}

float PValueTable::operator()(float r) const {
  if (r != r) return r;
  if (!(r > lowest_)) return 1.0f - (1.0f - nodes_.front().p) * (std::max(r, 0.0f) / lowest_);
  if (r >= highest_) return nodes_.back().p;
  const std::uint32_t offset = std::bit_cast<std::uint32_t>(r) - std::bit_cast<std::uint32_t>(lowest_);
  const Node& node = nodes_[offset >> position_bits_];
  const std::uint32_t interval = std::uint32_t{1} << position_bits_;
  const float position = static_cast<float>(offset & (interval - 1)) / static_cast<float>(interval);
  return node.p * exp_of_step(position * node.log_step);
}

}  // namespace groundshift
