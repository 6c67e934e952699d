// SPDX-License-Identifier: Apache-2.0
// Moments of a pair: hand-made numbers, sums near their limits, and no dependence on the order of tiles.
#include "kernels/solve/pair_moments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "kernels/math/lane_sum.hpp"

namespace groundshift {
namespace {

/// Moments of pixels given as columns of z, by the definition in TileMoments.
TileMoments integer_tile(const std::vector<std::vector<std::int64_t>>& z) {
  TileMoments out;
  out.count = static_cast<std::int64_t>(z.front().size());
  const auto sum_of = [&](std::size_t i, const std::vector<std::int64_t>* other) {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < z[i].size(); ++k) sum += z[i][k] * (other != nullptr ? (*other)[k] : 1);
    return sum;
  };
  for (std::size_t i = 0; i < z.size(); ++i) out.integer_sums.push_back(sum_of(i, nullptr));
  for (std::size_t i = 0; i < z.size(); ++i) {
    for (std::size_t j = i; j < z.size(); ++j) out.integer_sums.push_back(sum_of(i, &z[j]));
  }
  return out;
}

/// One cell of float pixels, kCellSize wide, in the order of lane_sum.hpp.
TileMoments float_cell(const std::vector<std::vector<float>>& z) {
  TileMoments out;
  out.count = static_cast<std::int64_t>(z.front().size());
  const auto sum_of = [&](std::size_t i, const std::vector<float>* other) {
    std::array<double, kCellLanes> lanes{};
    for (std::size_t k = 0; k < z[i].size(); ++k) {
      const double factor = other != nullptr ? static_cast<double>((*other)[k]) : 1.0;
      lanes[k % kCellLanes] += static_cast<double>(z[i][k]) * factor;
    }
    return lane_tree(lanes.data());
  };
  for (std::size_t i = 0; i < z.size(); ++i) out.cell_sums.push_back(sum_of(i, nullptr));
  for (std::size_t i = 0; i < z.size(); ++i) {
    for (std::size_t j = i; j < z.size(); ++j) out.cell_sums.push_back(sum_of(i, &z[j]));
  }
  return out;
}

void expect_same_bits(const MomentSummary& a, const MomentSummary& b) {
  ASSERT_EQ(a.count, b.count);
  for (std::size_t i = 0; i < a.mean.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(a.mean[i]), std::bit_cast<std::uint64_t>(b.mean[i]));
  }
  for (std::size_t i = 0; i < a.covariance.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(a.covariance[i]), std::bit_cast<std::uint64_t>(b.covariance[i]));
  }
}

TEST(PairMoments, GivesHandMadeMeansAndCovariances) {
  PairMoments moments(PixelType::u8, 1);
  moments.add(integer_tile({{1, 2, 3}, {10, 20, 60}}));  // before, after
  moments.add(integer_tile({{6}, {30}}));
  const MomentSummary s = moments.summary();
  EXPECT_EQ(s.count, 4);
  EXPECT_EQ(s.before_mean(0), 3.0);
  EXPECT_EQ(s.after_mean(0), 30.0);
  EXPECT_EQ(s.covariance_at(0, 0), 3.5);   // (4 + 1 + 0 + 9) / 4
  EXPECT_EQ(s.covariance_at(0, 1), 12.5);  // (40 + 10 + 0 + 0) / 4
  EXPECT_EQ(s.covariance_at(1, 0), 12.5);
  EXPECT_EQ(s.covariance_at(1, 1), 350.0);  // (400 + 100 + 900 + 0) / 4
}

TEST(PairMoments, OfNothingIsZero) {
  PairMoments moments(PixelType::f32, 2);
  TileMoments tile;
  moments.add(tile);
  const MomentSummary s = moments.summary();
  EXPECT_EQ(s.count, 0);
  EXPECT_EQ(s.mean, std::vector<double>(4, 0.0));
  EXPECT_EQ(s.covariance, std::vector<double>(16, 0.0));
}

