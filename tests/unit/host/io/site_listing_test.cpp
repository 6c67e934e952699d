// SPDX-License-Identifier: Apache-2.0
// Layers of sites read back from every format, to pixels.
#include "host/io/site_listing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/io/raster_description.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/site_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

using test::rectangle_site;
using test::SiteSpec;
using test::TemporaryFolder;
using test::write_sites;
using ::testing::HasSubstr;

Grid utm_grid() {
  Grid grid;
  grid.width = 300;
  grid.height = 280;
  grid.geotransform = {500000, 10, 0, 5000000, 0, -10};
  grid.crs_wkt = crs_from_user_input("EPSG:32633", "test");
  return grid;
}

TEST(SiteListing, ComesByRankAndCountsWhatItLeavesOut) {
  const TemporaryFolder folder;
  write_sites(
      folder / "s.gpkg", "GPKG", "EPSG:32633",
      {rectangle_site(1, 3, 0, 0, 2, 2), rectangle_site(5, 1, 10, 20, 4, 5), rectangle_site(9, 2, 50, 60, 3, 3)});
  const SiteListing listing = read_site_listing(folder / "s.gpkg", utm_grid(), 2);
  EXPECT_EQ(listing.count, 3);
  EXPECT_EQ(listing.area_px, 4 + 20 + 9);
  EXPECT_DOUBLE_EQ(listing.area_m2.value(), 3300.0);
  ASSERT_EQ(listing.sites.size(), 2u);
  EXPECT_EQ(listing.sites[0].id, 5);
  EXPECT_EQ(listing.sites[1].id, 9);
  EXPECT_EQ(listing.sites[0].direction, "brighter");
  EXPECT_EQ(listing.sites[0].score_max.value(), 1.0);
  EXPECT_FALSE(listing.sites[0].p_min.has_value());
  EXPECT_FALSE(listing.sites[0].near_mask.has_value()) << "the layer has no such attribute";
  ASSERT_EQ(listing.sites[0].rings.size(), 1u);
  ASSERT_EQ(listing.sites[0].rings[0].size(), 4u);
  for (const auto& [x, y] : listing.sites[0].rings[0]) {
    EXPECT_TRUE(std::abs(x - 10.0) < 1e-6 || std::abs(x - 14.0) < 1e-6) << x;
    EXPECT_TRUE(std::abs(y - 20.0) < 1e-6 || std::abs(y - 25.0) < 1e-6) << y;
  }
}

TEST(SiteListing, ReadsCutNamesOfAShapefile) {
  const TemporaryFolder folder;
  SiteSpec site = rectangle_site(7, 1, 3, 4, 2, 2);
  site.touches_edge = 1;
  write_sites(folder / "s.shp", "ESRI Shapefile", "EPSG:32633", {site});
  const SiteListing listing = read_site_listing(folder / "s.shp", utm_grid(), 10);
  ASSERT_EQ(listing.sites.size(), 1u);
  EXPECT_TRUE(listing.sites[0].touches_edge);
  EXPECT_NEAR(listing.sites[0].rings[0][0][0], 3.0, 2.1);
}

TEST(SiteListing, BringsDegreesToPixels) {
  const TemporaryFolder folder;
  SiteSpec site = rectangle_site(7, 1, 0, 0, 1, 1);
  // Zone 33's central meridian is 15 degrees east, where x = 500000.
  site.rings = {{{15.0, 45.15}, {15.0, 45.14}, {15.01, 45.14}}};
  write_sites(folder / "s.geojson", "GeoJSON", "EPSG:4326", {site});
  const SiteListing listing = read_site_listing(folder / "s.geojson", utm_grid(), 10);
  ASSERT_EQ(listing.sites.size(), 1u);
  for (const auto& point : listing.sites[0].rings[0]) {
    EXPECT_GT(point[0], -1e-3);
    EXPECT_LT(point[0], 80.0);  // 0.01 degrees are 786 m there
    EXPECT_GT(point[1], 0.0);
    EXPECT_LT(point[1], 280.0);
  }
}

