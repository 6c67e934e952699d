// SPDX-License-Identifier: Apache-2.0
// Value histograms: the same counts on every executor, for values inside and outside the range kept close on a device.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/parity/executors.hpp"
#include "tests/parity/reference.hpp"

namespace groundshift::parity {
namespace {

class HistogramParity : public testing::TestWithParam<std::tuple<Executor, PixelType>> {
 protected:
  Executor executor() const { return std::get<0>(GetParam()); }
  PixelType type() const { return std::get<1>(GetParam()); }
};

TEST_P(HistogramParity, CountsValidValuesOfBothDates) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  for (const Values values : {Values::ordinary, Values::extreme}) {
    for (const std::int32_t band_count : {1, 4}) {
      const Scene scene = with_kept_out(make_scene({type(), band_count, 283, 91, true, values}));
      EXPECT_EQ(image_histogram(*backend, scene, kCellSize), reference_histogram(scene)) << scene.name();
      EXPECT_EQ(image_histogram(*backend, scene, kWholeImage), reference_histogram(scene)) << scene.name();
    }
  }
}

TEST_P(HistogramParity, AddsToWhatIsThere) {
  GS_SKIP_WITHOUT(executor());
  const auto backend = make_backend(executor());
  const Scene scene = make_scene({type(), 1, 5, 3, false});
  const auto workspace = backend->make_workspace({type(), 1, 5, 3, 0});
  std::vector<std::uint64_t> bins(kFloatBins, 7);
  const PairTile tile = scene.tile({0, 0, 5, 3}, 0);
  backend->value_histogram(*workspace, tile, bins);
  backend->value_histogram(*workspace, tile, bins);
  std::vector<std::uint64_t> expected = reference_histogram(scene);
  for (std::uint64_t& count : expected) count = 7 + 2 * count;
  EXPECT_EQ(bins, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Executors, HistogramParity,
    testing::Combine(kExecutors, testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32)),
    [](const auto& param) { return name_of(std::get<0>(param.param)) + "_" + name_of(std::get<1>(param.param)); });

}  // namespace
}  // namespace groundshift::parity
