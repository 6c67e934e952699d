// SPDX-License-Identifier: Apache-2.0
// Workspaces: used side by side by several threads, used again, too small, wrongly asked.
#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/parity/executors.hpp"
#include "tests/parity/gram_reference.hpp"
#include "tests/parity/recipe_reference.hpp"
#include "tests/parity/recipes.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

class WorkspaceParity : public testing::TestWithParam<Executor> {};

TEST_P(WorkspaceParity, ThreadsWithTheirOwnWorkspacesDoNotDisturbEachOther) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  constexpr int kCallers = 3;
  std::vector<std::thread> callers;
  std::vector<int> wrong(kCallers, 0);
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::int32_t round = 0; round < 4; ++round) {
        const Scene scene = make_scene({PixelType::u16, 3, 70 + caller, 40 + round, true});
        const ScoreRecipe recipe = make_recipe(ScoreKind::scva, 3, 3);
        const ImageScores got = score_image(*backend, scene, recipe, kWholeImage);
        const TileGram gram = image_gram(*backend, scene, GramRecipe{}, kWholeImage);
        if (!same_bits(reference_scores(scene, recipe).scores, got.scores) ||
            gram.integer_sums != reference_gram(scene, GramRecipe{}).integer_sums) {
          ++wrong[static_cast<std::size_t>(caller)];
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, std::vector<int>(kCallers, 0));
}

TEST_P(WorkspaceParity, OneWorkspaceTakesSmallerTilesInAnyOrder) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const auto workspace = backend->make_workspace({PixelType::i16, 4, 64, 50, 4});
  for (const auto& [width, height] : {std::pair{64, 50}, std::pair{7, 3}, std::pair{33, 49}}) {
    const Scene scene = make_scene({PixelType::i16, 4, width, height, true});
    for (const std::int32_t smooth : {9, 1, 5}) {
      const ScoreRecipe recipe = make_recipe(ScoreKind::relative, 4, smooth);
      std::vector<float> scores(static_cast<std::size_t>(width * height));
      backend->score(*workspace, scene.tile({0, 0, width, height}, 0), recipe, {scores.data(), width, height, width});
      const ImageScores expected = reference_scores(scene, recipe);
      EXPECT_TRUE(same_bits(expected.scores, scores)) << width << " smooth " << smooth;
    }
    TileGram gram;
    backend->gram(*workspace, scene.tile({0, 0, width, height}, 0), GramRecipe{}, gram);
    EXPECT_EQ(gram.integer_sums, reference_gram(scene, GramRecipe{}).integer_sums);
  }
}

TEST_P(WorkspaceParity, AHaloWiderThanTheRecipeNeedsChangesNothing) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = make_scene({PixelType::f32, 4, 60, 47, true});
  const Window core{0, 0, 60, 40};
  const auto workspace = backend->make_workspace({PixelType::f32, 4, 60, 47, 7});
  for (const std::int32_t smooth : {1, 3}) {
    const ScoreRecipe recipe = make_recipe(ScoreKind::cva, 4, smooth);
    std::vector<float> scores(60 * 40);
    backend->score(*workspace, scene.tile(core, 7), recipe, {scores.data(), 60, 40, 60});
    std::vector<float> expected = reference_scores(scene, recipe).scores;
    expected.resize(60 * 40);
    EXPECT_TRUE(same_bits(expected, scores)) << "smooth " << smooth;
  }
}

TEST_P(WorkspaceParity, RefusesWhatDoesNotFit) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const Scene scene = make_scene({PixelType::u8, 1, 20, 10, false});
  const auto workspace = backend->make_workspace({PixelType::u8, 1, 10, 10, 1});
  const PairTile tile = scene.tile({0, 0, 20, 10}, 0);
  std::vector<float> scores(200);
  const RasterView<float> out{scores.data(), 20, 10, 20};
  EXPECT_THROW(backend->score(*workspace, tile, make_recipe(ScoreKind::cva, 1, 3), out), std::invalid_argument);
  EXPECT_THROW(backend->score(*workspace, tile, make_recipe(ScoreKind::cva, 2, 1), out), std::invalid_argument);
  EXPECT_THROW(backend->score(*workspace, tile, make_recipe(ScoreKind::cva, 1, 2), out), std::invalid_argument);
  const RasterView<float> narrow{scores.data(), 19, 10, 20};
  EXPECT_THROW(backend->score(*workspace, tile, make_recipe(ScoreKind::cva, 1, 1), narrow), std::invalid_argument);
}

TEST_P(WorkspaceParity, HostMemoryCanBeWritten) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  HostBuffer buffer = backend->allocate_host(4096);
  ASSERT_EQ(buffer.byte_count(), 4096u);
  std::memset(buffer.data(), 0x5a, buffer.byte_count());
  const HostBuffer moved = std::move(buffer);
  EXPECT_EQ(static_cast<const unsigned char*>(moved.data())[4095], 0x5a);
}

TEST_P(WorkspaceParity, OnlyADeviceHasACopyRate) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  EXPECT_EQ(backend->device_copy_rate() > 0.0, backend->has_device_memory());
}

INSTANTIATE_TEST_SUITE_P(Executors, WorkspaceParity, kExecutors,
                         [](const auto& param) { return name_of(param.param); });

}  // namespace
}  // namespace groundshift::parity
