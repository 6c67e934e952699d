// SPDX-License-Identifier: Apache-2.0
// Weighted sums and the histograms behind their weights: the definition's bits on every executor and for every tiling.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>

#include "tests/parity/executors.hpp"
#include "tests/parity/gram_reference.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

constexpr WeightKind kKinds[] = {WeightKind::unit, WeightKind::table, WeightKind::below, WeightKind::huber};
constexpr PixelType kTypes[] = {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32};

testing::AssertionResult same_sums(const TileGram& expected, const TileGram& got) {
  if (expected.count != got.count) {
    return testing::AssertionFailure() << "count " << got.count << ", expected " << expected.count;
  }
  if (expected.integer_sums.size() != got.integer_sums.size()) {
    return testing::AssertionFailure() << got.integer_sums.size() << " integer sums";
  }
  for (std::size_t k = 0; k < expected.integer_sums.size(); ++k) {
    if (!(expected.integer_sums[k] == got.integer_sums[k])) {
      return testing::AssertionFailure() << "integer sum " << k << ": " << got.integer_sums[k].hi << ":"
                                         << got.integer_sums[k].lo << ", expected " << expected.integer_sums[k].hi
                                         << ":" << expected.integer_sums[k].lo;
    }
  }
  return same_bits(expected.cell_sums, got.cell_sums);
}

class GramParity : public testing::TestWithParam<std::tuple<Executor, PixelType, std::int32_t>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
  std::int32_t band_count() const { return std::get<2>(GetParam()); }
  Scene scene(std::int32_t width, std::int32_t height, Values values = Values::ordinary) const {
    return with_kept_out(make_scene({type(), band_count(), width, height, true, values}));
  }
};

TEST_P(GramParity, EveryKindOfWeight) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = scene(67, 21);
  for (const WeightKind kind : kKinds) {
    for (const std::int32_t box : {1, 5}) {
      GramRecipe recipe{make_rule(image, kind, box, band_count()), GramSubset::everything, {}, 512, 256};
      const TileGram expected = reference_gram(image, recipe);
      EXPECT_GT(expected.count, 100);
      EXPECT_TRUE(same_sums(expected, image_gram(*backend, image, recipe, kWholeImage)))
          << "kind " << static_cast<int>(kind) << " box " << box;
      recipe.subset = GramSubset::held_out;
      EXPECT_TRUE(same_sums(reference_gram(image, recipe), image_gram(*backend, image, recipe, kWholeImage)))
          << "held out, kind " << static_cast<int>(kind) << " box " << box;
    }
  }
}

TEST_P(GramParity, BothSubsetsInOneLook) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const Values values : {Values::ordinary, Values::extreme}) {
    const std::int32_t width =
        executor() == Executor::cpu_one_thread ? 263 : 37;  // a whole chunk of the CPU and a broken one
    const Scene image = scene(width, 2, values);
    const PairTile tile = image.tile({0, 0, image.width, image.height}, 0);
    WorkspaceShape shape;
    shape.type = type();
    shape.band_count = band_count();
    shape.width = tile.width;
    shape.height = tile.height;
    const auto workspace = backend->make_workspace(shape);
    for (const WeightKind kind : {WeightKind::unit, WeightKind::below, WeightKind::table}) {
      GramRecipe recipe{make_rule(image, kind, 1, band_count()), GramSubset::everything, {}, 512, 256};
      TileGram everything, held_out;
      backend->gram_and_held_out(*workspace, tile, recipe, everything, held_out);
      EXPECT_TRUE(same_sums(reference_gram(image, recipe), everything))
          << image.name() << " kind " << static_cast<int>(kind);
      recipe.subset = GramSubset::held_out;
      EXPECT_TRUE(same_sums(reference_gram(image, recipe), held_out))
          << image.name() << " held out, kind " << static_cast<int>(kind);
    }
  }
}

TEST_P(GramParity, ProductsWithinBandsAlone) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = scene(67, 21, Values::extreme);
  for (const WeightKind kind : {WeightKind::unit, WeightKind::below, WeightKind::table}) {
    GramRecipe recipe{make_rule(image, kind, 1, band_count()), GramSubset::everything, {}, 512, 256};
    recipe.products = GramProducts::own_band;
    EXPECT_TRUE(same_sums(reference_gram(image, recipe), image_gram(*backend, image, recipe, kWholeImage)))
        << "kind " << static_cast<int>(kind);
    const PairTile tile = image.tile({0, 0, image.width, image.height}, 0);
    WorkspaceShape shape{type(), band_count(), tile.width, tile.height};
    const auto workspace = backend->make_workspace(shape);
    TileGram everything, held_out;
    backend->gram_and_held_out(*workspace, tile, recipe, everything, held_out);
    EXPECT_TRUE(same_sums(reference_gram(image, recipe), everything)) << "kind " << static_cast<int>(kind);
    recipe.subset = GramSubset::held_out;
    EXPECT_TRUE(same_sums(reference_gram(image, recipe), held_out)) << "held out, kind " << static_cast<int>(kind);
  }
}

