// SPDX-License-Identifier: Apache-2.0
// The files beside a heatmap: complete, readable, alone in their folder.
#include "host/products/heatmap_pictures.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/png.hpp"
#include "host/products/canvas.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class HeatmapPicturesFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    initialize_gdal();
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("gs_pictures_" + std::to_string(::getpid()) + "_" + test->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.push_back(entry.path().filename().string());
    return all;
  }

  fs::path folder_;
};

IndexedImage gradient(std::int32_t width, std::int32_t height) {
  IndexedImage image = make_canvas(width, height, {});
  for (std::size_t i = 0; i < image.index.size(); ++i) {
    const auto level = static_cast<std::uint8_t>(i * 3);
    image.index[i] = place_of(image, {level, static_cast<std::uint8_t>(level * 7), 9});
  }
  return image;
}

TEST_F(HeatmapPicturesFiles, PngHoldsTheVeryPixels) {
  const IndexedImage image = gradient(13, 5);
  write_png(folder_ / "p.png", image);
  EXPECT_THAT(names(), UnorderedElementsAre("p.png"));
  const Dataset read(GDALDataset::Open((folder_ / "p.png").c_str()));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->GetRasterXSize(), 13);
  ASSERT_EQ(read->GetRasterYSize(), 5);
  std::vector<std::uint8_t> places(13 * 5), pixels;
  ASSERT_EQ(read->RasterIO(GF_Read, 0, 0, 13, 5, places.data(), 13, 5, GDT_Byte, 1, nullptr, 0, 0, 0, nullptr),
            CE_None);
  const GDALColorTable* colors = read->GetRasterBand(1)->GetColorTable();
  ASSERT_NE(colors, nullptr);
  for (const std::uint8_t place : places) {
    const GDALColorEntry* c = colors->GetColorEntry(place);
    for (const short value : {c->c1, c->c2, c->c3}) pixels.push_back(static_cast<std::uint8_t>(value));
  }
  EXPECT_EQ(places, image.index);
  EXPECT_EQ(pixels, rgb_of(image).rgb);
}

TEST_F(HeatmapPicturesFiles, PngReplacesAnOlderOne) {
  write_png(folder_ / "p.png", gradient(3, 3));
  write_png(folder_ / "p.png", gradient(4, 4));
  const Dataset read(GDALDataset::Open((folder_ / "p.png").c_str()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->GetRasterXSize(), 4);
}

TEST_F(HeatmapPicturesFiles, PngIntoAMissingFolderIsAnOutputError) {
  EXPECT_THROW(write_png(folder_ / "no" / "p.png", gradient(3, 3)), OutputError);
  EXPECT_TRUE(names().empty());
}

TEST_F(HeatmapPicturesFiles, StandBesideTheHeatmapWithOneStretch) {
  HeatmapPictures pictures;
  const fs::path heatmap = folder_ / "change.v2.tif";
  EXPECT_THAT(pictures.outputs(heatmap), UnorderedElementsAre(folder_ / "change.v2.png", folder_ / "change.v2.qml"));
  Grid grid;
  grid.width = 4;
  grid.height = 2;
  pictures.begin(grid);
  const std::vector<float> scores{0.0f, 1.0f, 2.0f, 3.0f, 3.5f, 4.0f, 4.0f, 4.0f};
  pictures.add({0, 0, 4, 1}, {scores.data(), 4, 1, 4});
  pictures.add({0, 1, 4, 1}, {scores.data() + 4, 4, 1, 4});
  HeatmapFacts facts;
  facts.path = heatmap;
  facts.title = "cva";
  const std::vector<ProductRecord> records = pictures.finish(facts);
  EXPECT_THAT(names(), UnorderedElementsAre("change.v2.png", "change.v2.qml"));
  ASSERT_EQ(records.size(), 2u);
  for (const ProductRecord& record : records) {
    EXPECT_EQ(record.byte_count, static_cast<std::int64_t>(fs::file_size(record.path)));
    EXPECT_GT(record.byte_count, 500);
  }
  EXPECT_EQ(records[0].name, "quicklook");
  EXPECT_EQ(records[1].name, "style");
  std::stringstream text;
  text << std::ifstream(records[1].path).rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("maximumValue=\"4\""));
}

TEST_F(HeatmapPicturesFiles, BeginComesFirst) {
  HeatmapPictures pictures;
  const float score = 1.0f;
  EXPECT_THROW(pictures.add({0, 0, 1, 1}, {&score, 1, 1, 1}), std::logic_error);
  EXPECT_THROW(pictures.finish({}), std::logic_error);
}

}  // namespace
}  // namespace groundshift
