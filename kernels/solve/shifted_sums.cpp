// SPDX-License-Identifier: Apache-2.0
// The exact shift of integer sums and of long accumulators.
#include "kernels/solve/shifted_sums.hpp"

namespace groundshift {
namespace {

/// Integer nearest to sum / count, halves away from zero.
Int128 rounded_mean(Int128 sum, Int128 count) {
  return sum >= 0 ? (2 * sum + count) / (2 * count) : -((-2 * sum + count) / (2 * count));
}

/// A sum as three doubles that hold at least 159 of its leading bits.
struct SumParts {
  double part[3];

  explicit SumParts(ExactDoubleSum sum) {
    for (double& p : part) {
      p = sum.to_double();
      sum.add(-p);
    }
  }
};

void add_product(ExactDoubleSum& sum, double factor, const SumParts& parts) {
  for (const double part : parts.part) sum.add_product(factor, part);
}

}  // namespace

MomentSummary empty_summary(std::int32_t band_count) {
  const auto side = static_cast<std::size_t>(2 * band_count);
  MomentSummary out;
  out.band_count = band_count;
  out.mean.assign(side, 0.0);
  out.covariance.assign(side * side, 0.0);
  return out;
}

ShiftedIntegers::ShiftedIntegers(Int128 total, std::span<const ExactSum> sums, std::size_t side) {
  for (std::size_t i = 0; i < side; ++i) {
    const Int128 sum = sums[i].value();
    center.push_back(rounded_mean(sum, total));
    first.push_back(sum - total * center[i]);
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = i; j < side; ++j) {
      second.push_back(sums[gram_index(side, i, j)].value() - center[i] * sums[j].value() -
                       center[j] * sums[i].value() + total * center[i] * center[j]);
    }
  }
}

void shift_float_sums(const ExactDoubleSum& total, std::span<const ExactDoubleSum> sums, double rounding_share,
                      MomentSummary& out) {
  const std::size_t side = out.mean.size();
  const double divisor = total.to_double();
  const SumParts total_parts(total);
  std::vector<double> center(side);
  std::vector<double> residual(side);  // s' / W, at most 2^-24 of the mean
  std::vector<SumParts> parts;
  parts.reserve(side);
  for (std::size_t i = 0; i < side; ++i) {
    center[i] = static_cast<double>(static_cast<float>(sums[i].to_double() / divisor));
    ExactDoubleSum shifted = sums[i];
    add_product(shifted, -center[i], total_parts);
    residual[i] = shifted.to_double() / divisor;
    out.mean[i] = center[i] + residual[i];
    parts.emplace_back(sums[i]);
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = i; j < side; ++j) {
      const ExactDoubleSum& gram = sums[gram_index(side, i, j)];
      ExactDoubleSum shifted = gram;  // S' = S - c_i s_j - c_j s_i + W c_i c_j; c_i c_j is exact: 24 bits each
      add_product(shifted, -center[i], parts[j]);
      add_product(shifted, -center[j], parts[i]);
      add_product(shifted, center[i] * center[j], total_parts);
      double covariance = shifted.to_double() / divisor - residual[i] * residual[j];
      if (i == j && covariance <= rounding_share * (gram.to_double() / divisor)) covariance = 0.0;
      out.covariance[i * side + j] = covariance;
      out.covariance[j * side + i] = covariance;
    }
  }
}

}  // namespace groundshift
