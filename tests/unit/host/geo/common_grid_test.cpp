// SPDX-License-Identifier: Apache-2.0
// Output grids from two dates and gdalwarp's options.
#include "host/geo/common_grid.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/test_data.hpp"
#include "tests/unit/host/geo/grids.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kUtm = "EPSG:32633";

LocatedRaster before_of(const Grid& grid) { return located("before.tif", grid); }
LocatedRaster after_of(const Grid& grid) { return located("after.tif", grid); }

struct Decided {
  CommonGrid common;
  std::vector<Warning> warnings;
  bool warned(const std::string& code) const {
    return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& w) { return w.code == code; });
  }
};

Decided decide(const Grid& before, const Grid& after, const GridRequest& request = {}) {
  Warnings warnings;
  CommonGrid common = decide_common_grid(before_of(before), after_of(after), request, warnings);
  return {std::move(common), warnings.list()};
}

template <class E = InputError>
std::string refusal(const Grid& before, const Grid& after, const GridRequest& request = {}) {
  try {
    decide(before, after, request);
  } catch (const E& e) {
    return e.what();
  }
  return "not refused";
}

Grid utm(int width, int height, double x, double y, double side = 10) {
  return grid_on(kUtm, width, height, {x, side, 0, y, 0, -side});
}

TEST(CommonGrid, LeavesEqualGridsAlone) {
  const Grid grid = utm(1000, 800, 500000, 5000000);
  const Decided d = decide(grid, grid);
  EXPECT_TRUE(same_grid(d.common.grid, grid, nullptr));
  EXPECT_EQ(d.common.before.relation, GridRelation::equal);
  EXPECT_EQ(d.common.after.relation, GridRelation::equal);
  EXPECT_EQ(d.common.after.transform, nullptr);
  EXPECT_EQ(d.common.overlap_pixels, 800000);
  EXPECT_TRUE(d.common.overlap_counted);
  // 8 km x 10 km at the central meridian, where UTM is 0.9996 of the ground.
  EXPECT_NEAR(*d.common.overlap_km2, 80.0 / (0.9996 * 0.9996), 0.01);
  EXPECT_TRUE(d.warnings.empty());
}

TEST(CommonGrid, TakesWholePixelOffsetsAsWindows) {
  const Grid before = utm(1000, 800, 500000, 5000000);
  const Grid after = utm(1000, 800, 500030, 5000050);  // 3 to the east, 5 to the north
  const Decided d = decide(before, after);
  EXPECT_TRUE(same_grid(d.common.grid, utm(997, 795, 500030, 5000000), nullptr)) << describe(d.common.grid);
  EXPECT_EQ(d.common.before.relation, GridRelation::whole_pixels);
  EXPECT_EQ(d.common.before.offset_x, 3);
  EXPECT_EQ(d.common.before.offset_y, 0);
  EXPECT_EQ(d.common.after.relation, GridRelation::whole_pixels);
  EXPECT_EQ(d.common.after.offset_x, 0);
  EXPECT_EQ(d.common.after.offset_y, 5);
  EXPECT_EQ(d.common.overlap_pixels, 997 * 795);
}

TEST(CommonGrid, ToleratesAThousandthOfAPixelOverTheWholeGrid) {
  const Grid before = utm(1000, 800, 500000, 5000000);
  EXPECT_EQ(decide(before, utm(1000, 800, 500000.009, 5000000)).common.after.relation, GridRelation::equal);
  EXPECT_EQ(decide(before, utm(1000, 800, 500000.011, 5000000)).common.after.relation, GridRelation::resampled);
  Grid stretched = before;  // 2e-6 of a pixel a pixel: 0.002 at the far corner
  (*stretched.geotransform)[1] *= 1 + 2e-6;
  EXPECT_EQ(decide(before, stretched).common.after.relation, GridRelation::resampled);
  (*stretched.geotransform)[1] = 10 * (1 + 0.5e-6);
  EXPECT_EQ(decide(before, stretched).common.after.relation, GridRelation::equal);
}

TEST(CommonGrid, KeepsBeforesPixelsAndResamplesAfter) {
  const Grid before = utm(1000, 800, 500000, 5000000);
  const Grid after = utm(500, 500, 502003, 4998000, 20);
  const Decided d = decide(before, after);
  // AFTER covers x 502003..512003, y 4988000..4998000: BEFORE's columns from 200.3, rows from 200.
  EXPECT_TRUE(same_grid(d.common.grid, utm(800, 600, 502000, 4998000), nullptr)) << describe(d.common.grid);
  EXPECT_EQ(d.common.before.relation, GridRelation::whole_pixels);
  EXPECT_EQ(d.common.before.offset_x, 200);
  EXPECT_EQ(d.common.before.offset_y, 200);
  EXPECT_EQ(d.common.after.relation, GridRelation::resampled);
  EXPECT_EQ(d.common.after.ratio_center, (std::array{0.5, 0.5}));
  EXPECT_EQ(d.common.after.lattice.step_log2, 6);
  EXPECT_EQ(d.common.overlap_pixels, 800 * 600);  // the centre of column 0, 502005, is inside AFTER
  EXPECT_TRUE(d.warned("resolution_ratio"));
  double x = 0, y = 0;
  d.common.after.transform->to_source({&x, 1}, {&y, 1});
  EXPECT_NEAR(x, 2.0 / 20 - 0.5, 1e-9);  // 502005 is 2 m into AFTER
  EXPECT_NEAR(y, 5.0 / 20 - 0.5, 1e-9);
}