TEST_P(GramParity, SmallImagesAndExtremeValues) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const std::pair<std::int32_t, std::int32_t> sizes[] = {{1, 1}, {37, 1}, {1, 19}, {33, 9}};
  for (const auto& [width, height] : sizes) {
    for (const Values values : {Values::ordinary, Values::extreme}) {
      const Scene image = scene(width, height, values);
      for (const WeightKind kind : {WeightKind::unit, WeightKind::table, WeightKind::huber}) {
        const GramRecipe recipe{make_rule(image, kind, 3, band_count() + 1), GramSubset::everything, {}, 0, 0};
        EXPECT_TRUE(same_sums(reference_gram(image, recipe), image_gram(*backend, image, recipe, kWholeImage)))
            << image.name() << " kind " << static_cast<int>(kind);
      }
    }
  }
}

TEST_P(GramParity, FormHistograms) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const Values values : {Values::ordinary, Values::extreme}) {
    const Scene image = scene(301, 17, values);
    for (const std::int32_t box : {1, 5}) {
      const WeightRule rule = make_rule(image, WeightKind::unit, box, band_count());
      const std::vector<std::uint64_t> expected = reference_form_histogram(image, rule);
      EXPECT_EQ(expected, image_form_histogram(*backend, image, rule, kWholeImage)) << "box " << box;
      EXPECT_EQ(expected, image_form_histogram(*backend, image, rule, kCellSize)) << "box " << box;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Executors, GramParity,
                         testing::Combine(kExecutors, testing::ValuesIn(kTypes), testing::Values(1, 3, 4, 7, 33)),
                         [](const auto& param) {
                           return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param)) + "_" +
                                  std::to_string(std::get<2>(param.param));
                         });

class GramTypeParity : public testing::TestWithParam<std::tuple<Executor, PixelType>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
};

TEST_P(GramTypeParity, TilesGiveTheSumsOfTheWhole) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = with_kept_out(make_scene({type(), 2, 541, 262, true}));
  for (const std::int32_t box : {1, 5}) {
    for (const WeightKind kind : {WeightKind::table, WeightKind::below}) {
      const GramRecipe recipe{make_rule(image, kind, box, 3), GramSubset::held_out, {}, 0, 0};
      const TileGram expected = reference_gram(image, recipe);
      EXPECT_TRUE(same_sums(expected, image_gram(*backend, image, recipe, kCellSize))) << "box " << box;
      EXPECT_TRUE(same_sums(expected, image_gram(*backend, image, recipe, kWholeImage))) << "box " << box;
    }
  }
}

// Long enough for every lane to be emptied in between, with the largest values and weights there are.
TEST_P(GramTypeParity, LargestSums) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene image = make_scene({type(), 1, 700, 40, false, Values::extreme});
  with_pixel_type(type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T value = std::is_signed_v<T> ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
    const T used = std::is_same_v<T, float> ? static_cast<T>(100.5f) : value;
    std::fill_n(reinterpret_cast<T*>(image.before.data()), image.before.size() / sizeof(T), used);
    std::fill_n(reinterpret_cast<T*>(image.after.data()), image.after.size() / sizeof(T), used);
  });
  GramRecipe recipe{make_rule(image, WeightKind::huber, 1, 1), GramSubset::everything, {}, 0, 0};
  recipe.weight.limit = std::numeric_limits<float>::max();
  EXPECT_TRUE(same_sums(reference_gram(image, recipe), image_gram(*backend, image, recipe, kWholeImage)));
}

TEST_P(GramTypeParity, NothingToSum) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene image = make_scene({type(), 3, 33, 9, false, Values::extreme});
  for (const std::uint8_t validity : {0, 2}) {
    std::fill(image.valid.begin(), image.valid.end(), validity);
    for (const WeightKind kind : kKinds) {
      const GramRecipe recipe{make_rule(image, kind, 5, 3), GramSubset::everything, {}, 0, 0};
      const TileGram got = image_gram(*backend, image, recipe, kWholeImage);
      EXPECT_EQ(got.count, 0);
      for (const ExactSum& sum : got.integer_sums) EXPECT_EQ(sum, ExactSum{});
      for (const double sum : got.cell_sums) EXPECT_EQ(sum, 0.0);
    }
  }
}

