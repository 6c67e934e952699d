// SPDX-License-Identifier: Apache-2.0
// Known shifts of one window: sign, accuracy, and what must not be believed.
#include "host/align/shift_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/host/align/align_scene.hpp"

namespace groundshift {
namespace {

struct Windows {
  explicit Windows(std::int32_t side)
      : before(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)),
        after(before.size()),
        valid(before.size(), 1) {}
  WindowPair pair() const { return {before, after, valid}; }
  std::vector<float> before, after;
  std::vector<std::uint8_t> valid;
};

/// A window out of the middle of a shifted texture, so that content leaves and enters at its sides.
Windows shifted_windows(std::int32_t side, std::uint32_t seed, double dx, double dy, double noise = 0.0) {
  Windows w(side);
  auto before = test::texture(2 * side, seed), after = test::texture(2 * side, seed, 0.25, dx, dy);
  std::size_t p = 0;
  for (std::int32_t y = side / 2; y < side / 2 + side; ++y)
    for (std::int32_t x = side / 2; x < side / 2 + side; ++x, ++p) {
      w.before[p] = static_cast<float>(before.at(x, y) + noise * test::white(70, x, y));
      w.after[p] = static_cast<float>(after.at(x, y) + noise * test::white(71, x, y));
    }
  return w;
}

TEST(ShiftEstimator, SignIsWhereAfterShowsWhatBeforeShows) {
  // One bright square at (20..23, 30..33) that lies 5 px further right and 3 px higher in AFTER.
  Windows w(64);
  for (std::size_t y = 30; y < 34; ++y)
    for (std::size_t x = 20; x < 24; ++x) {
      w.before[y * 64 + x] = 100.0f;
      w.after[(y - 3) * 64 + x + 5] = 100.0f;
    }
  const auto found = ShiftEstimator(64).estimate(w.pair(), 16);
  EXPECT_EQ(found.peak, (Offset{5, -3}));
  EXPECT_NEAR(found.shift.dx, 5.0, 0.01);
  EXPECT_NEAR(found.shift.dy, -3.0, 0.01);
  EXPECT_GT(found.reliability, 80.0);
}

TEST(ShiftEstimator, EqualWindowsHaveNoShift) {
  Windows w = shifted_windows(128, 4, 0.0, 0.0);
  w.after = w.before;
  const auto found = ShiftEstimator(128).estimate(w.pair(), 32);
  EXPECT_EQ(found.peak, Offset{});
  EXPECT_NEAR(found.shift.dx, 0.0, 1e-9);
  EXPECT_NEAR(found.shift.dy, 0.0, 1e-9);
}

TEST(ShiftEstimator, SubPixelShiftsAreFoundToThreeHundredths) {
  for (const std::int32_t side : {128, 256}) {
    ShiftEstimator estimator(side);
    double squares = 0.0;
    for (int i = 0; i < 6; ++i) {
      const double dx = -0.5 + 0.2 * i, dy = 0.4 - 0.13 * i;
      const auto w = shifted_windows(side, static_cast<std::uint32_t>(i + 1), dx, dy, 0.1);
      const auto found = estimator.estimate(w.pair(), side / 4);
      squares += std::pow(found.shift.dx - dx, 2) + std::pow(found.shift.dy - dy, 2);
      EXPECT_GT(found.reliability, 80.0);
    }
    EXPECT_LT(std::sqrt(squares / 12.0), 0.03) << side;
  }
}

TEST(ShiftEstimator, GainAndOffsetChangeNothingToSpeakOf) {
  Windows w = shifted_windows(128, 9, 0.31, -0.22);
  const auto plain = ShiftEstimator(128).estimate(w.pair(), 32);
  for (float& v : w.after) v = 1000.0f + 40.0f * v;
  const auto bright = ShiftEstimator(128).estimate(w.pair(), 32);
  EXPECT_NEAR(plain.shift.dx, bright.shift.dx, 1e-4);
  EXPECT_NEAR(plain.shift.dy, bright.shift.dy, 1e-4);
}

TEST(ShiftEstimator, SwappingTheDatesNegatesTheShift) {
  Windows w = shifted_windows(128, 10, 0.4, 0.1, 0.1);
  const auto there = ShiftEstimator(128).estimate(w.pair(), 32);
  std::swap(w.before, w.after);
  const auto back = ShiftEstimator(128).estimate(w.pair(), 32);
  EXPECT_NEAR(there.shift.dx, -back.shift.dx, 1e-9);
  EXPECT_NEAR(there.shift.dy, -back.shift.dy, 1e-9);
}

TEST(ShiftEstimator, InvalidPixelsHaveNoSay) {
  Windows w = shifted_windows(128, 11, 0.0, 0.0);
  auto other = shifted_windows(128, 11, 0.3, -0.4);
  w.after = other.after;
  // The same hole in both dates, full of a strong pattern that does not move, of NaN, and of infinity.
  Windows filled = w;
  for (std::size_t y = 40; y < 90; ++y)
    for (std::size_t x = 30; x < 80; ++x) {
      const std::size_t p = y * 128 + x;
      w.valid[p] = filled.valid[p] = 0;
      filled.before[p] = filled.after[p] = 1000.0f * static_cast<float>((x * 7 + y * 3) % 5);
      if (x == 50) filled.before[p] = std::numeric_limits<float>::quiet_NaN();
      if (x == 51) filled.after[p] = std::numeric_limits<float>::infinity();
    }
  const auto a = ShiftEstimator(128).estimate(w.pair(), 32), b = ShiftEstimator(128).estimate(filled.pair(), 32);
  EXPECT_EQ(a.shift, b.shift);
  EXPECT_EQ(a.reliability, b.reliability);
  EXPECT_NEAR(b.shift.dx, 0.3, 0.05);
  EXPECT_NEAR(b.shift.dy, -0.4, 0.05);
}

TEST(ShiftEstimator, NonFinitePixelsCountAsInvalid) {
  Windows w = shifted_windows(64, 12, 0.2, 0.2), marked = w;
  w.before[30 * 64 + 30] = std::numeric_limits<float>::quiet_NaN();
  marked.valid[30 * 64 + 30] = 0;
  EXPECT_EQ(ShiftEstimator(64).estimate(w.pair(), 16).shift, ShiftEstimator(64).estimate(marked.pair(), 16).shift);
}

TEST(ShiftEstimator, WithoutStructureNothingIsReliable) {
  ShiftEstimator estimator(64);
  Windows constant(64);
  EXPECT_EQ(estimator.estimate(constant.pair(), 16).reliability, 0.0);
  Windows half = shifted_windows(64, 13, 0.0, 0.0);
  std::fill(half.after.begin(), half.after.end(), 7.0f);
  EXPECT_EQ(estimator.estimate(half.pair(), 16).reliability, 0.0);
  Windows masked = shifted_windows(64, 13, 0.0, 0.0);
  std::fill(masked.valid.begin(), masked.valid.end(), std::uint8_t{0});
  EXPECT_EQ(estimator.estimate(masked.pair(), 16).reliability, 0.0);
  EXPECT_TRUE(estimator.surface(masked.pair()).empty());
  Windows pixel = masked;
  pixel.valid[20 * 64 + 20] = 1;
  EXPECT_EQ(estimator.estimate(pixel.pair(), 16).reliability, 0.0);
}

TEST(ShiftEstimator, UnrelatedTexturesStayBelowTheLimit) {
  ShiftEstimator estimator(128);
  std::vector<double> unrelated;
  for (std::uint32_t i = 0; i < 12; ++i) {
    Windows w = shifted_windows(128, 200 + i, 0.0, 0.0);
    w.after = shifted_windows(128, 300 + i, 0.0, 0.0).after;
    unrelated.push_back(estimator.estimate(w.pair(), 32).reliability);
  }
  EXPECT_LT(*std::max_element(unrelated.begin(), unrelated.end()), 55.0);
  std::sort(unrelated.begin(), unrelated.end());
  EXPECT_LT(unrelated[unrelated.size() / 2], 45.0);
}

TEST(ShiftEstimator, ExtremeValuesDoNotOverflow) {
  Windows w = shifted_windows(64, 14, 0.25, 0.0);
  const auto plain = ShiftEstimator(64).estimate(w.pair(), 16);
  for (float& v : w.before) v *= 1e37f;
  for (float& v : w.after) v *= 1e-30f;
  const auto extreme = ShiftEstimator(64).estimate(w.pair(), 16);
  EXPECT_NEAR(extreme.shift.dx, plain.shift.dx, 1e-4);
  EXPECT_NEAR(extreme.reliability, plain.reliability, 0.01);
}

TEST(ShiftEstimator, PromisesAreChecked) {
  EXPECT_THROW(ShiftEstimator(8), std::logic_error);
  EXPECT_THROW(ShiftEstimator(100), std::logic_error);
  ShiftEstimator estimator(32);
  EXPECT_THROW(estimator.estimate(Windows(64).pair(), 8), std::logic_error);
  EXPECT_THROW(estimator.estimate(Windows(32).pair(), 16), std::logic_error);
  EXPECT_THROW(estimator.estimate(Windows(32).pair(), 0), std::logic_error);
}

TEST(SurfacePeak, FindsTheHighestWithinReachAcrossTheWrap) {
  std::vector<double> surface(32 * 32, 0.0);
  surface[30 * 32 + 3] = 1.0;   // (3, -2)
  surface[16 * 32 + 16] = 2.0;  // beyond the reach
  const auto found = surface_peak(surface, 32, 6);
  EXPECT_EQ(found.peak, (Offset{3, -2}));
  EXPECT_DOUBLE_EQ(found.reliability, 100.0);  // nothing else within reach
}

TEST(SurfacePeak, ReliabilityIsThePeakOverTheRest) {
  // 13 x 13 cells within reach, 25 of them around the peak. The rest are +-0.05; the peak's 3 x 3 have mean 0.2.
  std::vector<double> surface(32 * 32);
  for (std::size_t p = 0; p < surface.size(); ++p) surface[p] = p % 2 == 0 ? 0.05 : -0.05;
  for (std::int32_t dy = -1; dy <= 1; ++dy)
    for (std::int32_t dx = -1; dx <= 1; ++dx)
      surface[static_cast<std::size_t>(((dy + 32) % 32) * 32 + (dx + 32) % 32)] = dx == 0 && dy == 0 ? 1.0 : 0.1;
  EXPECT_NEAR(surface_peak(surface, 32, 6).reliability, 50.0, 1e-9);  // 100 - 100 * 2 * 0.05 / 0.2
}

}  // namespace
}  // namespace groundshift
