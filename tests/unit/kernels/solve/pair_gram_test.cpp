// SPDX-License-Identifier: Apache-2.0
// Weighted moments: hand-made numbers, sums at the limit of 128 bits, parts taken away, no dependence on order.
#include "kernels/solve/pair_gram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "tests/unit/kernels/solve/random_pair.hpp"

namespace groundshift {
namespace {

void expect_same(const MomentSummary& a, const MomentSummary& b) {
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.mean, b.mean);  // -0 does not occur: a sum that is 0 is +0
  EXPECT_EQ(a.covariance, b.covariance);
}

std::vector<std::uint32_t> random_weights(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> out;
  for (std::size_t k = 0; k < count; ++k)
    out.push_back(random() % 4 == 0 ? 0 : static_cast<std::uint32_t>(random() % (kWeightOne + 1)));
  return out;
}

TEST(PairGram, GivesHandMadeMoments) {
  const WeightedPixels pixels{{{1, 5, 9}, {10, 30, 7}}};
  PairGram gram(PixelType::u8, 2);
  gram.add(integer_gram(pixels, {kWeightOne / 3, kWeightOne, 0}, 0, 3));  // 2^24 - 1 is a multiple of 3
  const MomentSummary s = gram.summary();
  EXPECT_EQ(s.count, 2);
  EXPECT_DOUBLE_EQ(s.weight, 4.0 / 3.0);
  EXPECT_DOUBLE_EQ(s.before_mean(0), 4.0);
  EXPECT_DOUBLE_EQ(s.after_mean(0), 25.0);
  EXPECT_DOUBLE_EQ(s.covariance_at(0, 0), 3.0);   // (9 + 3 * 1) / 4
  EXPECT_DOUBLE_EQ(s.covariance_at(0, 1), 15.0);  // (3 * 15 + 3 * 1 * 5) / 4
  EXPECT_DOUBLE_EQ(s.covariance_at(1, 1), 75.0);
}

TEST(PairGram, OfNothingIsZero) {
  for (const PixelType type : {PixelType::u16, PixelType::f32}) {
    PairGram gram(type, 4);
    const MomentSummary s = gram.summary();
    EXPECT_EQ(s.count, 0);
    EXPECT_EQ(s.weight, 0.0);
    EXPECT_EQ(s.band_count, 2);
    EXPECT_EQ(s.mean, std::vector<double>(4, 0.0));
    EXPECT_EQ(s.covariance, std::vector<double>(16, 0.0));
  }
}

/// One tile of 2^20 pixels of each of two values in both variables, weight one.
TileGram large_tile(std::int64_t first, std::int64_t second) {
  const std::int64_t pixels = std::int64_t{1} << 20;
  const std::int64_t w = pixels * kWeightOne;                      // < 2^44
  const auto times = [](std::int64_t factor, std::int64_t term) {  // both below 2^44: their product needs 128 bits
    const Int128 value = Int128{factor} * term;
    return ExactSum{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)};
  };
  TileGram tile;
  tile.count = 2 * pixels;
  tile.integer_sums = {times(w, 2)};
  for (int i = 0; i < 2; ++i) tile.integer_sums.push_back(times(w, first + second));
  for (int i = 0; i < 3; ++i) tile.integer_sums.push_back(times(w, first * first + second * second));
  return tile;
}

TEST(PairGram, HoldsTheLargestScene) {
  // 2^46 pixels: 2^25 tiles of 2^21, by doubling; u16 all 65535, then half of them 65533.
  for (const std::int64_t second : {65535, 65533}) {
    PairGram gram(PixelType::u16, 2);
    gram.add(large_tile(65535, second));
    for (int i = 0; i < 25; ++i) {
      const PairGram copy = gram;
      gram.merge(copy);
    }
    const double spread = second == 65535 ? 0.0 : 1.0;
    const MomentSummary s = gram.summary();
    EXPECT_EQ(s.count, std::int64_t{1} << 46);
    EXPECT_EQ(s.weight, 0x1p46);
    EXPECT_EQ(s.before_mean(0), 65535.0 - spread);
    for (const double value : s.covariance) EXPECT_EQ(value, spread);
  }
}

TEST(PairGram, HoldsTheSmallestValues) {
  PairGram gram(PixelType::i16, 2);
  gram.add(large_tile(-32768, -32767));
  for (int i = 0; i < 25; ++i) {
    const PairGram copy = gram;
    gram.merge(copy);
  }
  const MomentSummary s = gram.summary();
  EXPECT_EQ(s.after_mean(0), -32767.5);
  EXPECT_EQ(s.covariance_at(0, 1), 0.25);
}

TEST(PairGram, SeesOnePixelOfLeastWeight) {
  WeightedPixels pixels{{std::vector<float>(1000, 60000.0f), std::vector<float>(1000, 7.0f)}};
  pixels.z[0][500] = 60001.0f;
  std::vector<std::uint32_t> weights(1000, kWeightOne);
  weights[500] = 1;
  PairGram gram(PixelType::u16, 2);
  gram.add(integer_gram(pixels, weights, 0, 1000));
  const MomentSummary s = gram.summary();
  const double share = 1.0 / (999.0 * kWeightOne + 1.0);
  EXPECT_DOUBLE_EQ(s.covariance_at(0, 0), share * (1.0 - share));
  EXPECT_EQ(s.covariance_at(1, 1), 0.0);
  EXPECT_EQ(s.covariance_at(0, 1), 0.0);
}

