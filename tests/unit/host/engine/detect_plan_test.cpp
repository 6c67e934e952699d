// SPDX-License-Identifier: Apache-2.0
// What is decided about a pair before a pixel is read.
#include "host/engine/detect_plan.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/engine/detect_job.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

class DetectPlanTest : public ::testing::Test {
 protected:
  void scene(const std::string& name, const SceneSpec& spec) {
    write_scene(folder_ / name, spec, [](int b, int x, int y) { return texture(1, b, x, y); });
  }
  DetectPlan plan() { return plan_detect(options_, warnings_); }
  std::vector<std::string> passes() {
    std::vector<std::string> names;
    for (const PlannedPass& p : plan().passes) names.push_back(p.name);
    return names;
  }
  std::string refusal() {
    try {
      plan();
    } catch (const InputError& e) {
      return e.what();
    }
    return "";
  }

  void SetUp() override {
    options_.before = folder_ / "before.tif";
    options_.after = folder_ / "after.tif";
    options_.out = folder_ / "out.tif";
    options_.resources = {BackendChoice::cpu, 0, 2, std::int64_t{1} << 30, kAutoTile};
    scene("before.tif", {});
    scene("after.tif", {});
  }

  TemporaryFolder folder_;
  DetectOptions options_;
  Warnings warnings_;
};

TEST_F(DetectPlanTest, PutsNormalizedPixelsIntoBeforesType) {
  options_.method.normalize = NormalizationKind::zscore;
  SceneSpec word;
  word.type = GDT_UInt16;
  word.nodata = 65535.0;
  scene("before.tif", word);  // AFTER stays u8
  const StoredPixels own = plan().normalized;
  EXPECT_EQ(own.type, PixelType::u16);
  EXPECT_EQ(own.nodata, 65535.0);
  options_.src_nodata = 12.0;
  EXPECT_EQ(plan().normalized.nodata, 12.0);
  options_.src_nodata.reset();
  options_.ignore_nodata = true;
  EXPECT_EQ(plan().normalized.nodata, 0.0);
  options_.normalized_type = PixelType::i16;
  EXPECT_EQ(plan().normalized.nodata, -32768.0);
  options_.ignore_nodata = false;
  EXPECT_EQ(plan().normalized.nodata, -32768.0);  // Int16 has no 65535
  options_.normalized_type.reset();
  options_.method.normalize = NormalizationKind::none;  // nothing is put on BEFORE's radiometry
  EXPECT_EQ(plan().normalized.type, PixelType::f32);
  options_.method.normalize = NormalizationKind::zscore;
  word.type = GDT_Float32;
  scene("before.tif", word);
  EXPECT_EQ(plan().normalized.type, PixelType::f32);
  EXPECT_TRUE(std::isnan(plan().normalized.nodata));
}

TEST_F(DetectPlanTest, TakesBandsTypeAndHaloFromThePair) {
  options_.method.smooth = {7};
  options_.method.scores = {ScoreName::cva};
  options_.method.normalize = NormalizationKind::zscore;
  const DetectPlan p = plan();
  EXPECT_EQ(p.band_count, 2);
  EXPECT_EQ(p.type, PixelType::u8);
  EXPECT_EQ(p.halo, 3);
  EXPECT_EQ(p.grid.width, 300);
  EXPECT_EQ(p.backend.backend->name(), "cpu");
  EXPECT_LE(p.tiles.planned_bytes, options_.resources.memory_bytes);
}

TEST_F(DetectPlanTest, WidensMixedTypesToWhatHoldsBoth) {
  const struct {
    GDALDataType before, after;
    PixelType expected;
  } rows[] = {{GDT_Byte, GDT_UInt16, PixelType::u16},   {GDT_UInt16, GDT_Byte, PixelType::u16},
              {GDT_Byte, GDT_Int16, PixelType::i16},    {GDT_UInt16, GDT_Int16, PixelType::f32},
              {GDT_Int16, GDT_Float32, PixelType::f32}, {GDT_Int32, GDT_Int32, PixelType::f32},
              {GDT_Float64, GDT_Byte, PixelType::f32},  {GDT_Int16, GDT_Int16, PixelType::i16}};
  for (const auto& row : rows) {
    SceneSpec spec;
    spec.type = row.before;
    scene("before.tif", spec);
    spec.type = row.after;
    scene("after.tif", spec);
    EXPECT_EQ(plan().type, row.expected) << GDALGetDataTypeName(row.before) << " " << GDALGetDataTypeName(row.after);
  }
}

TEST_F(DetectPlanTest, PassesFollowNormalizationAndScore) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(passes(), (Names{"statistics", "irmad", "contextual", "score"}));  // general: 10 m, 2 bands
  options_.method.preset = Preset::vhr;
  EXPECT_EQ(passes(), (Names{"statistics", "irmad", "contextual", "texture", "score"}));
  options_.method.preset = Preset::automatic;
  options_.products.change_class = true;
  EXPECT_EQ(passes(), (Names{"statistics", "irmad", "contextual", "score", "sites"}));
  options_.products.change_class = false;
  options_.method.scores = {ScoreName::scva};
  options_.method.normalize = NormalizationKind::none;
  EXPECT_EQ(passes(), (Names{"statistics", "score"}));  // scva needs the no-change sigma
  options_.method.scores = {ScoreName::cva};
  EXPECT_EQ(passes(), (Names{"score"}));
  options_.method.scores = {ScoreName::irmad};
  EXPECT_EQ(passes(), (Names{"statistics", "irmad", "null", "score"}));
  options_.method.scores = {ScoreName::log_ratio};
  EXPECT_EQ(passes(), (Names{"score"}));  // integers: epsilon is 1
  SceneSpec spec;
  spec.type = GDT_Float32;
  scene("before.tif", spec);
  scene("after.tif", spec);
  EXPECT_EQ(passes(), (Names{"statistics", "score"}));  // the joint median, for epsilon
  options_.method.epsilon = 0.5;
  EXPECT_EQ(passes(), (Names{"score"}));
}