TEST_P(GramTypeParity, TexturesAsVariables) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = with_kept_out(make_scene({type(), 3, 270, 25, true}));
  std::vector<BandFit> fits;
  for (int b = 0; b < 3; ++b) {
    const float unit = type() == PixelType::f32 ? 1.0f : 100.0f;
    fits.push_back({unit, 0.9f * unit, 1.1f, 0.01f * unit, unit, (1.0f + 0.5f * static_cast<float>(b)) / unit});
  }
  for (const std::int32_t box : {1, 7}) {
    for (const WeightKind kind : {WeightKind::unit, WeightKind::table}) {
      const GramRecipe recipe{make_rule(image, kind, box, 2), GramSubset::everything, TextureFits{fits}, 0, 0};
      const TileGram expected = reference_texture_gram(image, recipe);
      EXPECT_TRUE(same_sums(expected, image_gram(*backend, image, recipe, kWholeImage))) << "box " << box;
      EXPECT_TRUE(same_sums(expected, image_gram(*backend, image, recipe, kCellSize))) << "box " << box;
    }
  }
}

TEST_P(GramTypeParity, BandHistograms) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const Values values : {Values::ordinary, Values::extreme}) {
    const Scene image = with_kept_out(make_scene({type(), 3, 283, 31, true, values}));
    for (const Date date : {Date::before, Date::after}) {
      EXPECT_EQ(reference_band_histogram(image, date, 2, type()),
                image_band_histogram(*backend, image, date, 2, type(), kCellSize));
    }
  }
}

TEST_P(GramTypeParity, RefusesWhatDoesNotFit) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene image = make_scene({type(), 2, 20, 10, false});
  const auto workspace = backend->make_workspace({type(), 2, 20, 10, 1});
  const PairTile tile = image.tile({0, 0, 20, 10}, 0);
  const auto refused = [&](const GramRecipe& recipe) {
    TileGram out;
    EXPECT_THROW(backend->gram(*workspace, tile, recipe, out), std::invalid_argument);
  };
  const WeightRule good = make_rule(image, WeightKind::table, 3, 2);
  GramRecipe recipe{good, GramSubset::everything, {}, 0, 0};
  recipe.weight.table.pop_back();
  refused(recipe);
  recipe.weight = good;
  recipe.weight.box = 2;
  refused(recipe);
  recipe.weight = good;
  recipe.weight.form.variable_count = 2;
  refused(recipe);
  recipe.weight = good;
  recipe.texture = TextureFits{{BandFit{}}};
  refused(recipe);
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  std::vector<std::uint64_t> few(10, 0);
  EXPECT_THROW(backend->form_histogram(*workspace, tile, good, few), std::invalid_argument);
  EXPECT_THROW(backend->band_histogram(*workspace, tile, Date::after, 2, type(), bins), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Executors, GramTypeParity, testing::Combine(kExecutors, testing::ValuesIn(kTypes)),
                         [](const auto& param) {
                           return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param));
                         });

class LevelParity : public testing::TestWithParam<Executor> {};

TEST_P(LevelParity, CountsTheIntegersThatFloatsHold) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  Scene image = with_kept_out(make_scene({PixelType::f32, 2, 283, 31, true}));
  auto* const values = reinterpret_cast<float*>(image.after.data());
  for (std::size_t i = 0; i < image.after.size() / sizeof(float); ++i) values[i] = std::round(values[i] * 9000.0f);
  for (const PixelType source : {PixelType::u8, PixelType::u16, PixelType::i16}) {
    EXPECT_EQ(reference_band_histogram(image, Date::after, 1, source),
              image_band_histogram(*backend, image, Date::after, 1, source, kWholeImage));
  }
}

INSTANTIATE_TEST_SUITE_P(Executors, LevelParity, kExecutors, [](const auto& param) { return name_of(param.param); });

// Hand-checkable: two pixels, one band. z = (2, 3), (5, 7); T = (z_0 - 2)^2 = 0, 9; weights 1 and 1/3 by Huber at 1.
TEST(Gram, TwoPixelsByHand) {
  Scene image = make_scene({PixelType::i16, 1, 2, 1, false});
  auto* before = reinterpret_cast<std::int16_t*>(image.before.data());
  auto* after = reinterpret_cast<std::int16_t*>(image.after.data());
  before[1] = 2;
  before[2] = 5;
  after[1] = -3;
  after[2] = 7;
  GramRecipe recipe;
  recipe.weight.kind = WeightKind::huber;
  recipe.weight.form = {2, {2, 0}, {0}, {1, 0}, {1}};
  recipe.weight.limit = 1.0f;
  const auto backend = make_cpu_backend(1);
  const TileGram got = image_gram(*backend, image, recipe, kWholeImage);
  constexpr std::int64_t kOne = kWeightOne, kThird = 5592405;
  EXPECT_EQ(got.count, 2);
  const std::int64_t expected[] = {kOne + kThird,          2 * kOne + 5 * kThird,   -3 * kOne + 7 * kThird,
                                   4 * kOne + 25 * kThird, -6 * kOne + 35 * kThird, 9 * kOne + 49 * kThird};
  ASSERT_EQ(got.integer_sums.size(), std::size(expected));
  for (std::size_t k = 0; k < std::size(expected); ++k) {
    EXPECT_EQ(got.integer_sums[k].value(), Int128{expected[k]}) << k;
  }
}

}  // namespace
}  // namespace groundshift::parity
