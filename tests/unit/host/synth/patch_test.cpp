// SPDX-License-Identifier: Apache-2.0
// Patches must join without a seam: the same ground has the same value whichever patch draws it.
#include "host/synth/patch.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <gtest/gtest.h>

namespace groundshift::synth {
namespace {

TEST(Patch, ExpandReproducesAPlane) {
  NodeField nodes;
  for (std::int32_t j = 0; j < kNodeSide; ++j) {
    for (std::int32_t i = 0; i < kNodeSide; ++i) nodes[j * kNodeSide + i] = 16.0f * i - 8.0f * j;  // 2 x - y
  }
  const auto out = std::make_unique<Field>();
  expand(nodes, *out);
  for (std::int32_t y = 0; y < kPatchSize; ++y) {
    for (std::int32_t x = 0; x < kPatchSize; ++x) ASSERT_EQ((*out)[y * kPatchSize + x], 2.0f * x - y) << x << ' ' << y;
  }
}

TEST(Patch, ValueNoiseOfOverlappingPatchesAgrees) {
  const Frame left{1000.5, -300.5, 1.0f};
  const Frame right{1032.5, -300.5, 1.0f};
  const auto a = std::make_unique<Field>();
  const auto b = std::make_unique<Field>();
  a->fill(0.0f);
  b->fill(0.0f);
  add_value_noise(left, 4, 11.0f, 1.0f, *a);
  add_value_noise(right, 4, 11.0f, 1.0f, *b);
  for (std::int32_t y = 0; y < kPatchSize; ++y) {
    for (std::int32_t x = 32; x < kPatchSize; ++x) {
      ASSERT_NEAR((*a)[y * kPatchSize + x], (*b)[y * kPatchSize + x - 32], 2e-5f) << x << ' ' << y;
    }
  }
}

TEST(Patch, ValueNoiseKeepsItsAmplitude) {
  const auto field = std::make_unique<Field>();
  field->fill(0.0f);
  add_value_noise({0.5, 0.5, 1.0f}, 8, 16.0f, 0.25f, *field);
  float most = 0.0f;
  for (const float v : *field) most = std::max(most, std::abs(v));
  EXPECT_LE(most, 0.25f);
  EXPECT_GT(most, 0.15f);
}

TEST(Patch, NoiseFinerThanTwoPixelsFades) {
  const auto coarse = std::make_unique<Field>();
  const auto fine = std::make_unique<Field>();
  coarse->fill(0.0f);
  fine->fill(0.0f);
  add_value_noise({5.0, 5.0, 10.0f}, 8, 20.0f, 1.0f, *coarse);
  add_value_noise({5.0, 5.0, 10.0f}, 8, 5.0f, 1.0f, *fine);  // a quarter of two pixels
  for (std::size_t i = 0; i < kPatchPixels; ++i) ASSERT_NEAR((*fine)[i], 0.25f * (*coarse)[i], 1e-6f);
}

}  // namespace
}  // namespace groundshift::synth