TEST(PairMoments, HandlesNegativeValues) {
  PairMoments moments(PixelType::i16, 1);
  moments.add(integer_tile({{-32768, 32767}, {-5, -2}}));
  const MomentSummary s = moments.summary();
  EXPECT_EQ(s.before_mean(0), -0.5);
  EXPECT_EQ(s.after_mean(0), -3.5);
  EXPECT_EQ(s.covariance_at(0, 0), 32767.5 * 32767.5);
  EXPECT_EQ(s.covariance_at(0, 1), 32767.5 * 1.5);
  EXPECT_EQ(s.covariance_at(1, 1), 2.25);
}

TEST(PairMoments, SumsPast64Bits) {
  // 64 tiles of 2^30 pixels of u16, half 65535 and half 65533 on both dates: the second moments reach 2^68.
  const std::int64_t half = std::int64_t{1} << 29;
  const std::int64_t high = 65535, low = 65533;
  TileMoments tile;
  tile.count = 2 * half;
  const std::int64_t first = half * (high + low);
  const std::int64_t second = half * (high * high + low * low);
  tile.integer_sums = {first, first, second, second, second};
  PairMoments moments(PixelType::u16, 1);
  for (int i = 0; i < 64; ++i) moments.add(tile);
  const MomentSummary s = moments.summary();
  EXPECT_EQ(s.count, std::int64_t{1} << 36);
  EXPECT_EQ(s.before_mean(0), 65534.0);
  EXPECT_EQ(s.covariance_at(0, 0), 1.0);
  EXPECT_EQ(s.covariance_at(0, 1), 1.0);
  EXPECT_EQ(s.covariance_at(1, 1), 1.0);
}

TEST(PairMoments, KeepsTheVarianceOfOnePixelInABillion) {
  const std::int64_t n = std::int64_t{1} << 30;
  TileMoments tile;  // before 60000 but for one 60001; after constant
  tile.count = n;
  tile.integer_sums = {n * 60000 + 1, n * 7, n * 3600000000 + 120001, (n * 60000 + 1) * 7, n * 49};
  PairMoments moments(PixelType::u16, 1);
  moments.add(tile);
  const MomentSummary s = moments.summary();
  EXPECT_DOUBLE_EQ(s.covariance_at(0, 0), 0x1p-30 - 0x1p-60);
  EXPECT_EQ(s.covariance_at(0, 1), 0.0);
  EXPECT_EQ(s.covariance_at(1, 1), 0.0);
}

TEST(PairMoments, IntegersDoNotDependOnOrder) {
  std::mt19937_64 random(1);
  std::vector<TileMoments> tiles;
  for (int t = 0; t < 40; ++t) {
    std::vector<std::vector<std::int64_t>> z(6, std::vector<std::int64_t>(50));
    for (auto& band : z) {
      for (auto& value : band) value = static_cast<std::int64_t>(random() % 65536);
    }
    tiles.push_back(integer_tile(z));
  }
  PairMoments forward(PixelType::u16, 3);
  for (const auto& tile : tiles) forward.add(tile);
  std::shuffle(tiles.begin(), tiles.end(), random);
  PairMoments parts[2] = {PairMoments(PixelType::u16, 3), PairMoments(PixelType::u16, 3)};
  for (const auto& tile : tiles) parts[random() % 2].add(tile);
  parts[1].merge(parts[0]);
  expect_same_bits(forward.summary(), parts[1].summary());
}

TEST(PairMoments, FloatsDoNotDependOnOrder) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<float> uniform(0.01f, 0.6f);
  std::vector<TileMoments> cells;
  for (int c = 0; c < 60; ++c) {
    std::vector<std::vector<float>> z(4, std::vector<float>(1000));
    for (auto& band : z) {
      for (auto& value : band) value = uniform(random);
    }
    cells.push_back(float_cell(z));
  }
  PairMoments forward(PixelType::f32, 2);
  for (const auto& cell : cells) forward.add(cell);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(cells.begin(), cells.end(), random);
    PairMoments whole(PixelType::f32, 2);
    TileMoments tile;  // several cells in one tile
    for (const auto& cell : cells) {
      tile.count += cell.count;
      tile.cell_sums.insert(tile.cell_sums.end(), cell.cell_sums.begin(), cell.cell_sums.end());
      if (tile.cell_sums.size() < 5 * cell.cell_sums.size()) continue;
      PairMoments part(PixelType::f32, 2);
      part.add(tile);
      whole.merge(part);
      tile = {};
    }
    expect_same_bits(forward.summary(), whole.summary());
  }
}

