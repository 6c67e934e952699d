// SPDX-License-Identifier: Apache-2.0
// The job on small rasters written for the test: coding, nodata, infinities, bad input, outputs.
#include "host/evaluate/evaluate_job.hpp"

#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

class EvaluateJob : public ::testing::Test {
 protected:
  void SetUp() override {
    initialize_gdal();
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("gs_evaluate_" + std::to_string(::getpid()) + "_" + test->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  template <class T>
  fs::path write(const std::string& name, GDALDataType type, int width, int height, std::vector<T> pixels,
                 std::optional<double> nodata = std::nullopt) {
    const fs::path path = folder_ / name;
    auto* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    Dataset dataset(driver->Create(path.c_str(), width, height, 1, type, nullptr));
    GDALRasterBand& band = *dataset->GetRasterBand(1);
    if (nodata) band.SetNoDataValue(*nodata);
    const GDALDataType memory = sizeof(T) == 4 ? GDT_Float32 : sizeof(T) == 8 ? GDT_Float64 : GDT_Byte;
    EXPECT_EQ(band.RasterIO(GF_Write, 0, 0, width, height, pixels.data(), width, height, memory, 0, 0, nullptr),
              CE_None);
    return path;
  }

  AccuracyReport run(EvaluateOptions options) { return run_evaluate(options, {&progress_, &warnings_, {}}); }
  EvaluateOptions options(const fs::path& heatmap, const fs::path& truth) {
    EvaluateOptions o;
    o.what.heatmap = heatmap;
    o.what.truth = truth;
    return o;
  }
  /// 4 x 2: two changed, four unchanged of which one has no score, two unlabelled of which one holds the maximum.
  EvaluateOptions small_case() {
    return options(write<float>("h.tif", GDT_Float32, 4, 2, {0.1f, 0.4f, kNan, 0.2f, 0.35f, 0.8f, 100.0f, 0.0f}),
                   write<std::uint8_t>("t.tif", GDT_Byte, 4, 2, {1, 1, 1, 1, 2, 2, 0, 0}));
  }

  fs::path folder_;
  SilentProgress progress_;
  Warnings warnings_;
};

TEST_F(EvaluateJob, MeasuresLabelledPixelsWithAScore) {
  EvaluateOptions o = small_case();
  o.threshold = 0.3;
  const AccuracyReport r = run(o);
  EXPECT_EQ(r.labels.changed, 2);
  EXPECT_EQ(r.labels.unchanged, 4);
  EXPECT_EQ(r.labels.unlabelled, 2);
  EXPECT_EQ(r.labels.unchanged_without_score, 1);
  EXPECT_EQ(r.labels.changed_without_score, 0);
  EXPECT_EQ(r.scored_pixels, 7);
  EXPECT_EQ(r.score_max, 100.0);
  EXPECT_DOUBLE_EQ(*r.area_under_roc, 5.0 / 6.0);     // 0.8 beats 3, 0.35 beats 2 of 3
  EXPECT_DOUBLE_EQ(*r.average_precision, 5.0 / 6.0);  // 1/2 * 1 + 1/2 * 2/3
  ASSERT_EQ(r.thresholds.size(), 3u);
  EXPECT_EQ(r.thresholds[0].rule, "otsu");
  // The unlabelled 100 is alone in the last bin, all else in the first 33 bins of width 100 / 4096: the best split's
  // first bin is the one that 0.8 is in, number 32, with its centre at 32.5 widths.
  EXPECT_DOUBLE_EQ(r.thresholds[0].threshold, 32.5 * 100.0 / 4096.0);
  EXPECT_EQ(r.thresholds[1].rule, "oracle");
  EXPECT_EQ(r.thresholds[2].rule, "given");
  EXPECT_EQ(r.thresholds[2].confusion, (Confusion{2, 1, 2, 0}));
  ASSERT_EQ(warnings_.list().size(), 1u);
  EXPECT_EQ(warnings_.list()[0].code, "labelled_without_score");
}

TEST_F(EvaluateJob, RecodesTruth) {
  EvaluateOptions o = options(write<float>("h.tif", GDT_Float32, 3, 1, {0.0f, 1.0f, 2.0f}),
                              write<std::uint8_t>("t.tif", GDT_Byte, 3, 1, {0, 255, 254}));
  o.what.coding = {{0.0}, {255.0, 254.0}};
  const AccuracyReport r = run(o);
  EXPECT_EQ(r.labels.changed, 2);
  EXPECT_EQ(r.labels.unchanged, 1);
  EXPECT_EQ(*r.area_under_roc, 1.0);
  o.what.coding = {};
  EXPECT_THROW(
      {
        try {
          run(o);
        } catch (const InputError& e) {
          EXPECT_THAT(e.what(), HasSubstr("254, 255"));
          throw;
        }
      },
      InputError);
}

TEST_F(EvaluateJob, RespectsNodataOfBothRasters) {
  const AccuracyReport r = run(options(write<float>("h.tif", GDT_Float32, 4, 1, {-9.0f, 1.0f, 2.0f, 3.0f}, -9.0),
                                       write<std::uint8_t>("t.tif", GDT_Byte, 4, 1, {1, 1, 2, 9}, 9.0)));
  EXPECT_EQ(r.labels.unchanged_without_score, 1);
  EXPECT_EQ(r.labels.unlabelled, 1);
  EXPECT_EQ(r.score_min, 1.0);
}

TEST_F(EvaluateJob, RanksInfiniteScores) {
  const AccuracyReport r = run(options(write<float>("h.tif", GDT_Float32, 4, 1, {-kInf, 1.0f, 2.0f, kInf}),
                                       write<std::uint8_t>("t.tif", GDT_Byte, 4, 1, {1, 1, 2, 2})));
  EXPECT_EQ(*r.area_under_roc, 1.0);
  EXPECT_EQ(r.infinite_scores, 2);
  EXPECT_EQ(r.score_min, 1.0);
  EXPECT_EQ(r.score_max, 2.0);
  EXPECT_EQ(r.thresholds[0].confusion, (Confusion{2, 0, 2, 0}));
  EXPECT_FALSE(nlohmann::json::parse(accuracy_json(r, warnings_.list()))["auc"].is_null());
}

TEST_F(EvaluateJob, ConstantScoresHaveAThresholdAndRankNothing) {
  const AccuracyReport r = run(options(write<float>("h.tif", GDT_Float32, 2, 1, {5.0f, 5.0f}),
                                       write<std::uint8_t>("t.tif", GDT_Byte, 2, 1, {1, 2})));
  EXPECT_EQ(*r.area_under_roc, 0.5);
  EXPECT_EQ(r.thresholds[0].threshold, 5.0);
}

TEST_F(EvaluateJob, OneClassLeavesMeasuresAbsent) {
  EvaluateOptions o = options(write<float>("h.tif", GDT_Float32, 3, 1, {0.0f, 1.0f, 9.0f}),
                              write<std::uint8_t>("t.tif", GDT_Byte, 3, 1, {1, 1, 1}));
  const AccuracyReport r = run(o);
  EXPECT_FALSE(r.area_under_roc);
  const auto json = nlohmann::json::parse(accuracy_json(r, warnings_.list()));
  EXPECT_TRUE(json["auc"].is_null());
  EXPECT_TRUE(json["thresholds"]["otsu"]["recall"].is_null());
  EXPECT_FALSE(json["thresholds"].contains("oracle"));
  EXPECT_THAT(accuracy_table(r), HasSubstr("AUC                 -"));
  o.curves = folder_ / "c.svg";
  EXPECT_THROW(run(o), InputError);
  EXPECT_FALSE(fs::exists(o.curves));
}

TEST_F(EvaluateJob, CountsManyStripsOnce) {
  const int width = 9000, height = 700;  // strips of 128 rows, the last one short
  std::vector<float> scores(std::size_t(width) * height);
  std::vector<std::uint8_t> truth(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    truth[i] = i % 10 == 0 ? 2 : 1;
    scores[i] = float(i % 7919) + (truth[i] == 2 ? 7919.0f : 0.0f);
  }
  const AccuracyReport r = run(options(write<float>("h.tif", GDT_Float32, width, height, scores),
                                       write<std::uint8_t>("t.tif", GDT_Byte, width, height, truth)));
  EXPECT_EQ(r.labels.changed, 630000);
  EXPECT_EQ(r.labels.unchanged, 5670000);
  EXPECT_EQ(*r.area_under_roc, 1.0);
  EXPECT_EQ(r.thresholds[1].threshold, 7918.0);
}

TEST_F(EvaluateJob, RefusesUnequalSizesNamingBoth) {
  const EvaluateOptions o = options(write<float>("heat.tif", GDT_Float32, 3, 1, {0.0f, 1.0f, 2.0f}),
                                    write<std::uint8_t>("truth.tif", GDT_Byte, 2, 1, {1, 2}));
  try {
    run(o);
    FAIL() << "sizes differ";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("heat.tif is 3 x 1"));
    EXPECT_THAT(e.what(), HasSubstr("truth.tif is 2 x 1"));
  }
}

TEST_F(EvaluateJob, RefusesUnusableInputAndOptions) {
  const EvaluateOptions good = small_case();
  EvaluateOptions o = good;
  o.what.heatmap = folder_ / "missing.tif";
  EXPECT_THROW(run(o), InputError);
  o = good;
  o.what.band = 2;
  EXPECT_THROW(run(o), InputError);
  o = good;
  o.what.heatmap = write<float>("nothing.tif", GDT_Float32, 4, 2, std::vector<float>(8, kNan));
  EXPECT_THROW(run(o), InputError);
  o = good;
  o.what.coding.changed = {1.0};
  EXPECT_THROW(run(o), UsageError);
  o = good;
  o.threshold = std::nan("");
  EXPECT_THROW(run(o), UsageError);
  o = good;
  o.curves = folder_ / "curves.bmp";
  EXPECT_THROW(run(o), UsageError);
  o.curves = folder_ / "no" / "curves.svg";
  EXPECT_THROW(run(o), OutputError);
}

TEST_F(EvaluateJob, StopsOnRequest) {
  std::stop_source stop;
  stop.request_stop();
  const EvaluateOptions o = small_case();
  try {
    run_evaluate(o, {&progress_, &warnings_, stop.get_token()});
    FAIL() << "was asked to stop";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::interrupted);
  }
}

