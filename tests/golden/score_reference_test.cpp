// SPDX-License-Identifier: Apache-2.0
// Every score with every normalization against the naive reference, on real crops and on random data with holes.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/golden/naive_detect.hpp"
#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"

namespace groundshift::test {
namespace {

/// Shares of the largest score. A centred difference is held to 2^-24 of the values it is made of, and a score adds a
/// few such roundings (largest seen 5e-7). With an automatic epsilon of floats, the program takes the median from
/// histogram bins of 2^-8 and the reference exactly: the score moves by what 1 % of that moves it (largest
/// seen 1.5e-5).
constexpr double kRounding = 1e-6;
constexpr double kBinnedEpsilon = 2e-5;

void expect_same_scores(const std::string& heatmap, const std::vector<double>& expected, double tolerance) {
  const BandPixels found = read_band(heatmap, 1);
  ASSERT_EQ(found.values.size(), expected.size());
  double largest = 0.0, worst = 0.0;
  std::size_t wrong_mask = 0, defined = 0;
  for (const double v : expected) largest = std::isnan(v) ? largest : std::max(largest, v);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    wrong_mask += std::isnan(found.values[i]) != std::isnan(expected[i]);
    if (std::isnan(expected[i]) || std::isnan(found.values[i])) continue;
    worst = std::max(worst, std::fabs(found.values[i] - expected[i]));
    ++defined;
  }
  EXPECT_EQ(wrong_mask, 0u);
  EXPECT_GT(defined, expected.size() / 2);
  EXPECT_LE(worst, tolerance * largest);
}

/// Two dates whose values follow each other loosely and stay far from 0 (where a log-ratio magnifies every rounding)
/// whatever the normalization, with holes of nodata (integers) or NaN (floats) on each date.
void write_random_pair(const TemporaryFolder& folder, GDALDataType type) {
  const bool floats = type == GDT_Float32;
  const double spread = type == GDT_Byte ? 0.6 : floats ? 0.013 : 40.0;
  SceneSpec spec;
  spec.width = 301;  // two cells across, the second narrow
  spec.height = 67;
  spec.band_count = 3;
  spec.type = type;
  if (!floats) spec.nodata = 0;
  const double nothing = floats ? std::numeric_limits<double>::quiet_NaN() : 0.0;
  const auto hole = [](std::uint64_t seed, int b, int x, int y) { return texture(seed, b, x / 5, y / 3) < 12.0; };
  write_scene(folder / "before.tif", spec, [&](int b, int x, int y) {
    return hole(90, b, x, y) ? nothing : spread * (120.0 + texture(1, b, x, y));
  });
  write_scene(folder / "after.tif", spec, [&](int b, int x, int y) {
    return hole(91, b, x, y) ? nothing : spread * (135.0 + 0.7 * texture(1, b, x, y) + 0.3 * texture(2, b, x, y));
  });
}

using ScoreAndNormalization = std::tuple<const char*, const char*>;

class ScoreReference : public ::testing::TestWithParam<ScoreAndNormalization> {
 protected:
  void compare(const TemporaryFolder& folder, int smooth, bool integers) {
    const auto& [score, normalize] = GetParam();
    const auto summary = detect(folder / "before.tif", folder / "after.tif", folder / "change.tif",
                                {"--score", score, "--normalize", normalize, "--smooth", std::to_string(smooth), "-of",
                                 "GTiff", "--tile", "256"});
    if (summary.is_null()) return;
    expect_same_scores(folder / "change.tif",
                       naive_detect(read_date(folder / "before.tif"), read_date(folder / "after.tif"), normalize, score,
                                    smooth, integers),
                       integers ? kRounding : kBinnedEpsilon);
  }

  void compare_crop(const char* pair, int x, int y, int width, int height, int smooth, bool integers) {
    const auto scene = test_data() / "pairs" / pair;
    GS_NEEDS(scene);
    const TemporaryFolder folder;
    for (const char* date : {"before.tif", "after.tif"}) write_crop(scene / date, folder / date, x, y, width, height);
    compare(folder, smooth, integers);
  }

  void compare_random(GDALDataType type, int smooth) {
    const TemporaryFolder folder;
    write_random_pair(folder, type);
    compare(folder, smooth, type != GDT_Float32);
  }
};

TEST_P(ScoreReference, HoldsOnLandsatBytes) { compare_crop("taizhou", 100, 60, 150, 90, 1, true); }
TEST_P(ScoreReference, HoldsOnSurfaceReflectanceInt16) { compare_crop("costarica-l5", 20, 30, 120, 80, 3, true); }
TEST_P(ScoreReference, HoldsOnRandomBytesWithHoles) { compare_random(GDT_Byte, 5); }
TEST_P(ScoreReference, HoldsOnRandomUInt16WithHoles) { compare_random(GDT_UInt16, 1); }
TEST_P(ScoreReference, HoldsOnRandomFloatsWithHoles) { compare_random(GDT_Float32, 3); }

INSTANTIATE_TEST_SUITE_P(All, ScoreReference,
                         ::testing::Combine(::testing::Values("difference", "relative", "log-ratio", "cva", "scva",
                                                              "angle"),
                                            ::testing::Values("none", "zscore", "regression", "orthogonal")),
                         [](const auto& row) {
                           std::string name = std::string(std::get<0>(row.param)) + "_" + std::get<1>(row.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(UndefinedScores, AreNaNStayOutOfMeansAndAreCounted) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.type = GDT_Int16;
  write_scene(folder / "before.tif", spec, [](int b, int x, int y) { return texture(1, b, x, y) - 20.0; });
  write_scene(folder / "after.tif", spec, [](int b, int x, int y) { return texture(2, b, x, y) - 5.0; });
  const auto summary = detect(folder / "before.tif", folder / "after.tif", folder / "change.tif",
                              {"--score", "log-ratio", "--normalize", "none", "--smooth", "3"});
  ASSERT_FALSE(summary.is_null());
  const std::vector<double> expected =
      naive_detect(read_date(folder / "before.tif"), read_date(folder / "after.tif"), "none", "log-ratio", 3, true);
  expect_same_scores(folder / "change.tif", expected, kRounding);
  const auto undefined = std::count_if(expected.begin(), expected.end(), [](double v) { return std::isnan(v); });
  EXPECT_GT(undefined, 0);
  EXPECT_EQ(summary.at("valid_pixels"), spec.width * spec.height);
  ASSERT_EQ(summary.at("warnings").size(), 1u);
  EXPECT_EQ(summary.at("warnings").at(0).at("code"), "undefined_score");
  EXPECT_EQ(summary.at("warnings").at(0).at("count"), undefined);
}

TEST(ScoreReferenceOnFloat64, HoldsOnSardinia) {
  const auto scene = test_data() / "pairs" / "sardinia-lake";
  GS_NEEDS(scene);
  const TemporaryFolder folder;
  const std::string before = (scene / "before.tif").string(), after = (scene / "after.tif").string();
  const auto summary =
      detect(before, after, folder / "change.tif", {"--score", "log-ratio", "--normalize", "none", "--smooth", "3"});
  ASSERT_FALSE(summary.is_null());
  expect_same_scores(folder / "change.tif",
                     naive_detect(read_date(before), read_date(after), "none", "log-ratio", 3, false), kBinnedEpsilon);
}

}  // namespace
}  // namespace groundshift::test
