// SPDX-License-Identifier: Apache-2.0
// Areas of pixels against figures that can be looked up or worked out.
#include "host/geo/pixel_area.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

#include <gtest/gtest.h>

namespace groundshift::test {
namespace {

Grid grid_of(const std::string& crs, std::array<double, 6> transform, std::int32_t width, std::int32_t height) {
  Grid grid;
  grid.width = width;
  grid.height = height;
  grid.geotransform = transform;
  grid.crs_wkt = crs_from_user_input(crs, "crs");
  return grid;
}

double row_area(const PixelAreas& areas, std::size_t row) {
  return static_cast<double>(areas.row_units.at(row)) * areas.unit_m2;
}

TEST(PixelArea, OfAProjectedGridIsItsCell) {
  const auto areas = pixel_areas(grid_of("EPSG:32633", {5e5, 10, 0, 5e6, 0, -10}, 3, 3));
  ASSERT_TRUE(areas);
  EXPECT_EQ(areas->unit_m2, 100.0);
  EXPECT_TRUE(areas->row_units.empty());
  EXPECT_TRUE(areas->caution.empty());
  // Rotated by the angle of (3, 4, 5): cells of 5 x 5.
  EXPECT_NEAR(pixel_areas(grid_of("EPSG:32633", {5e5, 3, 4, 5e6, 4, -3}, 3, 3))->unit_m2, 25.0, 1e-12);
}

TEST(PixelArea, TakesTheLinearUnit) {
  const double foot = 1200.0 / 3937.0;  // US survey foot
  EXPECT_NEAR(pixel_areas(grid_of("EPSG:2263", {0, 2, 0, 0, 0, -2}, 3, 3))->unit_m2, 4.0 * foot * foot, 1e-12);
}

TEST(PixelArea, OfTheWholeEarthIsItsSurface) {
  const auto areas = pixel_areas(grid_of("EPSG:4326", {-180, 1, 0, 90, 0, -1}, 360, 180));
  ASSERT_TRUE(areas);
  double sum = 0.0;
  for (std::size_t row = 0; row < 180; ++row) sum += 360.0 * row_area(*areas, row);
  EXPECT_NEAR(sum / 510065621724088.44, 1.0, 1e-12);  // WGS 84's ellipsoid
  EXPECT_EQ(areas->row_units.front(), areas->row_units.back());
}

TEST(PixelArea, AtTheEquatorIsTheProductOfTheRadii) {
  const double a = 6378137.0, f = 1.0 / 298.257223563, e2 = f * (2.0 - f);
  const auto areas = pixel_areas(grid_of("EPSG:4326", {10, 1e-3, 0, 5e-4, 0, -1e-3}, 5, 1));
  const double side = 1e-3 * std::numbers::pi / 180.0;
  EXPECT_NEAR(row_area(*areas, 0) / (a * a * (1.0 - e2) * side * side), 1.0, 1e-9);
}

TEST(PixelArea, UnitsOfTheWholeGridFitASignedNumber) {
  const auto areas = pixel_areas(grid_of("EPSG:4326", {0, 1e-5, 0, 50, 0, -1e-5}, 1 << 20, 1 << 10));
  const double all = static_cast<double>(areas->row_units.back()) * (1 << 20) * (1 << 10);
  EXPECT_LT(all, 0x1p62);
  EXPECT_GT(all, 0x1p60);
}

TEST(PixelArea, SaysWhereItIsNotToBeTrusted) {
  EXPECT_FALSE(pixel_areas(grid_of("EPSG:3857", {0, 10, 0, 0, 0, -10}, 3, 3))->caution.empty());
  EXPECT_FALSE(pixel_areas(grid_of("EPSG:4326", {0, 1, 0.1, 50, 0.1, -1}, 3, 3))->caution.empty());
}

TEST(PixelArea, IsNotKnownWithoutACrsOrATransform) {
  Grid grid = grid_of("EPSG:32633", {5e5, 10, 0, 5e6, 0, -10}, 3, 3);
  grid.crs_wkt.clear();
  EXPECT_FALSE(pixel_areas(grid));
  grid = grid_of("EPSG:32633", {5e5, 10, 0, 5e6, 0, -10}, 3, 3);
  grid.geotransform.reset();
  EXPECT_FALSE(pixel_areas(grid));
  EXPECT_FALSE(pixel_areas(grid_of("EPSG:4978", {0, 1, 0, 0, 0, -1}, 3, 3))) << "geocentric";
}

}  // namespace
}  // namespace groundshift::test
