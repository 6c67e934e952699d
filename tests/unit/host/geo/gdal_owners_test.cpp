// SPDX-License-Identifier: Apache-2.0
// GDAL's messages as data of one thread, and a grid through a dataset and back.
#include "host/geo/gdal_owners.hpp"

#include <array>
#include <thread>

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gtest/gtest.h>

namespace groundshift {
namespace {

TEST(GdalMessages, CollectsEachMessageOnceByLevel) {
  GdalMessages messages;
  EXPECT_EQ(messages.failure_text("nothing"), "nothing");
  for (int i = 0; i < 3; ++i) {
    CPLError(CE_Failure, CPLE_AppDefined, "first");
    CPLError(CE_Failure, CPLE_AppDefined, "second");
    CPLError(CE_Warning, CPLE_AppDefined, "odd");
    CPLDebug("TEST", "not for users");
  }
  EXPECT_TRUE(messages.has_failure());
  EXPECT_EQ(messages.failure_text(), "first; second");
  EXPECT_EQ(messages.warnings(), (std::vector<std::string>{"odd"}));
  messages.clear();
  EXPECT_FALSE(messages.has_failure());
  EXPECT_TRUE(messages.warnings().empty());
}

TEST(GdalMessages, IsBounded) {
  GdalMessages messages;
  for (int i = 0; i < 1000; ++i) CPLError(CE_Warning, CPLE_AppDefined, "row %d", i);
  EXPECT_EQ(messages.warnings().size(), 20u);
}

TEST(GdalMessages, HearsItsOwnThreadOnlyAndTheInnermostHears) {
  GdalMessages outer;
  {
    GdalMessages inner;
    CPLError(CE_Failure, CPLE_AppDefined, "inside");
    EXPECT_TRUE(inner.has_failure());
  }
  EXPECT_FALSE(outer.has_failure());
  std::jthread([] {
    const GdalMessages theirs;
    CPLError(CE_Failure, CPLE_AppDefined, "elsewhere");
  }).join();
  EXPECT_FALSE(outer.has_failure());
}

TEST(GridOf, ComesBackAsApplied) {
  initialize_gdal();
  const std::array<std::array<double, 6>, 2> transforms = {
      {{4.5e5, 2.0, 0.25, 5.1e6, 0.25, -2.0}, {-180.0, 0.1, 0.0, 90.0, 0.0, -0.1}}};
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  for (const auto& transform : transforms) {
    const Dataset first(memory->Create("", 30, 20, 1, GDT_Byte, nullptr));
    Grid grid;
    grid.width = 30;
    grid.height = 20;
    grid.geotransform = transform;
    grid.pixel_is_point = true;
    OGRSpatialReference crs;
    ASSERT_EQ(crs.importFromEPSG(4326), OGRERR_NONE);
    char* text = nullptr;
    const char* options[] = {"FORMAT=WKT2_2019", nullptr};
    ASSERT_EQ(crs.exportToWkt(&text, options), OGRERR_NONE);
    grid.crs_wkt = text;
    CPLFree(text);
    ASSERT_TRUE(apply_grid(*first, grid));
    const Grid back = grid_of(*first);
    EXPECT_EQ(back.geotransform, grid.geotransform);
    EXPECT_EQ(back.pixel_is_point, true);
    EXPECT_EQ(back.width, 30);
    EXPECT_EQ(back.height, 20);
    std::string why;
    EXPECT_TRUE(same_grid(back, grid, &why)) << why;
  }
}

TEST(ApplyGrid, RefusesACrsThatIsNone) {
  initialize_gdal();
  const Dataset dataset(GetGDALDriverManager()->GetDriverByName("MEM")->Create("", 3, 2, 1, GDT_Byte, nullptr));
  Grid grid;
  grid.width = 3;
  grid.height = 2;
  grid.crs_wkt = "nonsense";
  const GdalMessages messages;
  EXPECT_FALSE(apply_grid(*dataset, grid));
}

}  // namespace
}  // namespace groundshift