TEST(CommonGrid, ShowsTheRealPairWithAGridShift) {
  const auto folder = test_data() / "pairs" / "naip-2009-2020-gridshift";
  GS_NEEDS(folder);
  const auto read = [&](const char* name) {
    const OpenDataset dataset = open_quietly(folder / name);
    return LocatedRaster{(folder / name).string(), grid_of(*dataset), georeference_of(*dataset)};
  };
  Warnings warnings;
  const CommonGrid common = decide_common_grid(read("before.tif"), read("after.tif"), {}, warnings);
  // AFTER lies 1 m to the west and south: in BEFORE's pixels x -0.2 to 933.8, y 0.2 to 723.2.
  EXPECT_EQ(common.grid.width, 934);
  EXPECT_EQ(common.grid.height, 723);
  EXPECT_EQ(common.before.relation, GridRelation::whole_pixels);
  EXPECT_EQ(common.before.offset_y, 0);
  EXPECT_EQ(common.after.relation, GridRelation::resampled);
  double x = 10, y = 10;
  common.after.transform->to_source({&x, 1}, {&y, 1});
  EXPECT_NEAR(x, 10.2, 1e-9);
  EXPECT_NEAR(y, 9.8, 1e-9);
  EXPECT_EQ(common.overlap_pixels, 934 * 723);
}

TEST(CommonGrid, TakesAftersOrAFilesPixelsWhenAsked) {
  const Grid before = utm(1000, 800, 500000, 5000000);
  const Grid after = utm(500, 400, 502003, 4998000, 20);
  GridRequest request;
  request.choice = GridChoice::after;
  Decided d = decide(before, after, request);
  // BEFORE covers x to 510000, y from 4992000: 399.85 of AFTER's columns, 300 of its rows.
  EXPECT_TRUE(same_grid(d.common.grid, utm(400, 300, 502003, 4998000, 20), nullptr)) << describe(d.common.grid);
  EXPECT_EQ(d.common.after.relation, GridRelation::whole_pixels);
  EXPECT_EQ(d.common.before.relation, GridRelation::resampled);
  EXPECT_TRUE(d.warned("before_resampled"));
  request.choice = GridChoice::file;
  EXPECT_THAT(refusal<UsageError>(before, after, request), HasSubstr("--grid"));
  request.file = located("template.tif", utm(2000, 100, 495000, 4997500));
  d = decide(before, after, request);
  EXPECT_TRUE(same_grid(d.common.grid, request.file->grid, nullptr));  // as it is, also where nothing covers it
  EXPECT_EQ(d.common.before.offset_x, -500);
  EXPECT_EQ(d.common.before.offset_y, 250);
  EXPECT_EQ(d.common.overlap_pixels, 800 * 100);  // x 502003 to 510000
  EXPECT_LT(d.common.overlap_pixels, pixel_count(d.common.grid) / 2);
  EXPECT_TRUE(d.warned("small_overlap"));
}

