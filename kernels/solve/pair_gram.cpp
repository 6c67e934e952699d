// SPDX-License-Identifier: Apache-2.0
// Merging weighted tile sums exactly, taking parts away, and the one place where they are rounded.
#include "kernels/solve/pair_gram.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>

#include "kernels/solve/shifted_sums.hpp"

namespace groundshift {
namespace {

ExactSum negated(const ExactSum& sum) {
  ExactSum out{~sum.lo, ~sum.hi};
  out.add_unsigned(1);
  return out;
}

void set_integer_moments(std::span<const ExactSum> sums, MomentSummary& out) {
  const std::size_t side = out.mean.size();
  const Int128 total = sums[0].value();
  const auto divisor = static_cast<double>(total);
  const ShiftedIntegers shifted(total, sums.subspan(1), side);
  std::vector<double> residual(side);
  for (std::size_t i = 0; i < side; ++i) {
    residual[i] = static_cast<double>(shifted.first[i]) / divisor;
    out.mean[i] = static_cast<double>(shifted.center[i]) + residual[i];
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = i; j < side; ++j) {
      const double covariance = static_cast<double>(shifted.second_at(i, j)) / divisor - residual[i] * residual[j];
      out.covariance[i * side + j] = covariance;
      out.covariance[j * side + i] = covariance;
    }
  }
}

}  // namespace

PairGram::PairGram(PixelType type, std::int32_t variable_count, GramProducts products)
    : type_(type), variable_count_(variable_count), products_(products) {
  if (variable_count < 2 || variable_count % 2 != 0) throw std::invalid_argument("PairGram: not the planes of a pair");
  const auto sums = static_cast<std::size_t>(gram_count(variable_count));
  if (is_integer(type)) {
    integer_sums_.resize(sums);
  } else {
    float_sums_.resize(sums);
  }
}

void PairGram::add(const TileGram& tile) {
  if (tile.count < 0) throw std::invalid_argument("PairGram: negative pixel count");
  if (is_integer(type_)) {
    if (tile.integer_sums.size() != integer_sums_.size() || !tile.cell_sums.empty()) {
      throw std::invalid_argument("PairGram: tile does not hold one set of integer sums");
    }
    for (std::size_t i = 0; i < integer_sums_.size(); ++i) integer_sums_[i].merge(tile.integer_sums[i]);
  } else {
    const std::size_t set = float_sums_.size();
    if (tile.cell_sums.size() % set != 0 || !tile.integer_sums.empty()) {
      throw std::invalid_argument("PairGram: tile does not hold whole sets of cell sums");
    }
    for (std::size_t cell = 0; cell < tile.cell_sums.size(); cell += set) {
      for (std::size_t i = 0; i < set; ++i) float_sums_[i].add(tile.cell_sums[cell + i]);
    }
  }
  count_ += tile.count;
}

void PairGram::merge(const PairGram& other) {
  expect_like(other);
  for (std::size_t i = 0; i < integer_sums_.size(); ++i) integer_sums_[i].merge(other.integer_sums_[i]);
  for (std::size_t i = 0; i < float_sums_.size(); ++i) float_sums_[i].merge(other.float_sums_[i]);
  count_ += other.count_;
}

PairGram PairGram::minus(const PairGram& part) const {
  expect_like(part);
  PairGram out = *this;
  for (std::size_t i = 0; i < integer_sums_.size(); ++i) out.integer_sums_[i].merge(negated(part.integer_sums_[i]));
  for (std::size_t i = 0; i < float_sums_.size(); ++i) out.float_sums_[i].subtract(part.float_sums_[i]);
  out.count_ -= part.count_;
  return out;
}

void PairGram::expect_like(const PairGram& other) const {
  if (other.type_ != type_ || other.variable_count_ != variable_count_ || other.products_ != products_) {
    throw std::invalid_argument("PairGram: parts of different pairs");
  }
}

MomentSummary PairGram::summary() const {
  MomentSummary out = empty_summary(variable_count_ / 2);
  out.count = count_;
  const double total = is_integer(type_) ? static_cast<double>(integer_sums_[0].value()) : float_sums_[0].to_double();
  if (!(total > 0.0)) return out;
  out.weight = total / static_cast<double>(kWeightOne);
  if (is_integer(type_)) {
    set_integer_moments(integer_sums_, out);
  } else {
    constexpr double kCellRounding = 0x1p-41;
    shift_float_sums(float_sums_[0], std::span(float_sums_).subspan(1), kCellRounding, out);
  }
  const auto side = static_cast<std::size_t>(variable_count_);
  for (std::int32_t i = 0; i < variable_count_; ++i) {
    for (std::int32_t j = i; j < variable_count_; ++j) {
      if (sums_product(products_, i, j, variable_count_ / 2)) continue;
      const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
      out.covariance[row * side + column] = out.covariance[column * side + row] =
          std::numeric_limits<double>::quiet_NaN();
    }
  }
  return out;
}

}  // namespace groundshift
