// SPDX-License-Identifier: Apache-2.0
// Encoded pictures decode to what went in.
#include "host/io/jpeg.hpp"

#include <barrier>
#include <cmath>
#include <thread>
#include <vector>

#include <cpl_vsi.h>
#include <gtest/gtest.h>

#include "tests/support/scene_files.hpp"

namespace groundshift {
namespace {

/// A dataset of bytes in memory, which must outlive it.
test::OpenDataset decoded(std::string& bytes) {
  VSIFCloseL(VSIFileFromMemBuffer("/vsimem/pictures_test", reinterpret_cast<GByte*>(bytes.data()),
                                  static_cast<vsi_l_offset>(bytes.size()), FALSE));
  return test::open_quietly("/vsimem/pictures_test");
}

// The first pictures of a process, all at once: drivers are made ready by whoever comes first.
TEST(Pictures, ManyThreadsMakeTheFirstPictures) {
  RgbImage image{64, 64, std::vector<std::uint8_t>(64 * 64 * 3, 77)};
  std::vector<std::string> pictures(16);
  {
    std::barrier start(static_cast<std::ptrdiff_t>(pictures.size()));
    std::vector<std::jthread> threads;
    for (std::string& picture : pictures) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        picture = jpeg_bytes(image, 80);
      });
    }
  }
  for (const std::string& picture : pictures) EXPECT_EQ(picture, pictures.front());
}

/// GDAL's PNG driver is libpng, which judges every check sum.
void expect_same_pixels(const RgbImage& image) {
  std::string bytes = png_bytes(image);
  EXPECT_EQ(bytes.substr(0, 4), "\x89PNG");
  const test::OpenDataset read = decoded(bytes);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->GetRasterXSize(), image.width);
  ASSERT_EQ(read->GetRasterYSize(), image.height);
  ASSERT_EQ(read->GetRasterCount(), 3);
  for (int band = 1; band <= 3; ++band) {
    const test::BandPixels plane = test::read_band(*read, band);
    for (std::size_t i = 0; i < plane.values.size(); ++i) {
      ASSERT_EQ(plane.values[i], image.rgb[3 * i + static_cast<std::size_t>(band) - 1]) << "band " << band << ", " << i;
    }
  }
}

RgbImage picture_of(std::int32_t width, std::int32_t height, int colors) {
  RgbImage image{width, height, {}};
  std::uint32_t state = 7;
  for (std::int32_t i = 0; i < width * height; ++i) {
    state = state * 1664525u + 1013904223u;
    const int color = i % 5 == 0 ? static_cast<int>(state >> 8) % colors : i * 7 / 3 % colors;
    for (const int c : {color % 256, color / 256 * 16, 255 - color % 256}) {
      image.rgb.push_back(static_cast<std::uint8_t>(c));
    }
  }
  return image;
}

TEST(Pictures, PngOfOddSizesIsReadAsItWas) {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {1, 300}, {301, 1}, {257, 129}, {640, 481}}) {
    SCOPED_TRACE(testing::Message() << width << " x " << height);
    expect_same_pixels(picture_of(width, height, 200));
    expect_same_pixels(picture_of(width, height, 4000));
  }
}

TEST(Pictures, PngOfNoiseIsNotMuchLargerThanItsPixels) {
  RgbImage image{128, 128, {}};
  std::uint32_t state = 1;
  for (int i = 0; i < 3 * 128 * 128; ++i) {
    state = state * 1664525u + 1013904223u;
    image.rgb.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  EXPECT_LT(png_bytes(image).size(), image.rgb.size() + image.rgb.size() / 50);
  expect_same_pixels(image);
}

TEST(Pictures, IndexedPngKeepsPlacesAndTransparency) {
  std::string bytes = png_bytes(IndexedImage{2, 1, {0, 1}, {{0, 0, 0, 0}, {10, 20, 30, 255}}});
  const test::OpenDataset read = decoded(bytes);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->GetRasterCount(), 1);
  const GDALColorTable* colors = read->GetRasterBand(1)->GetColorTable();
  ASSERT_NE(colors, nullptr);
  EXPECT_EQ(colors->GetColorEntry(0)->c4, 0);
  EXPECT_EQ(colors->GetColorEntry(1)->c2, 20);
  EXPECT_EQ(colors->GetColorEntry(1)->c4, 255);
  EXPECT_EQ(test::read_band(*read, 1).values[1], 1.0);
}

TEST(Pictures, OfNoSizeOrTooManyColorsAreRefused) {
  EXPECT_THROW(png_bytes(IndexedImage{2, 1, {0}, {{0, 0, 0, 0}}}), std::logic_error);
  EXPECT_THROW(png_bytes(IndexedImage{1, 1, {0}, {}}), std::logic_error);
  EXPECT_THROW(png_bytes(IndexedImage{1, 1, {0}, std::vector<std::array<std::uint8_t, 4>>(257)}), std::logic_error);
}

TEST(Pictures, JpegIsCloseAndSmall) {
  RgbImage image{64, 64, {}};
  for (int i = 0; i < 64 * 64; ++i) {
    for (int c = 0; c < 3; ++c) image.rgb.push_back(static_cast<std::uint8_t>(i % 64 + 60 * c));
  }
  std::string bytes = jpeg_bytes(image, 90);
  EXPECT_LT(bytes.size(), image.rgb.size() / 4);
  const test::OpenDataset read = decoded(bytes);
  ASSERT_TRUE(read);
  const test::BandPixels green = test::read_band(*read, 2);
  for (std::size_t i = 0; i < 64 * 64; ++i) EXPECT_NEAR(green.values[i], double(i % 64 + 60), 6.0);
}

TEST(Pictures, OnePixelIsAPicture) {
  EXPECT_FALSE(jpeg_bytes(RgbImage{1, 1, {1, 2, 3}}, 80).empty());
  EXPECT_FALSE(png_bytes(RgbImage{1, 1, {1, 2, 3}}).empty());
  EXPECT_THROW(png_bytes(RgbImage{0, 0, {}}), std::logic_error);
}

}  // namespace
}  // namespace groundshift