// Sizes as gdalwarp 3.6.2 gives them for the same -te, -tr, -tap.
TEST(CommonGrid, FollowsExtentResolutionAndAlignment) {
  const Grid before = utm(1000, 800, 500000, 5000000), after = utm(1000, 800, 500000, 5000000);
  GridRequest request;
  request.extent = {501000, 4995000, 504000, 4999000};
  Decided d = decide(before, after, request);
  EXPECT_TRUE(same_grid(d.common.grid, utm(300, 400, 501000, 4999000), nullptr)) << describe(d.common.grid);
  EXPECT_EQ(d.common.before.relation, GridRelation::whole_pixels);
  EXPECT_FALSE(d.warned("before_resampled"));
  request.extent = {501003, 4995000, 504000, 4999000};  // begins at exactly 501003: BEFORE is resampled too
  d = decide(before, after, request);
  EXPECT_TRUE(same_grid(d.common.grid, utm(300, 400, 501003, 4999000), nullptr)) << describe(d.common.grid);
  EXPECT_EQ(d.common.before.relation, GridRelation::resampled);
  EXPECT_TRUE(d.warned("before_resampled"));
  request.resolution = {30, 20};
  d = decide(before, after, request);
  EXPECT_EQ(d.common.grid.width, 100);  // floor(2997 / 30 + 1/2)
  EXPECT_EQ(d.common.grid.height, 200);
  request.aligned = true;
  d = decide(before, after, request);
  EXPECT_EQ(d.common.grid.geotransform, (std::array<double, 6>{501000, 30, 0, 4999000, 0, -20}));
  EXPECT_EQ(d.common.grid.width, 100);
  EXPECT_EQ(d.common.grid.height, 200);
  request.extent.reset();
  request.resolution = {30, 30};
  d = decide(before, after, request);  // 500000..510000 x 4992000..5000000 outwards to multiples of 30
  EXPECT_EQ(d.common.grid.geotransform, (std::array<double, 6>{499980, 30, 0, 5000010, 0, -30}));
  EXPECT_EQ(d.common.grid.width, 334);
  EXPECT_EQ(d.common.grid.height, 267);
  request.resolution.reset();
  EXPECT_THAT(refusal<UsageError>(before, after, request), HasSubstr("-tap"));
  request.aligned = false;
  request.resolution = {10, 0};
  EXPECT_THAT(refusal<UsageError>(before, after, request), HasSubstr("-tr"));
  request.resolution.reset();
  request.extent = {504000, 4995000, 501000, 4999000};
  EXPECT_THAT(refusal<UsageError>(before, after, request), HasSubstr("-te"));
  request.extent = {0, 0, 1e15, 1e15};
  EXPECT_THAT(refusal<UsageError>(before, after, request), HasSubstr("cannot be made"));
}

TEST(CommonGrid, GoesToAnotherCrs) {
  const Grid before = utm(1000, 800, 500000, 5000000), after = utm(1000, 800, 503000, 5000000);
  GridRequest request;
  request.target_crs = "EPSG:4326";
  const Decided d = decide(before, after, request);
  EXPECT_TRUE(same_crs(d.common.grid.crs_wkt, wkt_of("EPSG:4326")));
  EXPECT_EQ(d.common.before.relation, GridRelation::resampled);
  EXPECT_EQ(d.common.after.relation, GridRelation::resampled);
  EXPECT_NEAR(d.common.before.ratio_center[0] * d.common.before.ratio_center[1], 1.0, 0.3);
  EXPECT_NEAR(*d.common.overlap_km2, 56.0 / (0.9996 * 0.9996), 0.5);
  request.target_crs = "EPSG:0";
  EXPECT_THAT(refusal<UsageError>(before, after, request), HasSubstr("-t_srs"));
  request.target_crs = kUtm;  // its own: nothing to do
  EXPECT_EQ(decide(before, after, request).common.before.relation, GridRelation::whole_pixels);
}

TEST(CommonGrid, MeetsADateInAnotherZone) {
  // The same ground around 12 E, 45 N from both zones.
  const Grid before = grid_on("EPSG:32632", 500, 500, {733000, 10, 0, 4990000, 0, -10});
  const Grid after = grid_on("EPSG:32633", 1200, 1200, {258000, 10, 0, 4995000, 0, -10});
  const Decided d = decide(before, after);
  EXPECT_EQ(d.common.before.relation, GridRelation::equal);
  EXPECT_EQ(d.common.after.relation, GridRelation::resampled);
  EXPECT_LE(d.common.after.lattice.largest_error_px, kLatticeTolerancePx);
  EXPECT_NEAR(d.common.after.ratio_center[0], 1.0, 0.01);
  EXPECT_EQ(d.common.overlap_pixels, 250000);
}

TEST(CommonGrid, KeepsSouthUpAndRotatedGrids) {
  const Grid south_up = grid_on(kUtm, 100, 100, {500000, 10, 0, 4999000, 0, 10});
  const Grid north_up = utm(100, 100, 500000, 5000000);
  Decided d = decide(south_up, north_up);
  EXPECT_EQ(d.common.before.relation, GridRelation::equal);
  EXPECT_EQ(d.common.after.relation, GridRelation::resampled);
  EXPECT_EQ(d.common.overlap_pixels, 10000);
  // Rotated by 45 degrees around its upper-left corner, the north-up one inside it.
  const double c = 10 * std::sqrt(0.5);
  const Grid rotated = grid_on(kUtm, 400, 400, {500500, c, -c, 5002000, -c, -c});
  d = decide(rotated, north_up);
  EXPECT_EQ(d.common.before.relation, GridRelation::whole_pixels);
  EXPECT_LT(d.common.grid.width, 145);  // the diagonal of 100 pixels is 141.4
  EXPECT_GE(d.common.grid.width, 141);
  EXPECT_NEAR(static_cast<double>(d.common.overlap_pixels), 10000, 100);
  EXPECT_EQ((*d.common.grid.geotransform)[1], c);
}

