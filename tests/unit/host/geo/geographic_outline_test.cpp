// SPDX-License-Identifier: Apache-2.0
// Outlines on Earth: corners by hand, worlds cut at the antimeridian, poles; area as an invariant of every cut.
#include "host/geo/geographic_outline.hpp"

#include <algorithm>
#include <cmath>

#include "tests/unit/host/geo/grids.hpp"

namespace groundshift {
namespace {

using test::grid_on;
using Point = std::array<double, 2>;

/// Twice the area of a closed or open ring, counterclockwise positive.
double twice_area(const GeographicRing& ring) {
  double sum = 0.0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point &a = ring[i], &b = ring[(i + 1) % ring.size()];
    sum += a[0] * b[1] - b[0] * a[1];
  }
  return sum;
}

void expect_lawful(const GeographicOutline& outline) {
  for (const GeographicRing& ring : outline.rings) {
    ASSERT_GE(ring.size(), 4u);
    EXPECT_EQ(ring.front(), ring.back());
    EXPECT_GT(twice_area(ring), 0.0) << "counterclockwise";
    for (const Point& p : ring) {
      EXPECT_TRUE(p[0] >= -180.0 && p[0] <= 180.0 && p[1] >= -90.0 && p[1] <= 90.0) << p[0] << " " << p[1];
    }
  }
}

TEST(GeographicOutline, OfADegreeGridIsItsFourCorners) {
  const auto outline = geographic_outline(grid_on("EPSG:4326", 100, 50, {10.0, 0.01, 0, 45.0, 0, -0.01}));
  ASSERT_TRUE(outline);
  expect_lawful(*outline);
  const GeographicRing corners = {{10, 45}, {10, 44.5}, {11, 44.5}, {11, 45}};
  ASSERT_EQ(outline->rings.size(), 1u);
  ASSERT_EQ(outline->rings[0].size(), 5u) << "no points in line with their neighbours";
  for (const Point& corner : corners) {
    EXPECT_NE(std::find(outline->rings[0].begin(), outline->rings[0].end(), corner), outline->rings[0].end());
  }
  EXPECT_EQ(outline->bounds, (std::array<double, 4>{10, 44.5, 11, 45}));
}

TEST(GeographicOutline, FollowsTheBendOfAProjectedEdge) {
  // 600 km of UTM zone 33 at 5000 km north: the parallel through the corners lies well south of the edge's middle.
  const auto outline = geographic_outline(grid_on("EPSG:32633", 600, 10, {200000, 1000, 0, 5000000, 0, -1000}));
  ASSERT_TRUE(outline);
  expect_lawful(*outline);
  ASSERT_EQ(outline->rings.size(), 1u);
  double north_of_middle = 0.0;
  for (const Point& p : outline->rings[0]) {
    if (std::fabs(p[0] - 15.0) < 0.01) north_of_middle = std::max(north_of_middle, p[1]);
  }
  // Zone 33 is centred on 15 degrees east, where a northing of 5,000,000 m is 45.1535 degrees (cs2cs).
  EXPECT_NEAR(north_of_middle, 45.1535, 1e-4);
  EXPECT_GT(outline->rings[0].size(), 20u);
}

TEST(GeographicOutline, IsCutAtTheAntimeridian) {
  // Fiji: EPSG:3460 is centred on 178.75 east; 400 km around it cross 180.
  const auto outline = geographic_outline(grid_on("EPSG:3460", 400, 300, {1800000, 1000, 0, 4100000, 0, -1000}));
  ASSERT_TRUE(outline);
  expect_lawful(*outline);
  ASSERT_EQ(outline->rings.size(), 2u);
  EXPECT_GT(outline->bounds[0], 170.0);
  EXPECT_LT(outline->bounds[2], -170.0) << "west > east says that it crosses";
  double east_of_west = -HUGE_VAL, west_of_east = HUGE_VAL;
  for (const Point& p : outline->rings[0]) east_of_west = std::max(east_of_west, p[0]);
  for (const Point& p : outline->rings[1]) west_of_east = std::min(west_of_east, p[0]);
  EXPECT_EQ(east_of_west, 180.0);
  EXPECT_EQ(west_of_east, -180.0);
}

TEST(GeographicOutline, OfAGridThatEndsAtTheAntimeridianIsOnePiece) {
  const auto outline = geographic_outline(grid_on("EPSG:4326", 10, 10, {170.0, 1, 0, 5.0, 0, -1}));
  ASSERT_TRUE(outline);
  expect_lawful(*outline);
  EXPECT_EQ(outline->rings.size(), 1u);
  EXPECT_EQ(outline->bounds, (std::array<double, 4>{170, -5, 180, 5}));
}

TEST(GeographicOutline, OfTheWholeEarthIsTheWholeEarth) {
  for (const double west : {-180.0, 0.0, 20.0}) {
    const auto outline = geographic_outline(grid_on("EPSG:4326", 360, 180, {west, 1, 0, 90.0, 0, -1}));
    ASSERT_TRUE(outline) << west;
    expect_lawful(*outline);
    double area = 0.0;
    for (const GeographicRing& ring : outline->rings) area += twice_area(ring) / 2;
    EXPECT_NEAR(area, 360.0 * 180.0, 1e-3) << west;
    EXPECT_EQ(outline->rings.size(), west == -180.0 ? 1u : 2u);
    EXPECT_EQ(outline->bounds, (std::array<double, 4>{-180, -90, 180, 90})) << west;
  }
}

TEST(GeographicOutline, HoldsThePole) {
  for (const auto& [crs, pole] : {std::pair("EPSG:3413", 90.0), std::pair("EPSG:3031", -90.0)}) {
    const auto outline = geographic_outline(grid_on(crs, 200, 200, {-1e6, 1e4, 0, 1e6, 0, -1e4}));
    ASSERT_TRUE(outline) << crs;
    expect_lawful(*outline);
    ASSERT_EQ(outline->rings.size(), 1u) << crs;
    EXPECT_EQ(outline->bounds[0], -180.0);
    EXPECT_EQ(outline->bounds[2], 180.0);
    EXPECT_EQ(std::fabs(outline->bounds[pole > 0 ? 3 : 1]), 90.0);
    // The square's corners lie 1414 km from the pole, its sides 1000 km: 12.7 and 9 degrees.
    EXPECT_NEAR(std::fabs(outline->bounds[pole > 0 ? 1 : 3]), 77.3, 0.5) << crs;
    EXPECT_NEAR(twice_area(outline->rings[0]) / 2, 360 * 10.2, 360 * 0.5) << crs;
    const bool has_pole =
        std::any_of(outline->rings[0].begin(), outline->rings[0].end(), [&, pole = pole](const Point& p) {
          return p == Point{-180.0, pole};
        });
    EXPECT_TRUE(has_pole) << crs;
  }
}

TEST(GeographicOutline, EndsAtThePoleWhereTheGridGoesBeyond) {
  const auto outline = geographic_outline(grid_on("EPSG:4326", 4, 2, {0.0, 1, 0, 90.5, 0, -1}));
  ASSERT_TRUE(outline);
  expect_lawful(*outline);
  EXPECT_EQ(outline->bounds, (std::array<double, 4>{0, 88.5, 4, 90}));
}

TEST(GeographicOutline, IsAbsentWithoutAPlaceOnEarth) {
  EXPECT_FALSE(geographic_outline(grid_on("", 10, 10, {0, 1, 0, 0, 0, -1})));
  Grid bare = grid_on("EPSG:4326", 10, 10, {0, 1, 0, 0, 0, -1});
  bare.geotransform.reset();
  EXPECT_FALSE(geographic_outline(bare));
  EXPECT_FALSE(geographic_outline(grid_on("EPSG:4326", 0, 10, {0, 1, 0, 0, 0, -1})));
  const char* disc = "+proj=geos +h=35785831 +lon_0=0 +sweep=y +datum=WGS84";
  EXPECT_FALSE(geographic_outline(grid_on(disc, 100, 100, {-5.5e6, 1.1e5, 0, 5.5e6, 0, -1.1e5})));
}

TEST(CutAtMeridian, KeepsTheTeethOfACombApart) {
  // A back from x = 0 to 1 and three teeth to x = 3, 0.5 high each.
  const GeographicRing comb = {{0, 0},   {3, 0},   {3, 0.5}, {1, 0.5}, {1, 1},   {3, 1},
                               {3, 1.5}, {1, 1.5}, {1, 2},   {3, 2},   {3, 2.5}, {0, 2.5}};
  const auto teeth = cut_at_meridian(comb, 2.0, 1.0);
  ASSERT_EQ(teeth.size(), 3u);
  for (const GeographicRing& tooth : teeth) EXPECT_DOUBLE_EQ(twice_area(tooth) / 2, 0.5);
  const auto rest = cut_at_meridian(comb, 2.0, -1.0);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_DOUBLE_EQ(twice_area(rest[0]) / 2, 2.5 + 3 * 0.5);
}

TEST(CutAtMeridian, GivesAllOrNothingOffTheLine) {
  const GeographicRing square = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  EXPECT_EQ(cut_at_meridian(square, 0.0, 1.0), std::vector<GeographicRing>{square}) << "an edge on the line is inside";
  EXPECT_TRUE(cut_at_meridian(square, 1.0, 1.0).empty()) << "an edge on the line is no area";
  EXPECT_TRUE(cut_at_meridian(square, 5.0, 1.0).empty());
}

TEST(EpsgCode, IsTheCrssOwnAlone) {
  EXPECT_EQ(epsg_code(test::wkt_of("EPSG:32633")), 32633);
  EXPECT_EQ(epsg_code(test::wkt_of("ESRI:54009")), std::nullopt);
  EXPECT_EQ(epsg_code(test::wkt_of("+proj=laea +lat_0=10 +lon_0=20")), std::nullopt);
  EXPECT_EQ(epsg_code(""), std::nullopt);
}

}  // namespace
}  // namespace groundshift
