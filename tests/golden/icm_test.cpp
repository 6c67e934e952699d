// SPDX-License-Identifier: Apache-2.0
// What regularised labels gain on a labelled scene.
#include "host/sites/icm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "host/evaluate/confusion.hpp"
#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"

namespace groundshift::test {
namespace {

using nlohmann::json;

double kappa(const std::vector<std::uint8_t>& labels, const BandPixels& truth) {
  Confusion c;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (truth.values[i] == 0.0 || labels[i] == Icm::kNoLabel) continue;  // 1: unchanged, 2: changed
    const bool changed = truth.values[i] == 2.0, said = labels[i] == Icm::kChanged;
    ++(changed ? said ? c.true_positive : c.false_negative : said ? c.false_positive : c.true_negative);
  }
  return cohen_kappa(c).value();
}

/// The heatmap of a labelled pair, ready to be labelled from one of the summary's thresholds.
class LabelledPair {
 public:
  LabelledPair(const std::string& pair, const std::vector<std::string>& options)
      : scene_(test_data() / "pairs" / pair), truth_(read_band(scene_ / "truth.tif", 1)) {
    const TemporaryFolder folder;
    summary_ =
        detect((scene_ / "before.tif").string(), (scene_ / "after.tif").string(), folder / "change.tif", options);
    const BandPixels heatmap = read_band(folder / "change.tif", 1);
    for (std::size_t i = 0; i < heatmap.values.size(); ++i) {
      scores_.push_back(heatmap.valid[i] ? static_cast<float>(heatmap.values[i]) : std::nanf(""));
    }
    view_ = {scores_.data(), heatmap.width, heatmap.height, heatmap.width};
    histogram_.add(view_);
  }

  double kappa_from(const std::string& rule, const IcmOptions& options) const {
    const double threshold = summary_.at("thresholds").at("all").at(rule).at("value").get<double>();
    Icm icm(two_class_model(histogram_.window(), threshold).value(), static_cast<float>(threshold), options);
    std::vector<std::uint8_t> labels(scores_.size());
    icm.label(view_, 0, view_.height, labels.data());
    return kappa(labels, truth_);
  }

 private:
  std::filesystem::path scene_;
  BandPixels truth_;
  json summary_;
  std::vector<float> scores_;
  RasterView<const float> view_;
  LogHistogram histogram_;
};

constexpr IcmOptions kStart{1.0, 0, false};  ///< no sweep: score > threshold

TEST(IcmAccuracy, RaisesKappaOfUnsmoothedScores) {
  GS_NEEDS(test_data() / "pairs" / "taizhou");
  const LabelledPair scva("taizhou", {"--score", "scva", "--normalize", "pif", "--smooth", "1"});
  EXPECT_NEAR(scva.kappa_from("ki", kStart), 0.959, 0.001);  // ALGORITHMS 6.2 of the project
  EXPECT_GT(scva.kappa_from("ki", {}), 0.976);
  EXPECT_GT(scva.kappa_from("ki", {0.5, 8, false}), 0.978);
  const LabelledPair irmad("taizhou", {"--score", "irmad", "--smooth", "1"});
  EXPECT_NEAR(irmad.kappa_from("ki", kStart), 0.938, 0.001);
  EXPECT_GT(irmad.kappa_from("ki", {}), 0.946);
}

TEST(IcmAccuracy, HardlyMovesWhatIsSmoothAlready) {
  GS_NEEDS(test_data() / "pairs" / "taizhou");
  const LabelledPair preset("taizhou", {});
  EXPECT_GE(preset.kappa_from("ki-sqrt", {}), preset.kappa_from("ki-sqrt", kStart));
}

}  // namespace
}  // namespace groundshift::test
