// SPDX-License-Identifier: Apache-2.0
// Integer codes by hand, and the vectorized loop against the functor.
#include "kernels/ops/quantise.hpp"

#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/api/quantise.hpp"

namespace groundshift {
namespace {

TEST(Quantise, RoundsToTheNearestStep) {
  const Quantise byte{0.5f, 255};
  EXPECT_EQ(byte(0.0f), 0);
  EXPECT_EQ(byte(0.24f), 0);
  EXPECT_EQ(byte(0.25f), 1);  // halves up
  EXPECT_EQ(byte(0.74f), 1);
  EXPECT_EQ(byte(127.0f), 254);
}

TEST(Quantise, ClipsAndKeepsTheTopCodeForNoData) {
  const Quantise word{0.001f, 65535};
  EXPECT_EQ(word(1e9f), 65534);
  EXPECT_EQ(word(std::numeric_limits<float>::infinity()), 65534);
  EXPECT_EQ(word(-3.0f), 0);
  EXPECT_EQ(word(std::numeric_limits<float>::quiet_NaN()), 65535);
}

TEST(Quantise, LoopGivesTheFunctorsCodes) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> value(-1.0f, 30.0f);
  std::vector<float> scores(10007);
  for (float& v : scores) v = random() % 17 == 0 ? std::numeric_limits<float>::quiet_NaN() : value(random);
  std::vector<std::uint16_t> words(scores.size());
  std::vector<std::uint8_t> bytes(scores.size());
  const float word_step = 30.0f / 65534.0f, byte_step = 30.0f / 254.0f;
  quantise_scores(scores, word_step, words);
  quantise_scores(scores, byte_step, bytes);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    ASSERT_EQ(words[i], (Quantise{word_step, 65535}(scores[i]))) << i;
    ASSERT_EQ(bytes[i], (Quantise{byte_step, 255}(scores[i]))) << i;
  }
}

}  // namespace
}  // namespace groundshift
