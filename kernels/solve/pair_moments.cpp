// SPDX-License-Identifier: Apache-2.0
// Merging tile moments exactly, and the one place where they are rounded.
#include "kernels/solve/pair_moments.hpp"

#include <stdexcept>

#include "kernels/solve/shifted_sums.hpp"

namespace groundshift {

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
  if (count_ == 0) return empty_summary(band_count_);
  MomentSummary out = is_integer(type_) ? integer_summary() : float_summary();
  out.count = count_;
  out.weight = static_cast<double>(count_);
  return out;
}

MomentSummary PairMoments::integer_summary() const {
  MomentSummary out = empty_summary(band_count_);
  const std::size_t side = out.mean.size();
  const auto divisor = static_cast<double>(count_);
  const ShiftedIntegers shifted(count_, integer_sums_, side);
  for (std::size_t i = 0; i < side; ++i) {
    out.mean[i] = static_cast<double>(shifted.center[i]) + static_cast<double>(shifted.first[i]) / divisor;
    for (std::size_t j = i; j < side; ++j) {
      const Int128 scaled = Int128{count_} * shifted.second_at(i, j) -
                            shifted.first[i] * shifted.first[j];  // n^2 times the covariance, below 2^32 n^2
      const double covariance = static_cast<double>(scaled) / divisor / divisor;
      out.covariance[i * side + j] = covariance;
      out.covariance[j * side + i] = covariance;
    }
  }
  return out;
}

MomentSummary PairMoments::float_summary() const {
  MomentSummary out = empty_summary(band_count_);
  ExactDoubleSum total;
  total.add(static_cast<double>(count_));
  constexpr double kCellRounding = 0x1p-42;  // of sums in the order of lane_sum.hpp
  shift_float_sums(total, float_sums_, kCellRounding, out);
  return out;
}

}  // namespace groundshift
