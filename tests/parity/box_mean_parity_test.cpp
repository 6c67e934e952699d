// SPDX-License-Identifier: Apache-2.0
// Box means: numbers by hand, and windows far larger than blocks, tiles and images.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/parity/executors.hpp"
#include "tests/parity/recipe_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

class BoxMeanParity : public testing::TestWithParam<Executor> {};

// Scores equal to `after`: one u8 band, before all 0, gain 1.
Scene plain_scores(std::int32_t width, std::int32_t height, const std::vector<int>& after,
                   const std::vector<int>& valid) {
  Scene scene = make_scene({PixelType::u8, 1, width, height, false});
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      const auto at = 1 + static_cast<std::size_t>(y * scene.row_pitch + x);
      const auto i = static_cast<std::size_t>(y * width + x);
      scene.before[at] = std::byte{0};
      scene.after[at] = static_cast<std::byte>(after[i]);
      scene.valid[at] = static_cast<std::uint8_t>(valid[i]);
    }
  }
  return scene;
}

ScoreRecipe plain_recipe(std::int32_t smooth) {
  ScoreTerm term;
  term.kind = ScoreKind::difference;
  term.fits.assign(1, BandFit{});
  return {{term}, {smooth}};
}

TEST_P(BoxMeanParity, CountsDefinedScoresOnly) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = plain_scores(3, 2, {1, 2, 9, 4, 100, 7}, {1, 1, 1, 1, 0, 1});
  const ImageScores got = score_image(*backend, scene, plain_recipe(3), kWholeImage);
  // (1+2+4)/3, (1+2+9+4+7)/5, (2+9+7)/3; (1+2+4)/3, itself invalid, (2+9+7)/3
  EXPECT_FLOAT_EQ(got.scores[0], 7.0f / 3.0f);
  EXPECT_FLOAT_EQ(got.scores[1], 23.0f / 5.0f);
  EXPECT_FLOAT_EQ(got.scores[2], 6.0f);
  EXPECT_FLOAT_EQ(got.scores[3], 7.0f / 3.0f);
  EXPECT_TRUE(std::isnan(got.scores[4]));
  EXPECT_FLOAT_EQ(got.scores[5], 6.0f);
}

TEST_P(BoxMeanParity, AllInvalidIsAllNaN) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = plain_scores(3, 2, {1, 2, 9, 4, 100, 7}, {0, 0, 0, 0, 0, 0});
  const ImageScores got = score_image(*backend, scene, plain_recipe(3), kWholeImage);
  for (const float score : got.scores) EXPECT_TRUE(std::isnan(score));
}

TEST_P(BoxMeanParity, ALoneValidPixelIsItsOwnMean) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = plain_scores(3, 2, {1, 2, 9, 4, 100, 7}, {0, 0, 0, 0, 1, 0});
  const ImageScores got = score_image(*backend, scene, plain_recipe(9), kWholeImage);
  EXPECT_EQ(got.scores[4], 100.0f);
  EXPECT_TRUE(std::isnan(got.scores[0]));
}

TEST_P(BoxMeanParity, WideWindows) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = make_scene({PixelType::u16, 1, 83, 71, true});
  for (const std::int32_t smooth : {33, 161, 163, 401}) {  // radius 80 is the last that fits a block's shared memory
    const ScoreRecipe recipe = make_recipe(ScoreKind::cva, 1, smooth);
    const ImageScores got = score_image(*backend, scene, recipe, kWholeImage);
    EXPECT_TRUE(same_bits(reference_scores(scene, recipe).scores, got.scores)) << "smooth " << smooth;
  }
}

TEST_P(BoxMeanParity, HaloWiderThanItsTile) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = make_scene({PixelType::u8, 3, 260, 258, true});  // the last column and row of tiles: 4 x 2 pixels
  for (const std::int32_t smooth : {11, 165}) {
    const ScoreRecipe recipe = make_recipe(ScoreKind::difference, 3, smooth);
    const ImageScores whole = score_image(*backend, scene, recipe, kWholeImage);
    const ImageScores tiled = score_image(*backend, scene, recipe, kCellSize);
    EXPECT_TRUE(same_bits(whole.scores, tiled.scores)) << "smooth " << smooth;
  }
}

INSTANTIATE_TEST_SUITE_P(Executors, BoxMeanParity, kExecutors, [](const auto& param) { return name_of(param.param); });

}  // namespace
}  // namespace groundshift::parity
