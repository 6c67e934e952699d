// SPDX-License-Identifier: Apache-2.0
// Score recipes beyond one smoothed pixel score: every executor gives the bits of the reference, whatever the tiling.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/parity/executors.hpp"
#include "tests/parity/recipe_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

constexpr PixelType kTypes[] = {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32};

std::int64_t defined_count(const ImageScores& image) {
  return std::count_if(image.scores.begin(), image.scores.end(), [](float score) { return !std::isnan(score); });
}

void expect_same(const ImageScores& expected, const ImageScores& got, const std::string& trace) {
  EXPECT_TRUE(same_bits(expected.scores, got.scores)) << trace;
}

void expect_reference(Backend& backend, const Scene& scene, const NamedRecipe& tried) {
  expect_same(reference_scores(scene, tried.recipe), score_image(backend, scene, tried.recipe, kWholeImage),
              tried.name + ", " + scene.name());
}

std::vector<NamedRecipe> all_recipes(PixelType type, std::int32_t band_count) {
  std::vector<NamedRecipe> recipes = single_recipes(type, band_count);
  for (NamedRecipe& recipe : combined_recipes(type, band_count)) recipes.push_back(std::move(recipe));
  return recipes;
}

class RecipeParity : public testing::TestWithParam<std::tuple<Executor, PixelType, std::int32_t>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
  std::int32_t band_count() const { return std::get<2>(GetParam()); }
  std::vector<NamedRecipe> recipes() const { return all_recipes(type(), band_count()); }
  Scene scene(std::int32_t width, std::int32_t height, bool holed, Values values = Values::ordinary) const {
    return make_scene({type(), band_count(), width, height, holed, values});
  }
};

TEST_P(RecipeParity, CleanImages) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = scene(37, 19, false);
  for (const NamedRecipe& tried : recipes()) {
    const ImageScores expected = reference_scores(image, tried.recipe);
    EXPECT_GT(defined_count(expected), 37 * 19 / 4) << tried.name;
    expect_same(expected, score_image(*backend, image, tried.recipe, kWholeImage), tried.name);
  }
}

// One pixel, one row, one column, smaller than every halo, odd sizes; a third of the pixels invalid, and of the others
// some kept out of the statistics, which scores do not look at.
TEST_P(RecipeParity, HoledImagesOfEveryShape) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const std::pair<std::int32_t, std::int32_t> sizes[] = {{1, 1}, {61, 1}, {1, 37}, {3, 2}, {45, 23}};
  for (const auto& [width, height] : sizes) {
    const Scene image = with_kept_out(scene(width, height, true));
    for (const NamedRecipe& tried : recipes()) expect_reference(*backend, image, tried);
  }
}

TEST_P(RecipeParity, ExtremeValues) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = scene(33, 17, true, Values::extreme);
  for (const NamedRecipe& tried : recipes()) expect_reference(*backend, image, tried);
}

INSTANTIATE_TEST_SUITE_P(Executors, RecipeParity,
                         testing::Combine(kExecutors, testing::ValuesIn(kTypes), testing::Values(1, 3, 4, 7)),
                         [](const auto& param) {
                           return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param)) + "_" +
                                  std::to_string(std::get<2>(param.param));
                         });

class RecipeTypeParity : public testing::TestWithParam<std::tuple<Executor, PixelType>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
};

// The second column and row of tiles are smaller than most halos.
TEST_P(RecipeTypeParity, TilesGiveTheScoresOfTheWhole) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const std::pair<std::int32_t, std::int32_t> sizes[] = {{262, 9}, {7, 261}};
  for (const auto& [width, height] : sizes) {
    const Scene image = with_kept_out(make_scene({type(), 3, width, height, true}));
    for (const NamedRecipe& tried : all_recipes(type(), 3)) {
      const ImageScores expected = reference_scores(image, tried.recipe);
      for (const std::int32_t tile_size : {kCellSize, kWholeImage}) {
        expect_same(expected, score_image(*backend, image, tried.recipe, tile_size),
                    tried.name + ", " + image.name() + " tile " + std::to_string(tile_size));
      }
    }
  }
}

TEST_P(RecipeTypeParity, FourTilesMeetInACorner) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = make_scene({type(), 1, 260, 259, true});
  ScoreRecipe recipe = make_recipe(ScoreKind::log_ratio, 1, 3);
  recipe.terms.front().window = 3;
  recipe.local_contrast = 5;
  expect_same(reference_scores(image, recipe), score_image(*backend, image, recipe, kCellSize), image.name());
}

// Too wide for the sums of a block of threads, alone, as a factor and as the surroundings of a contrast.
TEST_P(RecipeTypeParity, WideMeans) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = make_scene({type(), 1, 70, 40, true});
  ScoreRecipe recipe = make_recipe(ScoreKind::difference, 1, 3);
  recipe.local_contrast = 171;
  expect_reference(*backend, image, {"wide contrast", recipe});
  recipe.smooth = {163, 5};
  expect_reference(*backend, image, {"wide factor", recipe});
}