TEST(PairGram, DoesNotDependOnOrderOrGrouping) {
  const std::size_t count = 4000;
  for (const PixelType type : {PixelType::i16, PixelType::f32}) {
    const auto gram_of = type == PixelType::f32 ? float_gram : integer_gram;
    WeightedPixels pixels = random_pair(3, 3, count, 2);
    const auto weights = random_weights(count, 3);
    std::vector<TileGram> tiles;
    for (std::size_t k = 0; k < count; k += 250) tiles.push_back(gram_of(pixels, weights, k, k + 250));
    PairGram whole(type, 6);
    for (const TileGram& tile : tiles) whole.add(tile);
    std::mt19937_64 random(4);
    for (int round = 0; round < 5; ++round) {
      std::shuffle(tiles.begin(), tiles.end(), random);
      std::vector<PairGram> parts(3, PairGram(type, 6));
      for (const TileGram& tile : tiles) parts[random() % 3].add(tile);
      parts[1].merge(parts[2]);
      parts[0].merge(parts[1]);
      expect_same(parts[0].summary(), whole.summary());
    }
  }
}

TEST(PairGram, DoesNotDependOnTheOrderOfIntegerPixels) {
  const std::size_t count = 2000;
  const WeightedPixels pixels = random_pair(3, 3, count, 5);
  const auto weights = random_weights(count, 6);
  std::vector<std::size_t> order(count);
  for (std::size_t k = 0; k < count; ++k) order[k] = k;
  std::mt19937_64 random(7);
  std::shuffle(order.begin(), order.end(), random);
  WeightedPixels permuted = pixels;
  std::vector<std::uint32_t> permuted_weights;
  for (std::size_t k = 0; k < count; ++k) {
    permuted_weights.push_back(weights[order[k]]);
    for (std::size_t i = 0; i < pixels.z.size(); ++i) permuted.z[i][k] = pixels.z[i][order[k]];
  }
  PairGram a(PixelType::i16, 6), b(PixelType::i16, 6);
  a.add(integer_gram(pixels, weights, 0, count));
  b.add(integer_gram(permuted, permuted_weights, 0, count));
  expect_same(a.summary(), b.summary());
}

TEST(PairGram, TakesAPartAway) {
  const WeightedPixels pixels = random_pair(2, 2, 900, 8);
  const auto weights = random_weights(900, 9);
  for (const PixelType type : {PixelType::i16, PixelType::f32}) {
    const auto gram_of = type == PixelType::f32 ? float_gram : integer_gram;
    PairGram whole(type, 4), part(type, 4), rest(type, 4);
    for (std::size_t k = 0; k < 900; k += 300) {
      const TileGram tile = gram_of(pixels, weights, k, k + 300);
      whole.add(tile);
      (k == 300 ? part : rest).add(tile);
    }
    expect_same(whole.minus(part).summary(), rest.summary());
    expect_same(whole.minus(whole).summary(), PairGram(type, 4).summary());
  }
}

TEST(PairGram, DoesNotTellWhatItsTilesDoNotHold) {
  const WeightedPixels pixels = random_pair(2, 2, 300, 21);
  const auto weights = random_weights(300, 22);
  for (const PixelType type : {PixelType::i16, PixelType::f32}) {
    TileGram tile = (type == PixelType::f32 ? float_gram : integer_gram)(pixels, weights, 0, 300);
    PairGram all(type, 4), own(type, 4, GramProducts::own_band);
    all.add(tile);
    // The order of sums is w, z0 z1 z2 z3, then 00 01 02 03 11 12 13 22 23 33; across bands: 01, 03, 12, 23.
    for (const std::size_t k : {6, 8, 10, 13}) {
      if (type == PixelType::f32) {
        tile.cell_sums[k] = 0.0;
      } else {
        tile.integer_sums[k] = ExactSum{};
      }
    }
    own.add(tile);
    const MomentSummary whole = all.summary(), part = own.summary();
    EXPECT_EQ(part.mean, whole.mean);
    for (std::int32_t i = 0; i < 4; ++i) {
      for (std::int32_t j = 0; j < 4; ++j) {
        if (i % 2 == j % 2) {
          EXPECT_EQ(part.covariance_at(i, j), whole.covariance_at(i, j)) << i << j;
        } else {
          EXPECT_TRUE(std::isnan(part.covariance_at(i, j))) << i << j;
        }
      }
    }
    EXPECT_THROW(all.merge(own), std::invalid_argument);
  }
}

