// SPDX-License-Identifier: Apache-2.0
// What the heatmap file says of itself: statistics, nodata, scale, description, layout.
#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// 700 x 530: two COG blocks across and down, a hole of nodata on each date.
class StoredHeatmap : public ::testing::Test {
 protected:
  void SetUp() override {
    SceneSpec spec;
    spec.width = 700;
    spec.height = 530;
    spec.nodata = 0;
    for (const auto& [name, seed] : {std::pair{"before.tif", 1}, {"after.tif", 2}}) {
      write_scene(folder_ / name, spec, [seed = seed](int b, int x, int y) {
        const bool hole = (x / 40 + y / 30) % 11 == seed;
        return hole ? 0.0 : texture(static_cast<std::uint64_t>(seed), b, x, y);
      });
    }
  }
  json detect_with(const std::string& out, std::vector<std::string> options) {
    options.insert(options.end(), {"--normalize", "none", "--score", "cva"});
    return detect(folder_ / "before.tif", folder_ / "after.tif", folder_ / out, options);
  }
  OpenDataset open(const std::string& name) { return open_quietly(folder_ / name); }

  TemporaryFolder folder_;
};

double metadata_number(GDALRasterBand& band, const char* name) {
  const char* text = band.GetMetadataItem(name);
  return text != nullptr ? std::stod(text) : std::nan("");
}

struct Recomputed {
  double min = 1e300, max = -1e300, mean = 0.0, std = 0.0;
  std::int64_t count = 0;
};

Recomputed recompute(const BandPixels& pixels) {
  Recomputed r;
  for (std::size_t i = 0; i < pixels.values.size(); ++i) {
    if (!pixels.valid[i]) continue;
    r.min = std::min(r.min, pixels.values[i]);
    r.max = std::max(r.max, pixels.values[i]);
    r.mean += pixels.values[i];
    ++r.count;
  }
  r.mean /= static_cast<double>(r.count);
  for (std::size_t i = 0; i < pixels.values.size(); ++i) {
    if (pixels.valid[i]) r.std += (pixels.values[i] - r.mean) * (pixels.values[i] - r.mean);
  }
  r.std = std::sqrt(r.std / static_cast<double>(r.count));
  return r;
}

TEST_F(StoredHeatmap, StatisticsAreThoseOfThePixels) {
  for (const char* format : {"COG", "GTiff"}) {
    const json product = detect_with(std::string(format) + ".tif", {"-of", format}).at("products").at(0);
    const OpenDataset open_file = open(std::string(format) + ".tif");
    ASSERT_TRUE(open_file);
    GDALRasterBand& band = *open_file->GetRasterBand(1);
    const Recomputed found = recompute(read_band(*open_file, 1));
    EXPECT_EQ(static_cast<float>(metadata_number(band, "STATISTICS_MINIMUM")), static_cast<float>(found.min));
    EXPECT_EQ(static_cast<float>(metadata_number(band, "STATISTICS_MAXIMUM")), static_cast<float>(found.max));
    EXPECT_NEAR(metadata_number(band, "STATISTICS_MEAN"), found.mean, 1e-12 * found.max);
    EXPECT_NEAR(metadata_number(band, "STATISTICS_STDDEV"), found.std, 1e-9 * found.max);
    EXPECT_NEAR(metadata_number(band, "STATISTICS_VALID_PERCENT"), 100.0 * double(found.count) / (700 * 530), 0.01);
    EXPECT_EQ(product.at("valid"), found.count);
    EXPECT_EQ(product.at("min").get<double>(), found.min);
    EXPECT_EQ(product.at("max").get<double>(), found.max);
    EXPECT_NEAR(product.at("mean").get<double>(), found.mean, 1e-12 * found.max);
    EXPECT_NEAR(product.at("std").get<double>(), found.std, 1e-9 * found.max);
  }
}