// The date with fewer bands has planes of zeros that no form looks at: what they hold has no part in a score.
TEST_P(RecipeTypeParity, PaddedBandsHaveNoPart) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  constexpr std::int32_t kBands = 4, kFewer = 1;
  const Scene full = with_kept_out(make_scene({type(), kBands, 45, 13, true}));
  for (const bool after_date : {false, true}) {
    const Scene padded = with_padding(full, after_date, kFewer);
    for (NamedRecipe& tried : all_recipes(type(), kBands)) {
      if (tried.recipe.terms.front().kind != ScoreKind::projection || tried.recipe.terms.size() > 1) continue;
      Projection& projection = tried.recipe.terms.front().projection;
      for (std::int32_t i = kFewer + (after_date ? kBands : 0); i < (after_date ? 2 : 1) * kBands; ++i) {
        projection.center[static_cast<std::size_t>(i)] = 0.0f;
        for (std::int32_t r = 0; r < projection.row_count(); ++r) {
          projection.matrix[static_cast<std::size_t>(r * projection.variable_count + i)] = 0.0f;
        }
      }
      expect_reference(*backend, padded, tried);
      expect_same(reference_scores(padded, tried.recipe), score_image(*backend, full, tried.recipe, kWholeImage),
                  tried.name + ", other padding");
    }
  }
}

TEST_P(RecipeTypeParity, NothingValidHasNoScore) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene image = make_scene({type(), 3, 33, 9, false});
  std::fill(image.valid.begin(), image.valid.end(), std::uint8_t{0});
  for (const NamedRecipe& tried : single_recipes(type(), 3)) {
    const ImageScores got = score_image(*backend, image, tried.recipe, kWholeImage);
    EXPECT_EQ(defined_count(got), 0) << tried.name;
  }
}

TEST_P(RecipeTypeParity, OneValidPixel) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene image = make_scene({type(), 3, 33, 9, false});
  std::fill(image.valid.begin(), image.valid.end(), std::uint8_t{0});
  image.valid[static_cast<std::size_t>(1 + 4 * image.row_pitch + 20)] = 2;
  for (const NamedRecipe& tried : single_recipes(type(), 3)) expect_reference(*backend, image, tried);
}

// Half of a window must be valid, and two pixels: of a row of six, the first three are. Windows of three pixels, two at
// the ends: |vv.|, vvv, vv., v.., so that the pixels 0, 1, 2 have a score; of the next row the first one alone is
// valid, in |v.|: a half, but one pixel.
TEST_P(RecipeTypeParity, WindowsNeedHalfOfTheirPixels) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const ScoreKind kind : {ScoreKind::ssim, ScoreKind::ncc}) {
    ScoreRecipe recipe = make_recipe(kind, 1, 1);
    recipe.terms.front().window = 3;
    recipe.terms.front().data_range = value_scale(type());
    for (const std::int32_t valid_count : {3, 1}) {
      Scene image = make_scene({type(), 1, 6, 1, false});
      std::fill(image.valid.begin() + 1 + valid_count, image.valid.end(), std::uint8_t{0});
      const ImageScores got = score_image(*backend, image, recipe, kWholeImage);
      for (std::size_t x = 0; x < 6; ++x) {
        EXPECT_EQ(std::isnan(got.scores[x]), valid_count == 1 || x > 2) << x << " of " << valid_count;
      }
    }
  }
}

// Equal dates on one radiometry: no difference, whose contrast is 0 and not 0 / 0; no direction; all bands alike.
TEST_P(RecipeTypeParity, NothingChanged) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene image = make_scene({type(), 3, 33, 9, false});
  image.after = image.before;
  const auto scores_of = [&](ScoreKind kind, std::int32_t local_contrast) {
    ScoreRecipe recipe = make_recipe(kind, 3, 1);
    recipe.terms.front().fits.assign(3, BandFit{});
    recipe.local_contrast = local_contrast;
    return score_image(*backend, image, recipe, kWholeImage);
  };
  const std::vector<float> zeros(33 * 9, 0.0f);
  EXPECT_TRUE(same_bits(zeros, scores_of(ScoreKind::difference, 5).scores));
  EXPECT_TRUE(same_bits(zeros, scores_of(ScoreKind::rising_bands, 1).scores));
  EXPECT_EQ(defined_count(scores_of(ScoreKind::direction, 1)), 0);
}

// AFTER is BEFORE moved by one pixel: within a radius of one every pixel but those at the border finds itself again.
TEST_P(RecipeTypeParity, AShiftWithinTheToleranceIsNoChange) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene image = make_scene({type(), 2, 21, 9, false});
  std::copy(image.before.begin(), image.before.end() - static_cast<std::ptrdiff_t>(byte_count(type())),
            image.after.begin() + static_cast<std::ptrdiff_t>(byte_count(type())));
  ScoreRecipe recipe = make_recipe(ScoreKind::cva, 2, 1);
  recipe.terms.front().fits.assign(2, BandFit{});
  const ImageScores exact = score_image(*backend, image, recipe, kWholeImage);
  recipe.tolerate_shift = 1;
  const ImageScores tolerant = score_image(*backend, image, recipe, kWholeImage);
  float largest = 0.0f;
  for (std::size_t i = 0; i < tolerant.scores.size(); ++i) {
    const std::size_t x = i % 21;
    if (x == 0 || x == 20) continue;
    EXPECT_EQ(tolerant.scores[i], 0.0f) << i;
    largest = std::max(largest, exact.scores[i]);
  }
  EXPECT_GT(largest, 0.0f);
}

INSTANTIATE_TEST_SUITE_P(Executors, RecipeTypeParity, testing::Combine(kExecutors, testing::ValuesIn(kTypes)),
                         [](const auto& param) {
                           return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param));
                         });

}  // namespace
}  // namespace groundshift::parity