TEST(PairGram, ShiftsFloatsWithoutCancellation) {
  // Values 1e4 + (0 or 1/8): 24 bits of spread are lost in a plain sum of squares in float, none here.
  WeightedPixels pixels{{std::vector<float>(512), std::vector<float>(512, 0.1f)}};
  std::vector<std::uint32_t> weights(512, kWeightOne);
  for (std::size_t k = 0; k < 512; ++k) pixels.z[0][k] = k % 2 == 0 ? 1e4f : 1e4f + 0.125f;
  PairGram gram(PixelType::f32, 2);
  for (std::size_t k = 0; k < 512; k += 32) gram.add(float_gram(pixels, weights, k, k + 32));
  const MomentSummary s = gram.summary();
  EXPECT_EQ(s.weight, 512.0);
  EXPECT_DOUBLE_EQ(s.before_mean(0), 1e4 + 0.0625);
  EXPECT_NEAR(s.covariance_at(0, 0), 0.00390625, 1e-6);
  EXPECT_EQ(s.covariance_at(1, 1), 0.0);  // constant, whatever rounding
  EXPECT_NEAR(s.covariance_at(0, 1), 0.0, 1e-8);
}

/// Cells of 2048 pixels, all of weight one.
MomentSummary moments_of_cells(const WeightedPixels& pixels) {
  const std::vector<std::uint32_t> weights(pixels.count(), kWeightOne);
  PairGram gram(PixelType::f32, 2 * pixels.band_count());
  for (std::size_t k = 0; k < pixels.count(); k += 2048) gram.add(float_gram(pixels, weights, k, k + 2048));
  return gram.summary();
}

TEST(PairGram, FloatsAgreeWithTwoPassesInLongDouble) {
  std::mt19937_64 random(4);
  std::normal_distribution<float> normal(20000.0f, 3.0f);  // mean far above the spread: cancellation would show
  const std::size_t n = 65536;
  WeightedPixels pixels{{std::vector<float>(n), std::vector<float>(n)}};
  const auto& z = pixels.z;
  for (std::size_t k = 0; k < n; ++k) {
    pixels.z[0][k] = normal(random);
    pixels.z[1][k] = 0.5f * z[0][k] + 0.1f * (normal(random) - 20000.0f);
  }
  const MomentSummary s = moments_of_cells(pixels);
  long double mean[2] = {0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    for (const float value : z[i]) mean[i] += value;
    mean[i] /= n;
    EXPECT_NEAR(s.mean[i], static_cast<double>(mean[i]), 1e-8);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      long double expected = 0;
      for (std::size_t k = 0; k < n; ++k) expected += (z[i][k] - mean[i]) * (z[j][k] - mean[j]);
      expected /= n;
      // the cell sums' own rounding: 2^-42 of the mean square of 4e8
      EXPECT_NEAR(s.covariance[2 * i + j], static_cast<double>(expected), 1e-4);
    }
  }
}

TEST(PairGram, CallsAConstantFloatBandConstant) {
  for (const float value : {0.1f, -1234.567f, 3.0e-20f, 7.7e18f}) {
    WeightedPixels pixels{{std::vector<float>(65536, value), std::vector<float>(65536, value)}};
    for (std::size_t k = 0; k < 65536; ++k) pixels.z[1][k] *= 1.0f + 1e-4f * static_cast<float>(k % 3);
    const MomentSummary s = moments_of_cells(pixels);
    EXPECT_EQ(s.covariance_at(0, 0), 0.0) << value;
    EXPECT_GT(s.covariance_at(1, 1), 0.0) << value;
    EXPECT_NEAR(s.before_mean(0) / static_cast<double>(value), 1.0, 1e-12);
  }
}

TEST(PairGram, KeepsWhatIsNotFinite) {
  PairGram gram(PixelType::f32, 2), part(PixelType::f32, 2);
  const WeightedPixels pixels{{{1.0f, std::numeric_limits<float>::infinity()}, {2.0f, 3.0f}}};
  part.add(float_gram(pixels, {kWeightOne, kWeightOne}, 0, 2));
  gram.merge(part);
  EXPECT_FALSE(std::isfinite(gram.summary().covariance_at(0, 0)));
  EXPECT_TRUE(std::isfinite(gram.summary().covariance_at(1, 1)));
  gram.add(float_gram(pixels, {kWeightOne, kWeightOne}, 0, 1));
  EXPECT_TRUE(std::isnan(gram.minus(part).summary().covariance_at(0, 0)));
}

TEST(PairGram, RefusesWhatDoesNotFit) {
  EXPECT_THROW(PairGram(PixelType::u8, 0), std::invalid_argument);
  EXPECT_THROW(PairGram(PixelType::u8, 3), std::invalid_argument);
  PairGram gram(PixelType::u8, 2);
  TileGram tile;
  EXPECT_THROW(gram.add(tile), std::invalid_argument);
  tile.integer_sums.resize(6);
  EXPECT_NO_THROW(gram.add(tile));
  tile.cell_sums.resize(6);
  EXPECT_THROW(gram.add(tile), std::invalid_argument);
  EXPECT_THROW(gram.merge(PairGram(PixelType::u16, 2)), std::invalid_argument);
  EXPECT_THROW(gram.minus(PairGram(PixelType::u8, 4)), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift
