// SPDX-License-Identifier: Apache-2.0
// Quadratic forms: small ones by hand, and the CPU's rows of pixels against one pixel at a time.
#include "kernels/ops/quadratic_form.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/cpu/form_chunk.hpp"

namespace groundshift {
namespace {

// v_0 = 1 + 2 (z_0 - 10) - (z_1 - 20),  v_1 = -3 + (z_1 - 20),  v_2 = 0.5 (z_0 - 10)
const Projection kSmall{2, {10, 20}, {1, -3, 0}, {2, -1, 0, 1, 0.5f, 0}, {2, 3}};

float small_form(std::size_t group, float z0, float z1) {
  return QuadraticForm::value(form_rows(kSmall, group), [&](int i) { return i == 0 ? z0 : z1; });
}

TEST(QuadraticForm, ByHand) {
  EXPECT_EQ(small_form(0, 10, 20), 10.0f);  // 1 + 9
  EXPECT_EQ(small_form(0, 12, 25), 4.0f);   // (1 + 4 - 5)^2 + 2^2
  EXPECT_EQ(small_form(1, 14, 0), 4.0f);
}

TEST(QuadraticForm, UndefinedAndOverflowingPixels) {
  EXPECT_TRUE(std::isnan(small_form(0, std::numeric_limits<float>::quiet_NaN(), 1)));
  EXPECT_TRUE(std::isinf(small_form(1, 1e30f, 1)));
}

// One fused chain a row, spelled out.
float reference(const FormRows& rows, const std::vector<float>& z) {
  float sum = 0.0f;
  for (std::int32_t r = 0; r < rows.row_count; ++r) {
    float v = rows.bias[r];
    for (std::int32_t i = 0; i < rows.variable_count; ++i) {
      v = std::fma(rows.matrix[r * rows.variable_count + i], z[static_cast<std::size_t>(i)] - rows.center[i], v);
    }
    sum = std::fma(v, v, sum);
  }
  return sum;
}

struct Shape {
  std::int32_t band_count;
  std::int32_t row_count;
};
class FormChunk : public testing::TestWithParam<Shape> {};

template <class T>
void expect_reference_bits(const Shape& shape, bool extreme) {
  std::mt19937 random(static_cast<std::uint32_t>(shape.band_count * 100 + shape.row_count));
  const auto draw = [&] { return static_cast<float>(random() % 20001) * 1e-4f - 1.0f; };
  const std::int32_t variable_count = 2 * shape.band_count;
  Projection form{variable_count, {}, {}, {}, {2, 2 + shape.row_count}};
  for (std::int32_t i = 0; i < variable_count; ++i) form.center.push_back(std::round(draw() * 100.0f));
  for (std::int32_t r = 0; r < 2 + shape.row_count; ++r) {
    form.bias.push_back(r % 3 == 0 ? 0.0f : draw());
    for (std::int32_t i = 0; i < variable_count; ++i) form.matrix.push_back(i < r || r == 3 ? 0.0f : draw());
  }
  constexpr std::int32_t kWidth = 261;
  std::vector<T> pixels(static_cast<std::size_t>(variable_count) * kWidth);
  for (T& pixel : pixels) {
    pixel = static_cast<T>(random() % 250);
    if constexpr (std::is_same_v<T, float>) {
      if (extreme && random() % 50 == 0) pixel = random() % 2 == 0 ? 1e38f : std::numeric_limits<float>::infinity();
    }
  }
  const PlanarView<const T> before{pixels.data(), kWidth, 1, shape.band_count, kWidth, kWidth};
  const PlanarView<const T> after{
      before.data + std::ptrdiff_t{shape.band_count} * kWidth, kWidth, 1, shape.band_count, kWidth, kWidth};
  const PairPlanes<T> planes{before, after, {nullptr, kWidth, 1, kWidth}};
  const FormRows rows = form_rows(form, 1);
  std::vector<float> centered(static_cast<std::size_t>(variable_count) * cpu::kFormChunk);
  std::vector<float> got(kWidth);
  for (const auto& [x0, count] : {std::pair{0, 256}, std::pair{256, 5}}) {
    cpu::center_chunk<T>(planes, form.center.data(), 0, x0, count, centered.data());
    cpu::form_chunk(rows, centered.data(), count, !std::is_same_v<T, float>, got.data() + x0);
  }
  std::vector<float> z(static_cast<std::size_t>(variable_count));
  for (std::int32_t x = 0; x < kWidth; ++x) {
    for (std::int32_t i = 0; i < variable_count; ++i) {
      z[static_cast<std::size_t>(i)] = static_cast<float>(pixels[static_cast<std::size_t>(i * kWidth + x)]);
    }
    const float expected = reference(rows, z);
    const float one = QuadraticForm::value(rows, [&](int i) { return z[static_cast<std::size_t>(i)]; });
    const float row = got[static_cast<std::size_t>(x)];
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(one) && std::isnan(row)) << x;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(one), std::bit_cast<std::uint32_t>(expected)) << x;
      EXPECT_EQ(std::bit_cast<std::uint32_t>(row), std::bit_cast<std::uint32_t>(expected)) << x;
    }
  }
}

TEST_P(FormChunk, SameBitsAsOnePixelAtATime) {
  expect_reference_bits<std::uint8_t>(GetParam(), false);
  expect_reference_bits<std::uint16_t>(GetParam(), false);
  expect_reference_bits<std::int16_t>(GetParam(), false);
  expect_reference_bits<float>(GetParam(), false);
  expect_reference_bits<float>(GetParam(), true);
}

INSTANTIATE_TEST_SUITE_P(Shapes, FormChunk,
                         testing::Values(Shape{1, 1}, Shape{1, 2}, Shape{3, 3}, Shape{4, 4}, Shape{4, 8}, Shape{7, 7},
                                         Shape{33, 66}),
                         [](const auto& param) {
                           return std::to_string(param.param.band_count) + "bands_" +
                                  std::to_string(param.param.row_count) + "rows";
                         });

}  // namespace
}  // namespace groundshift
