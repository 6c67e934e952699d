// SPDX-License-Identifier: Apache-2.0
// Block means by hand.
#include "host/align/align_reader.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

TEST(AverageDown, TakesTheMeanOfValidPixelsWhereHalfTheBlockIsValid) {
  const std::vector<float> before{1, 2, 10, 20, 3, 6, 30, 40};  // two rows of four: two blocks of 2 x 2
  const std::vector<float> after{0, 0, 1, 1, 8, 8, 1, 1};
  const std::vector<std::uint8_t> valid{1, 1, 0, 0, 1, 0, 0, 1};
  std::vector<float> b(2), a(2);
  std::vector<std::uint8_t> v(2);
  average_down(4, 2, 2, {before, after, valid}, b.data(), a.data(), v.data());
  EXPECT_EQ(b, (std::vector<float>{2.0f, 0.0f}));  // (1 + 2 + 3) / 3; one of four is too few
  EXPECT_EQ(a, (std::vector<float>{8.0f / 3.0f, 0.0f}));
  EXPECT_EQ(v, (std::vector<std::uint8_t>{1, 0}));
}

TEST(AverageDown, ByOneCopiesAndBlanksInvalidPixels) {
  const std::vector<float> before{5, 6}, after{7, 8};
  const std::vector<std::uint8_t> valid{1, 0};
  std::vector<float> b(2), a(2);
  std::vector<std::uint8_t> v(2);
  average_down(2, 1, 1, {before, after, valid}, b.data(), a.data(), v.data());
  EXPECT_EQ(b, (std::vector<float>{5, 0}));
  EXPECT_EQ(a, (std::vector<float>{7, 0}));
  EXPECT_EQ(v, valid);
}

TEST(AverageDown, SidesAreMultiples) {
  std::vector<float> plane(6);
  std::vector<std::uint8_t> valid(6);
  EXPECT_THROW(average_down(3, 2, 2, {plane, plane, valid}, plane.data(), plane.data(), valid.data()),
               std::logic_error);
}

}  // namespace
}  // namespace groundshift