TEST(CommonGrid, MovesLongitudesToMeet) {
  const Grid west = grid_on("EPSG:4326", 400, 200, {-181, 0.005, 0, 10, 0, -0.005});  // -181 .. -179
  const Grid east = grid_on("EPSG:4326", 400, 200, {179, 0.005, 0, 10, 0, -0.005});   // 179 .. 181
  const Decided d = decide(west, east);
  EXPECT_EQ(d.common.before.relation, GridRelation::equal);
  EXPECT_EQ(d.common.after.relation, GridRelation::equal);
  EXPECT_EQ((*d.common.after.raster.grid.geotransform)[0], -181.0);
  EXPECT_TRUE(d.warned("longitudes_moved"));
  // A UTM date on the same ground: PROJ gives longitudes of both signs for it.
  const Grid zone60 = grid_on("EPSG:32660", 3000, 1500, {700000, 100, 0, 1130000, 0, -100});
  const Decided u = decide(east, zone60);
  EXPECT_EQ(u.common.before.relation, GridRelation::equal);
  EXPECT_EQ(u.common.overlap_pixels, 400 * 200);
}

TEST(CommonGrid, RefusesDatesThatDoNotMeetAndPrintsBothExtents) {
  const std::string text = refusal(utm(100, 100, 500000, 5000000), utm(100, 100, 600000, 5000000));
  EXPECT_THAT(text, HasSubstr("do not overlap"));
  EXPECT_THAT(text, HasSubstr("before.tif: x 500000 to 501000, y 4999000 to 5000000"));
  EXPECT_THAT(text, HasSubstr("after.tif: x 600000 to 601000"));
  EXPECT_THAT(text, HasSubstr("EPSG:32633"));
  GridRequest request;
  request.resolution = {30, 30};
  EXPECT_THAT(refusal(utm(100, 100, 500000, 5000000), utm(100, 100, 600000, 5000000), request),
              HasSubstr("do not overlap"));
  request.resolution.reset();
  request.extent = {700000, 5000000, 701000, 5001000};
  EXPECT_THAT(refusal(utm(100, 100, 500000, 5000000), utm(100, 100, 500000, 5000000), request),
              HasSubstr("do not overlap"));
}

TEST(CommonGrid, RefusesOneSideWithoutGeoreferenceOrCrs) {
  const Grid good = utm(100, 100, 500000, 5000000);
  Grid bare = good;
  bare.geotransform.reset();
  bare.crs_wkt.clear();
  EXPECT_THAT(refusal(good, bare), HasSubstr("after.tif: has no georeference"));
  EXPECT_THAT(refusal(bare, good), HasSubstr("before.tif: has no georeference"));
  Grid nameless = good;
  nameless.crs_wkt.clear();
  EXPECT_THAT(refusal(good, nameless), HasSubstr("gdal_edit.py -a_srs"));
  const Decided both = decide(nameless, nameless);
  EXPECT_EQ(both.common.after.relation, GridRelation::equal);
  EXPECT_FALSE(both.common.overlap_km2.has_value());
  EXPECT_TRUE(both.warned("no_crs"));
}

TEST(CommonGrid, TakesPixelsForPixelsWithoutAnyGeoreference) {
  Grid bare;
  bare.width = 40;
  bare.height = 1;
  const Decided d = decide(bare, bare);
  EXPECT_EQ(d.common.before.relation, GridRelation::equal);
  EXPECT_EQ(d.common.overlap_pixels, 40);
  Grid other = bare;
  other.width = 41;
  EXPECT_THAT(refusal(bare, other), HasSubstr("sizes differ"));
  GridRequest request;
  request.resolution = {1, 1};
  EXPECT_THAT(refusal(bare, bare, request), HasSubstr("no georeference"));
}

TEST(CommonGrid, EstimatesTheOverlapOfLargeGrids) {
  const Grid before = utm(4000, 4000, 500000, 5000000);
  const Grid after = utm(2000, 4000, 500003, 5000000);
  GridRequest request;
  request.choice = GridChoice::file;
  request.file = located("template.tif", before);
  const Decided d = decide(before, after, request);
  EXPECT_FALSE(d.common.overlap_counted);
  EXPECT_NEAR(static_cast<double>(d.common.overlap_pixels), 8e6, 8e6 / 256);
}

TEST(PlaceOnGrid, WantsEqualSizesWithoutGeoreference) {
  Grid bare, grid;
  bare.width = bare.height = grid.width = grid.height = 8;
  EXPECT_EQ(place_on_grid(located("mask.tif", bare), grid).relation, GridRelation::equal);
  grid.width = 9;
  EXPECT_THROW(place_on_grid(located("mask.tif", bare), grid), InputError);
}

}  // namespace
}  // namespace groundshift::test
