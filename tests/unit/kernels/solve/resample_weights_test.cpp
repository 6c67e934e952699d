// SPDX-License-Identifier: Apache-2.0
// Tables of resampling weights: exact sums, the kernels of the textbooks, and what they reproduce.
#include "kernels/solve/resample_weights.hpp"

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr ResampleMethod kMethods[] = {ResampleMethod::nearest, ResampleMethod::bilinear, ResampleMethod::cubic,
                                       ResampleMethod::lanczos};
constexpr double kScales[] = {0.3, 1.0, 1.04, 1.1, 1.5, 2.0, 2.5, 3.7, 8.0, 20.0, 42.0};

// The kernels again, with libm.
long double kernel(ResampleMethod method, long double x) {
  const long double d = std::fabs(x);
  const long double pi = std::acos(-1.0L);
  switch (method) {
    case ResampleMethod::nearest: break;
    case ResampleMethod::bilinear: return d < 1 ? 1 - d : 0;
    case ResampleMethod::cubic:
      return d < 1 ? 1.5L * d * d * d - 2.5L * d * d + 1 : d < 2 ? -0.5L * d * d * d + 2.5L * d * d - 4 * d + 2 : 0;
    case ResampleMethod::lanczos:
      return d == 0 ? 1 : d < 3 ? 3 * std::sin(pi * d) * std::sin(pi * d / 3) / (pi * pi * d * d) : 0;
  }
  return 1;
}

std::vector<int> phase_of(const ResampleWeights& weights, int phase) {
  const auto first = weights.x.begin() + phase * weights.taps_x;
  return {first, first + weights.taps_x};
}

TEST(ResampleWeights, EveryPhaseSumsToOneAndFitsItsSums) {
  for (const ResampleMethod method : kMethods) {
    for (const double scale : kScales) {
      const ResampleWeights weights = resample_weights(method, scale, 1.0);
      ASSERT_EQ(weights.x.size(), static_cast<std::size_t>(1024 * weights.taps_x));
      for (int phase = 0; phase < 1024; ++phase) {
        int sum = 0, size = 0;
        for (const int w : phase_of(weights, phase)) {
          sum += w;
          size += std::abs(w);
        }
        ASSERT_EQ(sum, 16384) << static_cast<int>(method) << " scale " << scale << " phase " << phase;
        ASSERT_LT(size, 32768) << "else a row of 16-bit pixels could overflow 32 bits";
      }
    }
  }
}

TEST(ResampleWeights, AreTheKernelsToAUnit) {
  for (const ResampleMethod method : {ResampleMethod::bilinear, ResampleMethod::cubic, ResampleMethod::lanczos}) {
    for (const double scale : {1.0, 1.5, 2.0, 2.5, 8.0}) {
      const ResampleWeights weights = resample_weights(method, scale, scale);
      EXPECT_EQ(weights.x, weights.y);
      const int half = weights.taps_x / 2;
      for (int phase = 0; phase < 1024; ++phase) {
        long double sum = 0;
        std::vector<long double> exact;
        for (int k = 0; k < weights.taps_x; ++k) {
          exact.push_back(kernel(method, (k - (half - 1) - phase / 1024.0L) / scale));
          sum += exact.back();
        }
        const std::vector<int> row = phase_of(weights, phase);
        // The middle taps of the unstretched cubic take what keeps its first moment.
        const double allowed = method == ResampleMethod::cubic && scale == 1.0 ? 2.5 : 1.0;
        for (int k = 0; k < weights.taps_x; ++k) {
          ASSERT_NEAR(row[static_cast<std::size_t>(k)],
                      static_cast<double>(16384 * exact[static_cast<std::size_t>(k)] / sum), allowed)
              << static_cast<int>(method) << " scale " << scale << " phase " << phase << " tap " << k;
        }
      }
    }
  }
}