TEST_F(DetectPlanTest, ChoosesBandsByNumberAndDescription) {
  SceneSpec spec;
  spec.band_count = 3;
  spec.descriptions = {"Blue", "green", "red"};
  scene("before.tif", spec);
  scene("after.tif", spec);
  options_.before_bands = {"RED", "1"};
  options_.after_bands = {"3", "blue"};
  const DetectPlan p = plan();
  EXPECT_EQ(p.before.selection.bands, (std::vector<std::int32_t>{3, 1}));
  EXPECT_EQ(p.after.selection.bands, (std::vector<std::int32_t>{3, 1}));
  options_.after_bands = {"3"};
  EXPECT_THAT(refusal(), HasSubstr("bands"));
  options_.after_bands = {"3", "nir"};
  EXPECT_THAT(refusal(), HasSubstr("nir"));
}

TEST_F(DetectPlanTest, TakesDifferentBandsForScoresThatPairNone) {
  SceneSpec spec;
  spec.descriptions = {"red", "nir"};
  scene("before.tif", spec);
  spec.band_count = 3;
  spec.descriptions = {"green", "red", "swir1"};
  scene("after.tif", spec);
  for (const ScoreName score : {ScoreName::mad, ScoreName::irmad, ScoreName::chronochrome, ScoreName::hacd}) {
    options_.method.scores = {score};
    const DetectPlan p = plan();
    EXPECT_EQ(p.bands().before, 2);
    EXPECT_EQ(p.bands().after, 3);
    EXPECT_THAT(p.matched_bands, HasSubstr("BEFORE red,nir; AFTER green,red,swir1"));
  }
  ASSERT_EQ(warnings_.list().size(), 1u);
  EXPECT_EQ(warnings_.list().front().code, "different_bands");
  EXPECT_EQ(warnings_.list().front().count, 4);
  // Whatever pairs bands still refuses them.
  options_.method.scores = {ScoreName::mad, ScoreName::scva};
  EXPECT_THAT(refusal(), HasSubstr("different bands"));
  options_.method.scores = {ScoreName::mad};
  options_.method.normalize = NormalizationKind::orthogonal;
  EXPECT_THAT(refusal(), HasSubstr("different bands"));
  options_.method.normalize = NormalizationKind::none;
  EXPECT_EQ(refusal(), "");
  options_.products.direction = true;
  EXPECT_THAT(refusal(), HasSubstr("different bands"));
  options_.products.direction = false;
  options_.method.scores.clear();
  EXPECT_THAT(refusal(), HasSubstr("different bands")) << "a preset's scores are not the user's";
}

TEST_F(DetectPlanTest, CutsTheGridToWhatBothDatesCover) {
  SceneSpec spec;
  spec.width = 299;
  (*spec.geotransform)[0] += 30.0;  // three pixels right
  scene("after.tif", spec);
  const DetectPlan p = plan();
  EXPECT_EQ(p.grid.width, 297);
  EXPECT_EQ(p.grid.height, 280);
  EXPECT_EQ(p.before.place.relation, GridRelation::whole_pixels);
  EXPECT_EQ(p.before.place.offset_x, 3);
  EXPECT_EQ(p.after.place.relation, GridRelation::whole_pixels);
  EXPECT_EQ(p.after.place.offset_x, 0);
  EXPECT_FALSE(p.resamples());
  EXPECT_TRUE(p.source.empty());
}

TEST_F(DetectPlanTest, HoldsRoomForTheSourceOfAResampling) {
  SceneSpec spec;
  (*spec.geotransform)[0] += 4.0;
  scene("after.tif", spec);
  const DetectPlan p = plan();
  EXPECT_EQ(p.after.place.relation, GridRelation::resampled);
  EXPECT_EQ(p.before.place.relation, GridRelation::equal);
  EXPECT_EQ(p.after.weights.taps_x, 4);
  EXPECT_EQ(p.source.width, 300);  // the grid is one tile: all of AFTER
  EXPECT_EQ(p.source.height, 280);
}

TEST_F(DetectPlanTest, RefusesPairsThatDoNotOverlap) {
  SceneSpec spec;
  spec.crs = "EPSG:32634";
  scene("after.tif", spec);
  EXPECT_THAT(refusal(), ::testing::AllOf(HasSubstr("do not overlap"), HasSubstr("x 500000 to 503000")));
}

TEST_F(DetectPlanTest, WritesNothing) {
  const Listing before = listing_of(folder_.path());
  plan();
  EXPECT_TRUE(listing_of(folder_.path()) == before);
}

TEST(SummaryPath, StandsBesideTheHeatmap) {
  EXPECT_EQ(summary_path("a/change.tif"), "a/change.json");
  EXPECT_EQ(summary_path("a.b/change"), "a.b/change.json");
}

}  // namespace
}  // namespace groundshift::test