TEST_F(StoredHeatmap, GdalShowsStatisticsDescriptionNodataAndHowItWasMade) {
  detect_with("change.tif", {});
  const OpenDataset file = open("change.tif");
  ASSERT_TRUE(file);
  GDALRasterBand& band = *file->GetRasterBand(1);
  int has_nodata = 0;
  EXPECT_TRUE(std::isnan(band.GetNoDataValue(&has_nodata)));
  EXPECT_EQ(has_nodata, 1);
  EXPECT_EQ(band.GetRasterDataType(), GDT_Float32);
  EXPECT_EQ(band.GetColorInterpretation(), GCI_GrayIndex);
  EXPECT_THAT(band.GetDescription(), HasSubstr("cva score"));
  EXPECT_THAT(band.GetDescription(), HasSubstr("unit: input units"));
  EXPECT_STREQ(file->GetMetadataItem("GROUNDSHIFT_SCORE"), "cva");
  EXPECT_STREQ(file->GetMetadataItem("GROUNDSHIFT_NORMALIZE"), "none");
  EXPECT_STREQ(file->GetMetadataItem("AREA_OR_POINT"), "Area");
  EXPECT_STREQ(file->GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG");
  EXPECT_GE(band.GetOverviewCount(), 1);
}

TEST_F(StoredHeatmap, GdalsValidatorAcceptsTheCog) {
  for (const char* type : {"Float32", "UInt16", "Byte"}) {
    detect_with(std::string(type) + ".tif", {"-ot", type});
    const ProgramRun run = run_python("check_cog.py", {folder_ / (std::string(type) + ".tif")});
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  }
}

TEST_F(StoredHeatmap, PointConventionIsKept) {
  for (const char* name : {"before.tif", "after.tif"}) {
    const OpenDataset file(GDALDataset::Open((folder_ / name).c_str(), GDAL_OF_UPDATE));
    ASSERT_EQ(file->SetMetadataItem("AREA_OR_POINT", "Point"), CE_None);
  }
  detect_with("change.tif", {});
  const OpenDataset in = open("before.tif"), out = open("change.tif");
  EXPECT_STREQ(out->GetMetadataItem("AREA_OR_POINT"), "Point");
  std::array<double, 6> asked{}, found{};
  in->GetGeoTransform(asked.data());
  out->GetGeoTransform(found.data());
  EXPECT_EQ(found, asked);
}

TEST_F(StoredHeatmap, WithoutGeoreferenceStaysWithout) {
  SceneSpec spec;
  spec.crs.clear();
  spec.geotransform.reset();
  write_scene(folder_ / "a.tif", spec, [](int b, int x, int y) { return texture(1, b, x, y); });
  write_scene(folder_ / "b.tif", spec, [](int b, int x, int y) { return texture(2, b, x, y); });
  ASSERT_FALSE(detect(folder_ / "a.tif", folder_ / "b.tif", folder_ / "c.tif").is_null());
  const OpenDataset file = open("c.tif");
  std::array<double, 6> none{};
  EXPECT_EQ(file->GetGeoTransform(none.data()), CE_Failure);
  EXPECT_EQ(file->GetSpatialRef(), nullptr);
}

TEST_F(StoredHeatmap, IntegerTypesAreWithinHalfAStepAndSayTheirScale) {
  detect_with("score.tif", {"-of", "GTiff"});
  const BandPixels score = read_band(folder_ / "score.tif", 1);
  struct Stored {
    const char* type;
    GDALDataType gdal;
    double nodata;
  };
  for (const Stored& stored : {Stored{"UInt16", GDT_UInt16, 65535.0}, Stored{"Byte", GDT_Byte, 255.0}}) {
    for (const char* format : {"COG", "GTiff"}) {
      SCOPED_TRACE(std::string(stored.type) + " " + format);
      const std::string name = std::string(stored.type) + format + ".tif";
      const json product = detect_with(name, {"-ot", stored.type, "-of", format}).at("products").at(0);
      const OpenDataset file = open(name);
      ASSERT_TRUE(file);
      GDALRasterBand& band = *file->GetRasterBand(1);
      EXPECT_EQ(band.GetRasterDataType(), stored.gdal);
      EXPECT_EQ(band.GetNoDataValue(), stored.nodata);
      const double scale = band.GetScale();
      EXPECT_GT(scale, 0.0);
      EXPECT_EQ(band.GetOffset(), 0.0);
      const BandPixels pixels = read_band(*file, 1);
      double worst = 0.0, largest = 0.0;
      std::size_t wrong_mask = 0;
      for (std::size_t i = 0; i < pixels.values.size(); ++i) {
        const bool nothing = std::isnan(score.values[i]);
        wrong_mask += nothing != (pixels.values[i] == stored.nodata);
        if (nothing) continue;
        worst = std::max(worst, std::fabs(scale * pixels.values[i] - score.values[i]));
        largest = std::max(largest, pixels.values[i]);
      }
      EXPECT_EQ(wrong_mask, 0u);
      EXPECT_LE(worst, 0.505 * scale) << "half a step, and float32's rounding of 65534 steps";
      EXPECT_EQ(largest, stored.nodata - 1.0) << "the whole range is used";
      const Recomputed found = recompute(pixels);
      EXPECT_EQ(metadata_number(band, "STATISTICS_MINIMUM"), found.min);
      EXPECT_EQ(metadata_number(band, "STATISTICS_MAXIMUM"), found.max);
      EXPECT_NEAR(metadata_number(band, "STATISTICS_MEAN"), found.mean, 1e-9 * found.max);
      EXPECT_NEAR(metadata_number(band, "STATISTICS_STDDEV"), found.std, 1e-8 * found.max);
      EXPECT_NEAR(product.at("max").get<double>(), recompute(score).max, 1e-6) << "the summary speaks of scores";
    }
  }
}

}  // namespace
}  // namespace groundshift::test
