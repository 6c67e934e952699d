// SPDX-License-Identifier: Apache-2.0
// The transform against its definition, and the unit circle against libm.
#include "host/align/fft.hpp"

#include <cmath>
#include <complex>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "host/align/phasor.hpp"
#include "tests/unit/host/align/align_scene.hpp"

namespace groundshift {
namespace {

TEST(Phasor, LiesOnTheUnitCircleWhereLibmPutsIt) {
  for (int i = -400; i <= 400; ++i) {
    const double turns = i * 0.00731;
    const Phasor p = phasor(turns);
    EXPECT_NEAR(p.re, std::cos(2 * M_PI * turns), 3e-15) << turns;  // libm's argument is rounded, ours is not
    EXPECT_NEAR(p.im, std::sin(2 * M_PI * turns), 3e-15) << turns;
    EXPECT_NEAR(p.re * p.re + p.im * p.im, 1.0, 5e-16) << turns;
  }
}

TEST(Phasor, IsExactAtQuarters) {
  for (const double whole : {-3.0, 0.0, 7.0}) {
    EXPECT_EQ(phasor(whole).re, 1.0);
    EXPECT_EQ(phasor(whole).im, 0.0);
    EXPECT_EQ(phasor(whole + 0.25).re, 0.0);
    EXPECT_EQ(phasor(whole + 0.25).im, 1.0);
    EXPECT_EQ(phasor(whole + 0.5).re, -1.0);
    EXPECT_EQ(phasor(whole + 0.75).im, -1.0);
  }
  EXPECT_NEAR(phasor(0.125).re, std::sqrt(0.5), 2e-16);
}

struct Planes {
  std::vector<double> re, im;
};

Planes noise(std::int32_t width, std::int32_t height) {
  Planes p;
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t x = 0; x < width; ++x) {
      p.re.push_back(test::white(1, x, y));
      p.im.push_back(test::white(2, x, y));
    }
  return p;
}

class FftSizes : public testing::TestWithParam<std::pair<std::int32_t, std::int32_t>> {};

TEST_P(FftSizes, EqualsTheDefinition) {
  const auto [width, height] = GetParam();
  const Planes original = noise(width, height);
  Planes f = original;
  Fft2d(width, height).forward(f.re, f.im);
  for (std::int32_t ky = 0; ky < height; ++ky)
    for (std::int32_t kx = 0; kx < width; ++kx) {
      std::complex<double> sum = 0.0;
      for (std::int32_t y = 0; y < height; ++y)
        for (std::int32_t x = 0; x < width; ++x) {
          const auto p = static_cast<std::size_t>(y * width + x);
          sum += std::complex<double>(original.re[p], original.im[p]) *
                 std::polar(1.0, -2 * M_PI * (double(kx * x) / width + double(ky * y) / height));
        }
      const auto k = static_cast<std::size_t>(ky * width + kx);
      ASSERT_NEAR(f.re[k], sum.real(), 1e-11) << kx << ' ' << ky;
      ASSERT_NEAR(f.im[k], sum.imag(), 1e-11) << kx << ' ' << ky;
    }
}

TEST_P(FftSizes, ComesBack) {
  const auto [width, height] = GetParam();
  const Planes original = noise(width, height);
  Planes f = original;
  Fft2d fft(width, height);
  fft.forward(f.re, f.im);
  fft.inverse(f.re, f.im);
  for (std::size_t p = 0; p < f.re.size(); ++p) {
    ASSERT_NEAR(f.re[p], original.re[p], 1e-14);
    ASSERT_NEAR(f.im[p], original.im[p], 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, FftSizes,
                         testing::Values(std::pair{1, 1}, std::pair{1, 8}, std::pair{8, 1}, std::pair{2, 2},
                                         std::pair{4, 32}, std::pair{32, 4}, std::pair{16, 16}, std::pair{32, 32}));

TEST(Fft2d, OneFrequencyIsOnePeak) {
  constexpr std::int32_t kSide = 64;
  Planes f;
  for (std::int32_t y = 0; y < kSide; ++y)
    for (std::int32_t x = 0; x < kSide; ++x) {
      const Phasor p = phasor((3.0 * x + 60.0 * y) / kSide);
      f.re.push_back(p.re);
      f.im.push_back(p.im);
    }
  Fft2d(kSide, kSide).forward(f.re, f.im);
  for (std::int32_t k = 0; k < kSide * kSide; ++k)
    ASSERT_NEAR(f.re[static_cast<std::size_t>(k)], k == 60 * kSide + 3 ? 4096.0 : 0.0, 1e-10) << k;
}

TEST(Fft2d, RefusesOtherSides) {
  EXPECT_THROW(Fft2d(0, 4), std::logic_error);
  EXPECT_THROW(Fft2d(4, 12), std::logic_error);
  std::vector<double> few(15);
  EXPECT_THROW(Fft2d(4, 4).forward(few, few), std::logic_error);
}

}  // namespace
}  // namespace groundshift