TEST_F(EvaluateJob, WritesCurvesOnceUnlessToldToOverwrite) {
  EvaluateOptions o = small_case();
  o.curves = folder_ / "curves.svg";
  run(o);
  std::stringstream text;
  text << std::ifstream(o.curves).rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("ROC, AUC = 0.8333"));
  EXPECT_THAT(text.str(), HasSubstr("oracle (score &gt;"));
  EXPECT_THROW(run(o), OutputError);
  o.overwrite = true;
  EXPECT_NO_THROW(run(o));
}

TEST_F(EvaluateJob, JsonHasStableKeys) {
  EvaluateOptions o = small_case();
  o.threshold = kInf;
  const auto json = nlohmann::json::parse(accuracy_json(run(o), warnings_.list()));
  for (const char* key : {"heatmap", "truth", "band", "labels", "scores", "auc", "average_precision", "tpr_at_fpr_0.01",
                          "thresholds", "warnings"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  for (const char* key : {"threshold", "oa", "kappa", "f1", "precision", "recall", "tpr", "fpr", "confusion"}) {
    EXPECT_TRUE(json["thresholds"]["oracle"].contains(key)) << key;
  }
  EXPECT_EQ(json["thresholds"]["given"]["threshold"], "inf");
  EXPECT_EQ(json["thresholds"]["given"]["confusion"]["false_negative"], 2);
}

}  // namespace
}  // namespace groundshift
