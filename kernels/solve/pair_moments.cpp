// SPDX-License-Identifier: Apache-2.0
// Merging tile moments exactly, and the one place where they are rounded.
#include "kernels/solve/pair_moments.hpp"

#include <cmath>
#include <stdexcept>

namespace groundshift {
namespace {

/// Place of entry (row, column), row <= column, of the upper triangle of a side x side matrix after the first moments.
std::size_t gram_index(std::size_t side, std::size_t row, std::size_t column) {
  return side + row * side - row * (row + 1) / 2 + column;
}

/// Integer nearest to sum / count, halves away from zero.
Int128 rounded_mean(Int128 sum, Int128 count) {
  return sum >= 0 ? (2 * sum + count) / (2 * count) : -((-2 * sum + count) / (2 * count));
}

MomentSummary empty_summary(std::int64_t count, std::int32_t band_count) {
  const auto side = static_cast<std::size_t>(2 * band_count);
  return {count, band_count, std::vector<double>(side, 0.0), std::vector<double>(side * side, 0.0)};
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

}  // namespace

PairMoments::PairMoments(PixelType type, std::int32_t band_count) : type_(type), band_count_(band_count) {
  if (band_count < 1) throw std::invalid_argument("PairMoments: band count below 1");
  const auto sums = static_cast<std::size_t>(moment_count(band_count));
  if (is_integer(type)) {
    integer_sums_.resize(sums);
  } else {
    float_sums_.resize(sums);
  }
}

void PairMoments::add(const TileMoments& tile) {
  if (tile.count < 0) throw std::invalid_argument("PairMoments: negative pixel count");
  if (is_integer(type_)) {
    if (tile.integer_sums.size() != integer_sums_.size() || !tile.cell_sums.empty()) {
      throw std::invalid_argument("PairMoments: tile does not hold one set of integer sums");
    }
    for (std::size_t i = 0; i < integer_sums_.size(); ++i) integer_sums_[i].add(tile.integer_sums[i]);
  } else {
    const std::size_t set = float_sums_.size();
    if (tile.cell_sums.size() % set != 0 || !tile.integer_sums.empty()) {
      throw std::invalid_argument("PairMoments: tile does not hold whole sets of cell sums");
    }
    for (std::size_t cell = 0; cell < tile.cell_sums.size(); cell += set) {
      for (std::size_t i = 0; i < set; ++i) float_sums_[i].add(tile.cell_sums[cell + i]);
    }
  }
  count_ += tile.count;
}

void PairMoments::merge(const PairMoments& other) {
  if (other.type_ != type_ || other.band_count_ != band_count_) {
    throw std::invalid_argument("PairMoments: parts of different pairs");
  }
  for (std::size_t i = 0; i < integer_sums_.size(); ++i) integer_sums_[i].merge(other.integer_sums_[i]);
  for (std::size_t i = 0; i < float_sums_.size(); ++i) float_sums_[i].merge(other.float_sums_[i]);
  count_ += other.count_;
}

MomentSummary PairMoments::summary() const {
  if (count_ == 0) return empty_summary(0, band_count_);
  return is_integer(type_) ? integer_summary() : float_summary();
}

MomentSummary PairMoments::integer_summary() const {
  MomentSummary out = empty_summary(count_, band_count_);
  const std::size_t side = out.mean.size();
  const Int128 count = count_;
  const auto divisor = static_cast<double>(count_);
  std::vector<Int128> center(side);
  std::vector<Int128> shifted(side);  // s' = s - n c, |s'| <= n / 2
  for (std::size_t i = 0; i < side; ++i) {
    const Int128 sum = integer_sums_[i].value();
    center[i] = rounded_mean(sum, count);
    shifted[i] = sum - count * center[i];
    out.mean[i] = static_cast<double>(center[i]) + static_cast<double>(shifted[i]) / divisor;
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = i; j < side; ++j) {
      const Int128 gram = integer_sums_[gram_index(side, i, j)].value() - center[i] * integer_sums_[j].value() -
                          center[j] * integer_sums_[i].value() + count * center[i] * center[j];
      const Int128 scaled = count * gram - shifted[i] * shifted[j];  // n^2 times the covariance, below 2^32 n^2
      const double covariance = static_cast<double>(scaled) / divisor / divisor;
      out.covariance[i * side + j] = covariance;
      out.covariance[j * side + i] = covariance;
    }
  }
  return out;
}

MomentSummary PairMoments::float_summary() const {
  MomentSummary out = empty_summary(count_, band_count_);
  const std::size_t side = out.mean.size();
  const auto divisor = static_cast<double>(count_);
  std::vector<double> center(side);
  std::vector<double> residual(side);  // s' / n, at most 2^-24 of the mean
  std::vector<SumParts> parts;
  parts.reserve(side);
  for (std::size_t i = 0; i < side; ++i) {
    const double rounded = float_sums_[i].to_double() / divisor;
    center[i] = static_cast<double>(static_cast<float>(rounded));
    ExactDoubleSum shifted = float_sums_[i];
    shifted.add_product(-divisor, center[i]);
    residual[i] = shifted.to_double() / divisor;
    out.mean[i] = center[i] + residual[i];
    parts.emplace_back(float_sums_[i]);
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = i; j < side; ++j) {
      const ExactDoubleSum& gram = float_sums_[gram_index(side, i, j)];
      ExactDoubleSum shifted = gram;  // S' = S - c_i s_j - c_j s_i + n c_i c_j; c_i c_j is exact: 24 bits each
      for (int k = 0; k < 3; ++k) {
        shifted.add_product(-center[i], parts[j].part[k]);
        shifted.add_product(-center[j], parts[i].part[k]);
      }
      shifted.add_product(divisor, center[i] * center[j]);
      double covariance = shifted.to_double() / divisor - residual[i] * residual[j];
      if (i == j && covariance <= std::ldexp(gram.to_double() / divisor, -42)) covariance = 0.0;
      out.covariance[i * side + j] = covariance;
      out.covariance[j * side + i] = covariance;
    }
  }
  return out;
}

}  // namespace groundshift
