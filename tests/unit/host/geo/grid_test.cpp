// SPDX-License-Identifier: Apache-2.0
// When two grids are the same, and why not.
#include "host/geo/grid.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_spatialref.h>

#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

using ::testing::HasSubstr;

std::string wkt_of(const char* name, const char* form = "FORMAT=WKT2_2019") {
  OGRSpatialReference crs;
  EXPECT_EQ(crs.SetFromUserInput(name), OGRERR_NONE);
  char* text = nullptr;
  const char* options[] = {form, nullptr};
  EXPECT_EQ(crs.exportToWkt(&text, options), OGRERR_NONE);
  std::string wkt = text;
  CPLFree(text);
  return wkt;
}

Grid utm_grid() {
  Grid g;
  g.width = 10000;
  g.height = 8000;
  g.geotransform = {500000.0, 10.0, 0.0, 5000000.0, 0.0, -10.0};
  g.crs_wkt = wkt_of("EPSG:32633");
  return g;
}

std::string difference(const Grid& a, const Grid& b) {
  std::string why = "untouched";
  const bool same = same_grid(a, b, &why);
  EXPECT_EQ(same, why.empty());
  EXPECT_EQ(same_grid(b, a, nullptr), same);
  return why;
}

TEST(SameGrid, EqualGridsAndGridsWithoutGeoreference) {
  EXPECT_EQ(difference(utm_grid(), utm_grid()), "");
  Grid plain;
  plain.width = plain.height = 10;
  EXPECT_EQ(difference(plain, plain), "");
}

TEST(SameGrid, NamesTheFirstDifference) {
  Grid other = utm_grid();
  other.width = 9999;
  EXPECT_THAT(difference(utm_grid(), other), HasSubstr("sizes"));
  other = utm_grid();
  other.geotransform.reset();
  EXPECT_THAT(difference(utm_grid(), other), HasSubstr("only one"));
  other = utm_grid();
  other.crs_wkt = wkt_of("EPSG:32634");
  EXPECT_THAT(difference(utm_grid(), other), HasSubstr("coordinate reference"));
  other.crs_wkt.clear();
  EXPECT_THAT(difference(utm_grid(), other), HasSubstr("coordinate reference"));
  other = utm_grid();
  (*other.geotransform)[0] += 5.0;
  EXPECT_THAT(difference(utm_grid(), other), HasSubstr("0.5 pixels"));
}

TEST(SameGrid, ToleratesAMillionthOfAPixelOverTheWholeGrid) {
  Grid other = utm_grid();
  (*other.geotransform)[0] += 5e-6;  // half a millionth
  EXPECT_EQ(difference(utm_grid(), other), "");
  (*other.geotransform)[0] += 1e-5;
  EXPECT_NE(difference(utm_grid(), other), "");
  // A pixel that is wrong by 1e-9 of itself is 1e-5 of a pixel off at the other end.
  other = utm_grid();
  (*other.geotransform)[1] *= 1.0 + 1e-9;
  EXPECT_NE(difference(utm_grid(), other), "");
  other = utm_grid();
  (*other.geotransform)[1] *= 1.0 + 5e-11;
  EXPECT_EQ(difference(utm_grid(), other), "");
}

TEST(SameGrid, SeesRotation) {
  Grid a = utm_grid(), b = utm_grid();
  const double c = std::cos(0.3), s = std::sin(0.3);
  a.geotransform = {500000.0, 10.0 * c, 10.0 * s, 5000000.0, 10.0 * s, -10.0 * c};
  EXPECT_NE(difference(a, b), "");
  b.geotransform = a.geotransform;
  EXPECT_EQ(difference(a, b), "");
  (*b.geotransform)[2] = -(*b.geotransform)[2];
  EXPECT_NE(difference(a, b), "");
}

TEST(SameGrid, ComparesTheCrsByMeaning) {
  Grid other = utm_grid();
  other.crs_wkt = wkt_of("EPSG:32633", "FORMAT=WKT1_GDAL");
  EXPECT_EQ(difference(utm_grid(), other), "");
  Grid geographic = utm_grid(), lonlat = utm_grid();
  geographic.crs_wkt = wkt_of("EPSG:4326");
  lonlat.crs_wkt = wkt_of("OGC:CRS84");
  EXPECT_NE(difference(utm_grid(), geographic), "");
  const GdalMessages messages;
  other.crs_wkt = "nonsense";
  EXPECT_THAT(difference(utm_grid(), other), HasSubstr("coordinate reference"));
}

TEST(SameGrid, AreaOrPointIsNoDifference) {
  Grid point = utm_grid();
  point.pixel_is_point = true;
  EXPECT_EQ(difference(utm_grid(), point), "");
}

TEST(DescribeGrid, NamesSizeCrsAndTransform) {
  const std::string text = describe(utm_grid());
  EXPECT_THAT(text, HasSubstr("10000 x 8000"));
  EXPECT_THAT(text, HasSubstr("EPSG:32633"));
  EXPECT_THAT(text, HasSubstr("500000"));
  Grid plain;
  plain.width = 3;
  plain.height = 4;
  EXPECT_EQ(describe(plain), "3 x 4 pixels, no CRS, no geotransform");
}

TEST(PixelSize, IsTheLengthOfTheVectors) {
  Grid g = utm_grid();
  g.geotransform = {0.0, 3.0, -8.0, 0.0, 4.0, 6.0};
  EXPECT_EQ(pixel_size(g), (std::array<double, 2>{5.0, 10.0}));
  g.geotransform.reset();
  EXPECT_EQ(pixel_size(g), (std::array<double, 2>{0.0, 0.0}));
}

}  // namespace
}  // namespace groundshift
