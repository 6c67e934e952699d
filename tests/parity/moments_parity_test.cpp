// SPDX-License-Identifier: Apache-2.0
// Moments: exact integers and fixed-order float cells, the same on every executor and for every tiling.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/parity/executors.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

class MomentsParity : public testing::TestWithParam<std::tuple<Executor, PixelType, std::int32_t>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
  std::int32_t band_count() const { return std::get<2>(GetParam()); }

  static void expect_reference(Backend& backend, const SceneShape& shape, std::int32_t tile_size) {
    const Scene scene = make_scene(shape);
    const TileMoments expected = reference_moments(scene);
    const TileMoments got = image_moments(backend, scene, tile_size);
    const std::string trace =
        scene.name() + (shape.holed ? " holed tile " : " clean tile ") + std::to_string(tile_size);
    EXPECT_EQ(expected.count, got.count) << trace;
    EXPECT_EQ(expected.integer_sums, got.integer_sums) << trace;
    EXPECT_TRUE(same_bits(expected.cell_sums, got.cell_sums)) << trace;
  }
};

TEST_P(MomentsParity, SmallImagesOfEveryShape) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const std::pair<std::int32_t, std::int32_t> sizes[] = {{1, 1}, {61, 1}, {1, 37}, {3, 2}, {45, 35}};
  for (const auto& [width, height] : sizes) {
    for (const bool holed : {false, true}) {
      expect_reference(*backend, {type(), band_count(), width, height, holed}, kWholeImage);
      expect_reference(*backend, {type(), band_count(), width, height, holed, Values::extreme}, kWholeImage);
    }
  }
}

TEST_P(MomentsParity, TilesOfALargerImage) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const std::int32_t tile_size : {kCellSize, kWholeImage}) {
    expect_reference(*backend, {type(), band_count(), 545, 270, true}, tile_size);
  }
}

TEST_P(MomentsParity, PixelsKeptOutOfTheStatistics) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene scene = with_kept_out(make_scene({type(), band_count(), 83, 29, true, Values::extreme}));
  const TileMoments expected = reference_moments(scene);
  const TileMoments got = image_moments(*backend, scene, kWholeImage);
  EXPECT_EQ(expected.count, got.count);
  EXPECT_EQ(expected.integer_sums, got.integer_sums);
  EXPECT_TRUE(same_bits(expected.cell_sums, got.cell_sums));
}

TEST_P(MomentsParity, AllInvalidIsAllZero) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  Scene scene = make_scene({type(), band_count(), 33, 9, false, Values::extreme});
  scene.valid.assign(scene.valid.size(), 0);
  const TileMoments got = image_moments(*backend, scene, kWholeImage);
  EXPECT_EQ(got.count, 0);
  for (const std::int64_t sum : got.integer_sums) EXPECT_EQ(sum, 0);
  for (const double sum : got.cell_sums) EXPECT_EQ(sum, 0.0);
}

INSTANTIATE_TEST_SUITE_P(
    Executors, MomentsParity,
    testing::Combine(kExecutors, testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32),
                     testing::Values(1, 3, 4, 7)),
    [](const auto& param) {
      return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param)) + "_" +
             std::to_string(std::get<2>(param.param));
    });

// Hand-checkable: two pixels, one band. z = (before, after) = (2, 3), (5, 7).
TEST(Moments, TwoPixelsByHand) {
  Scene scene = make_scene({PixelType::i16, 1, 2, 1, false});
  auto* before = reinterpret_cast<std::int16_t*>(scene.before.data());
  auto* after = reinterpret_cast<std::int16_t*>(scene.after.data());
  before[1] = 2;
  before[2] = 5;
  after[1] = -3;
  after[2] = 7;
  const auto backend = make_cpu_backend(1);
  const TileMoments got = image_moments(*backend, scene, kWholeImage);
  EXPECT_EQ(got.count, 2);
  EXPECT_EQ(got.integer_sums, (std::vector<std::int64_t>{7, 4, 29, 29, 58}));
}

}  // namespace
}  // namespace groundshift::parity