TEST(ResampleWeights, KnownPhases) {
  EXPECT_EQ(phase_of(resample_weights(ResampleMethod::nearest, 3.0, 1), 700), (std::vector<int>{16384}));
  EXPECT_EQ(phase_of(resample_weights(ResampleMethod::bilinear, 1, 1), 256), (std::vector<int>{12288, 4096}));
  const ResampleWeights cubic = resample_weights(ResampleMethod::cubic, 1, 1);
  EXPECT_EQ(phase_of(cubic, 0), (std::vector<int>{0, 16384, 0, 0}));
  EXPECT_EQ(phase_of(cubic, 512), (std::vector<int>{-1024, 9216, 9216, -1024}));  // -1/16, 9/16
  const ResampleWeights lanczos = resample_weights(ResampleMethod::lanczos, 1, 1);
  EXPECT_EQ(phase_of(lanczos, 0), (std::vector<int>{0, 0, 16384, 0, 0, 0}));
  EXPECT_EQ(resample_weights(ResampleMethod::bilinear, 2, 1).taps_x, 4);
  EXPECT_EQ(phase_of(resample_weights(ResampleMethod::bilinear, 2, 1), 0), (std::vector<int>{4096, 8192, 4096, 0}));
}

TEST(ResampleWeights, PhasesMirrorEachOther) {
  for (const ResampleMethod method : {ResampleMethod::bilinear, ResampleMethod::cubic, ResampleMethod::lanczos}) {
    for (const double scale : {1.0, 2.5}) {
      const ResampleWeights weights = resample_weights(method, scale, scale);
      for (int phase = 1; phase < 1024; ++phase) {
        const std::vector<int> other = phase_of(weights, 1024 - phase);
        ASSERT_EQ(phase_of(weights, phase), std::vector<int>(other.rbegin(), other.rend())) << phase;
      }
    }
  }
}

TEST(ResampleWeights, UnstretchedBilinearAndCubicKeepTheirFirstMoment) {
  for (const ResampleMethod method : {ResampleMethod::bilinear, ResampleMethod::cubic}) {
    const ResampleWeights weights = resample_weights(method, 1, 1);
    for (int phase = 0; phase < 1024; ++phase) {
      int moment = 0, tap = 1 - weights.taps_x / 2;
      for (const int w : phase_of(weights, phase)) moment += w * tap++;
      ASSERT_EQ(moment, 16 * phase);
    }
  }
}

TEST(ResampleWeights, StretchesOnlyWhatWouldAlias) {
  const ResampleWeights plain = resample_weights(ResampleMethod::cubic, 1, 1);
  EXPECT_EQ(resample_weights(ResampleMethod::cubic, 0.25, 1.05).x, plain.x);
  EXPECT_EQ(resample_weights(ResampleMethod::cubic, 0.25, 1.05).y, plain.y);
  EXPECT_EQ(resample_weights(ResampleMethod::cubic, 1.06, 1.0).taps_x, 6);
  EXPECT_EQ(resample_weights(ResampleMethod::lanczos, 2.0 + 1e-9, 1.0).taps_x, 12) << "2 but for rounding";
  EXPECT_EQ(resample_weights(ResampleMethod::bilinear, 128, 1).taps_x, 256);
}

TEST(ResampleWeights, RefusesScalesWithoutAKernel) {
  for (const double scale : {0.0, -1.0, std::nan(""), static_cast<double>(INFINITY), 129.0}) {
    EXPECT_THROW(resample_weights(ResampleMethod::bilinear, scale, 1), std::invalid_argument) << scale;
    EXPECT_THROW(resample_weights(ResampleMethod::bilinear, 1, scale), std::invalid_argument) << scale;
  }
  EXPECT_THROW(resample_weights(ResampleMethod::lanczos, 43, 1), std::invalid_argument);
  EXPECT_NO_THROW(resample_weights(ResampleMethod::nearest, 1000, 1));
}

}  // namespace
}  // namespace groundshift
