// SPDX-License-Identifier: Apache-2.0
// Scores: every executor gives the bits of the reference, for every type, band count, score, size and tiling.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/parity/executors.hpp"
#include "tests/parity/recipe_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

constexpr ScoreKind kKinds[] = {ScoreKind::difference, ScoreKind::relative, ScoreKind::log_ratio,
                                ScoreKind::cva,        ScoreKind::scva,     ScoreKind::angle};
constexpr std::int32_t kSmooths[] = {1, 3, 9};

class ScoreParity : public testing::TestWithParam<std::tuple<Executor, PixelType, std::int32_t>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
  std::int32_t band_count() const { return std::get<2>(GetParam()); }

  void expect_reference(Backend& backend, const SceneShape& shape, ScoreKind kind, std::int32_t smooth,
                        std::int32_t tile_size) {
    const Scene scene = make_scene(shape);
    const ScoreRecipe recipe = make_recipe(kind, band_count(), smooth);
    const std::string trace = scene.name() + (shape.holed ? " holed" : " clean") + " kind " +
                              std::to_string(static_cast<int>(kind)) + " smooth " + std::to_string(smooth) + " tile " +
                              std::to_string(tile_size);
    const ImageScores expected = reference_scores(scene, recipe);
    const ImageScores got = score_image(backend, scene, recipe, tile_size);
    EXPECT_TRUE(same_bits(expected.scores, got.scores)) << trace;
  }
};

TEST_P(ScoreParity, SmallImagesOfEveryShape) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  // One pixel, one row, one column, smaller than the halo of smooth 9, odd sizes over several packs and blocks.
  const std::pair<std::int32_t, std::int32_t> sizes[] = {{1, 1}, {61, 1}, {1, 37}, {3, 2}, {45, 35}};
  for (const auto& [width, height] : sizes) {
    for (const bool holed : {false, true}) {
      for (const ScoreKind kind : kKinds) {
        for (const std::int32_t smooth : kSmooths) {
          expect_reference(*backend, {type(), band_count(), width, height, holed}, kind, smooth, kWholeImage);
        }
      }
    }
  }
}

TEST_P(ScoreParity, TilesOfALargerImage) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const std::int32_t tile_size : {kCellSize, kWholeImage}) {
    expect_reference(*backend, {type(), band_count(), 283, 270, true}, ScoreKind::scva, 9, tile_size);
    expect_reference(*backend, {type(), band_count(), 283, 270, false}, ScoreKind::angle, 3, tile_size);
    expect_reference(*backend, {type(), band_count(), 283, 270, true}, ScoreKind::log_ratio, 1, tile_size);
  }
}

TEST_P(ScoreParity, ExtremeValues) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const ScoreKind kind : kKinds) {
    for (const std::int32_t smooth : {1, 3}) {
      expect_reference(*backend, {type(), band_count(), 45, 35, true, Values::extreme}, kind, smooth, kWholeImage);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Executors, ScoreParity,
    testing::Combine(kExecutors, testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32),
                     testing::Values(1, 3, 4, 7)),
    [](const auto& param) {
      return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param)) + "_" +
             std::to_string(std::get<2>(param.param));
    });

}  // namespace
}  // namespace groundshift::parity
