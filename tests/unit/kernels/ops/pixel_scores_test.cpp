// SPDX-License-Identifier: Apache-2.0
// Every pixel score against numbers by hand and against the formula in double.
#include "kernels/ops/pixel_scores.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

namespace groundshift {
namespace {

/// Runs a score over the bands of one pixel, as the executors do.
template <class Score>
float score_of(const Score& score, const std::vector<float>& before, const std::vector<float>& after,
               const std::vector<BandFit>& fits) {
  auto state = score.start();
  for (std::size_t b = 0; b < before.size(); ++b) score.add(state, before[b], after[b], fits[b]);
  return score.finish(state, static_cast<float>(before.size()));
}

template <class Score>
float raw_score_of(const Score& score, const std::vector<float>& before, const std::vector<float>& after) {
  return score_of(score, before, after, std::vector<BandFit>(before.size()));
}

/// gain 2, offset 10 of after, centred at before 50 and after 20; weight 0.5.
const BandFit kFit = {50.0f, 20.0f, 2.0f, 0.0f, 50.0f, 0.5f};

TEST(Difference, IsTheMeanOfAbsolutes) {
  EXPECT_EQ(raw_score_of(Difference{}, {10.0f, 20.0f}, {13.0f, 15.0f}), 4.0f);
  EXPECT_EQ(raw_score_of(Difference{}, {65535.0f}, {0.0f}), 65535.0f);
  EXPECT_EQ(raw_score_of(Difference{}, {7.0f, 7.0f, 7.0f}, {7.0f, 7.0f, 7.0f}), 0.0f);
}

TEST(Difference, UsesTheFitAndIgnoresTheWeight) {
  EXPECT_EQ(score_of(Difference{}, {60.0f}, {20.0f}, {kFit}), 10.0f);  // after' = 2 * 20 + 10 = 50
  EXPECT_EQ(score_of(Difference{}, {60.0f}, {27.0f}, {kFit}), 4.0f);   // after' = 64
}

TEST(Relative, DividesByTheSumOfSizes) {
  EXPECT_EQ(raw_score_of(Relative{1.0f}, {10.0f}, {30.0f}), 0.5f);
  EXPECT_EQ(raw_score_of(Relative{1.0f}, {-10.0f}, {30.0f}), 1.0f);
  EXPECT_EQ(raw_score_of(Relative{8.0f}, {1.0f}, {3.0f}), 0.25f);  // the floor of the denominator
  EXPECT_EQ(raw_score_of(Relative{1.0f}, {0.0f, 10.0f}, {0.0f, 30.0f}), 0.25f);
  EXPECT_EQ(score_of(Relative{1.0f}, {30.0f}, {40.0f}, {kFit}), 0.5f);  // after' = 90
}

TEST(LogRatio, IsSymmetricInTheDates) {
  const float up = raw_score_of(LogRatio{1.0f}, {9.0f}, {99.0f});
  EXPECT_FLOAT_EQ(up, 2.302585093f);
  EXPECT_FLOAT_EQ(raw_score_of(LogRatio{1.0f}, {99.0f}, {9.0f}), up);
  EXPECT_EQ(raw_score_of(LogRatio{1.0f}, {0.0f}, {0.0f}), 0.0f);
  EXPECT_FLOAT_EQ(raw_score_of(LogRatio{1.0f}, {0.0f, 9.0f}, {0.0f, 99.0f}), up / 2.0f);
}

TEST(LogRatio, IsUndefinedAtOrBelowMinusEpsilon) {
  EXPECT_TRUE(std::isnan(raw_score_of(LogRatio{1.0f}, {-1.0f}, {5.0f})));
  EXPECT_TRUE(std::isnan(raw_score_of(LogRatio{1.0f}, {5.0f}, {-1.0f})));
  EXPECT_TRUE(std::isnan(raw_score_of(LogRatio{1.0f}, {-3.0f}, {-4.0f})));  // the ratio is positive all the same
  EXPECT_TRUE(std::isnan(raw_score_of(LogRatio{1.0f}, {5.0f, -2.0f}, {5.0f, 5.0f})));
  EXPECT_FALSE(std::isnan(raw_score_of(LogRatio{1.0f}, {-0.5f}, {5.0f})));
}

TEST(ChangeVector, IsTheEuclideanLength) {
  EXPECT_EQ(raw_score_of(ChangeVector{}, {1.0f, 10.0f}, {4.0f, 6.0f}), 5.0f);
  EXPECT_EQ(raw_score_of(ChangeVector{}, {0.0f, 0.0f, 0.0f, 0.0f}, {1.0f, 1.0f, -1.0f, -1.0f}), 2.0f);
}

TEST(ChangeVector, WeighsBandsWhenScaled) {
  BandFit half, silent;
  half.weight = 0.5f;
  silent.weight = 0.0f;
  EXPECT_EQ(score_of(ChangeVector{}, {0.0f, 0.0f}, {6.0f, 1000.0f}, {half, silent}), 3.0f);
  EXPECT_EQ(score_of(ChangeVector{}, {60.0f}, {20.0f}, {kFit}), 5.0f);
}

TEST(SpectralAngle, KnowsRightAndFlatAngles) {
  const double pi = 3.14159265358979323846;
  EXPECT_EQ(raw_score_of(SpectralAngle{}, {1.0f, 0.0f}, {0.0f, 2.0f}), static_cast<float>(pi / 2));
  EXPECT_EQ(raw_score_of(SpectralAngle{}, {3.0f, 4.0f}, {6.0f, 8.0f}), 0.0f);
  EXPECT_EQ(raw_score_of(SpectralAngle{}, {3.0f, 4.0f}, {-3.0f, -4.0f}), static_cast<float>(pi));
  EXPECT_FLOAT_EQ(raw_score_of(SpectralAngle{}, {1.0f, 0.0f}, {1.0f, 1.0f}), static_cast<float>(pi / 4));
}

TEST(SpectralAngle, KeepsItsDigitsForSmallAngles) {
  // (1000, 1000) against (1000, 1001): atan(1 / 2001)
  EXPECT_NEAR(raw_score_of(SpectralAngle{}, {1000.0f, 1000.0f}, {1000.0f, 1001.0f}), std::atan(1.0 / 2001.0), 1e-10);
}

TEST(SpectralAngle, IsUndefinedForAnEmptySpectrum) {
  EXPECT_TRUE(std::isnan(raw_score_of(SpectralAngle{}, {0.0f, 0.0f}, {1.0f, 2.0f})));
  EXPECT_TRUE(std::isnan(raw_score_of(SpectralAngle{}, {1.0f, 2.0f}, {0.0f, 0.0f})));
}

TEST(PixelScores, AgreeWithTheirFormulasInDouble) {
  std::mt19937_64 random(6);
  std::uniform_real_distribution<float> value(1.0f, 4000.0f);
  const float epsilon = 1.0f;
  for (int round = 0; round < 20000; ++round) {
    const std::size_t p = 1 + random() % 13;
    std::vector<float> before(p), after(p);
    std::vector<BandFit> fits(p);
    double difference = 0, relative = 0, log_ratio = 0, squares = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t b = 0; b < p; ++b) {
      before[b] = value(random);
      after[b] = value(random);
      const double gain = 0.5 + value(random) / 4000.0;
      const double offset = value(random) / 100.0;
      BandFit& fit = fits[b];
      fit.before_center = 2000.0f;
      fit.after_center = 1900.0f;
      fit.gain = static_cast<float>(gain);
      fit.offset = static_cast<float>(gain * 1900.0 + offset);
      fit.bias = static_cast<float>(gain * 1900.0 + offset - 2000.0);
      fit.weight = 1.0f / (1.0f + value(random) / 100.0f);
      const double x = before[b];
      const double y = gain * after[b] + offset;
      difference += std::fabs(y - x);
      relative += std::fabs(y - x) / std::fmax(std::fabs(x) + std::fabs(y), epsilon);
      log_ratio += std::fabs(std::log((y + epsilon) / (x + epsilon)));
      squares += (fit.weight * (y - x)) * (fit.weight * (y - x));
      xx += x * x;
      yy += y * y;
      xy += x * y;
    }
    const auto bands = static_cast<double>(p);
    const double angle = std::atan2(std::sqrt(std::fmax(xx * yy - xy * xy, 0.0)), xy);
    EXPECT_NEAR(score_of(Difference{}, before, after, fits), difference / bands, 2e-3);
    EXPECT_NEAR(score_of(Relative{epsilon}, before, after, fits), relative / bands, 2e-6);
    EXPECT_NEAR(score_of(LogRatio{epsilon}, before, after, fits), log_ratio / bands, 4e-5);
    EXPECT_NEAR(score_of(ChangeVector{}, before, after, fits), std::sqrt(squares), 2e-3);
    EXPECT_NEAR(score_of(SpectralAngle{}, before, after, fits), angle, 2e-5);
  }
}

}  // namespace
}  // namespace groundshift
