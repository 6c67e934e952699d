// SPDX-License-Identifier: Apache-2.0
// Longitudes and latitudes of known places.
#include "host/geo/lon_lat.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift::test {
namespace {

Grid grid_of(const std::string& crs, std::array<double, 6> transform) {
  Grid grid;
  grid.width = grid.height = 100;
  grid.geotransform = transform;
  grid.crs_wkt = crs_from_user_input(crs, "crs");
  return grid;
}

TEST(ToLonLat, OfUtmIsTheCentralMeridianAtItsEasting) {
  const ToLonLat change(grid_of("EPSG:32633", {5e5, 10, 0, 5e6, 0, -10}));
  ASSERT_TRUE(change.known());
  std::vector<double> x = {500000.0, 500000.0}, y = {0.0, 4982950.400};
  change.transform(x, y);
  EXPECT_NEAR(x[0], 15.0, 1e-9);
  EXPECT_NEAR(y[0], 0.0, 1e-9);
  EXPECT_NEAR(y[1], 45.0, 1e-5);  // 0.9996 of the meridian's 4984944.378 m
}

TEST(ToLonLat, LeavesWgs84AloneAndTurnsOtherDatums) {
  const ToLonLat same(grid_of("EPSG:4326", {10, 1e-3, 0, 50, 0, -1e-3}));
  std::vector<double> x = {10.25}, y = {49.5};
  same.transform(x, y);
  EXPECT_EQ(x[0], 10.25);
  EXPECT_EQ(y[0], 49.5);
  const ToLonLat etrs(grid_of("EPSG:4258", {10, 1e-3, 0, 50, 0, -1e-3}));
  etrs.transform(x, y);
  EXPECT_NEAR(x[0], 10.25, 1e-4);
  EXPECT_NEAR(y[0], 49.5, 1e-4) << "longitude stays first though EPSG:4258 puts latitude first";
}

TEST(ToLonLat, IsNotANumberWhereNothingIsKnown) {
  Grid grid = grid_of("EPSG:32633", {5e5, 10, 0, 5e6, 0, -10});
  grid.crs_wkt.clear();
  const ToLonLat none(grid);
  EXPECT_FALSE(none.known());
  std::vector<double> x = {1.0}, y = {2.0};
  none.transform(x, y);
  EXPECT_TRUE(std::isnan(x[0]) && std::isnan(y[0]));
}

}  // namespace
}  // namespace groundshift::test