TEST(SiteListing, TakesPixelsWithRowsUpOrDownWhereThereAreNoCoordinates) {
  const TemporaryFolder folder;
  Grid grid;
  grid.width = grid.height = 100;
  for (const double sign : {1.0, -1.0}) {
    SiteSpec site = rectangle_site(1, 1, 10, 20, 2, 2);
    site.rings = {{{10, sign * 20}, {12, sign * 20}, {12, sign * 22}, {10, sign * 22}}};
    const std::string path = folder / (sign > 0 ? "down.gpkg" : "up.gpkg");
    write_sites(path, "GPKG", "", {site});
    const SiteListing listing = read_site_listing(path, grid, 10);
    ASSERT_EQ(listing.sites.size(), 1u);
    for (const auto& point : listing.sites[0].rings[0]) {
      EXPECT_GE(point[1], 20.0);
      EXPECT_LE(point[1], 22.0);
    }
  }
}

TEST(SiteListing, KeepsHolesAndReadsAnEmptyLayer) {
  const TemporaryFolder folder;
  SiteSpec site = rectangle_site(1, 1, 0, 0, 10, 10);
  site.rings.push_back({{500020, 4999980}, {500040, 4999980}, {500040, 4999960}});
  write_sites(folder / "s.gpkg", "GPKG", "EPSG:32633", {site});
  EXPECT_EQ(read_site_listing(folder / "s.gpkg", utm_grid(), 10).sites[0].rings.size(), 2u);
  write_sites(folder / "none.gpkg", "GPKG", "EPSG:32633", {});
  const SiteListing none = read_site_listing(folder / "none.gpkg", utm_grid(), 10);
  EXPECT_EQ(none.count, 0);
  EXPECT_FALSE(none.area_m2.has_value());
}

TEST(SiteListing, RefusesWhatIsNoLayerOfSites) {
  const TemporaryFolder folder;
  test::write_text(folder / "other.geojson",
                   R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},
                      "geometry":{"type":"Point","coordinates":[1,2]}}]})");
  EXPECT_THROW(read_site_listing(folder / "missing.gpkg", utm_grid(), 10), InputError);
  try {
    read_site_listing(folder / "other.geojson", utm_grid(), 10);
    FAIL() << "a layer without the attributes was taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'id'"));
    EXPECT_THAT(error.what(), HasSubstr("groundshift sites"));
  }
}

TEST(Simplified, DropsCornersOfStepsButNotTheShape) {
  SiteRing stairs;
  for (int i = 0; i < 10; ++i) {
    stairs.push_back({double(i), double(i)});
    stairs.push_back({double(i + 1), double(i)});
  }
  stairs.push_back({0.0, 10.0});
  const SiteRing simple = simplified(stairs, 1.0);
  EXPECT_LE(simple.size(), 5u);
  EXPECT_EQ(simple.front(), stairs.front());
  EXPECT_EQ(simplified(stairs, 0.0), stairs);
  const SiteRing square = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  EXPECT_EQ(simplified(square, 100.0), square);
}

TEST(DrawnRings, DropSmallHolesButNeverTheOutline) {
  ListedSite site;
  const auto square = [](double side) { return SiteRing{{0, 0}, {side, 0}, {side, side}, {0, side}}; };
  site.rings = {square(2.0), square(50.0), square(3.0)};
  EXPECT_EQ(drawn_rings(site, 0.0).size(), 3u);
  EXPECT_EQ(drawn_rings(site, 1.5), (std::vector<SiteRing>{square(50.0), square(3.0)}));
  EXPECT_EQ(drawn_rings(site, 100.0), std::vector<SiteRing>{square(50.0)});
  EXPECT_TRUE(drawn_rings(ListedSite{}, 1.0).empty());
}

}  // namespace
}  // namespace groundshift