TEST(PairMoments, FloatsAgreeWithTwoPassesInLongDouble) {
  std::mt19937_64 random(4);
  std::normal_distribution<float> normal(20000.0f, 3.0f);  // mean far above the spread: cancellation would show
  const std::size_t n = 65536;
  std::vector<std::vector<float>> z(2, std::vector<float>(n));
  for (std::size_t k = 0; k < n; ++k) {
    z[0][k] = normal(random);
    z[1][k] = 0.5f * z[0][k] + 0.1f * (normal(random) - 20000.0f);
  }
  PairMoments moments(PixelType::f32, 1);
  moments.add(float_cell(z));
  const MomentSummary s = moments.summary();
  long double mean[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    for (float value : z[i]) mean[i] += value;
    mean[i] /= n;
    EXPECT_NEAR(s.mean[i], static_cast<double>(mean[i]), 1e-9);
  }
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      long double expected = 0;
      for (std::size_t k = 0; k < n; ++k) expected += (z[i][k] - mean[i]) * (z[j][k] - mean[j]);
      expected /= n;
      // the cell sums' own rounding: 2^-43 of the mean square of 4e8
      EXPECT_NEAR(s.covariance_at(i, j), static_cast<double>(expected), 5e-5);
    }
  }
}

TEST(PairMoments, CallsAConstantFloatBandConstant) {
  for (float value : {0.1f, -1234.567f, 3.0e-20f, 7.7e18f}) {
    std::vector<std::vector<float>> z(2, std::vector<float>(65536, value));
    for (std::size_t k = 0; k < z[1].size(); ++k) z[1][k] *= 1.0f + 1e-4f * static_cast<float>(k % 3);
    PairMoments moments(PixelType::f32, 1);
    for (int i = 0; i < 9; ++i) moments.add(float_cell(z));
    const MomentSummary s = moments.summary();
    EXPECT_EQ(s.covariance_at(0, 0), 0.0) << value;
    EXPECT_GT(s.covariance_at(1, 1), 0.0) << value;
    EXPECT_NEAR(s.before_mean(0) / static_cast<double>(value), 1.0, 1e-12);
  }
}

TEST(PairMoments, PassesOnWhatIsNotFinite) {
  TileMoments tile;
  const double infinity = std::numeric_limits<double>::infinity();
  tile.count = 2;
  tile.cell_sums = {infinity, 1.0, infinity, infinity, 1.0};
  PairMoments moments(PixelType::f32, 1);
  moments.add(tile);
  const MomentSummary s = moments.summary();
  EXPECT_FALSE(std::isfinite(s.before_mean(0)));
  EXPECT_FALSE(std::isfinite(s.covariance_at(0, 0)));
  EXPECT_EQ(s.after_mean(0), 0.5);
}

TEST(PairMoments, RefusesWhatDoesNotFit) {
  EXPECT_THROW(PairMoments(PixelType::u8, 0), std::invalid_argument);
  PairMoments integers(PixelType::u8, 1);
  PairMoments floats(PixelType::f32, 1);
  EXPECT_THROW(integers.merge(floats), std::invalid_argument);
  EXPECT_THROW(integers.add(float_cell({{1.0f}, {2.0f}})), std::invalid_argument);
  EXPECT_THROW(floats.add(integer_tile({{1}, {2}})), std::invalid_argument);
  TileMoments broken = float_cell({{1.0f}, {2.0f}});
  broken.cell_sums.pop_back();
  EXPECT_THROW(floats.add(broken), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift
