// SPDX-License-Identifier: Apache-2.0
// Grids for tests in one line.
#pragma once

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <ogr_spatialref.h>

#include "host/geo/georeference.hpp"

namespace groundshift::test {

inline std::string wkt_of(const char* name) {
  OGRSpatialReference crs;
  EXPECT_EQ(crs.SetFromUserInput(name), OGRERR_NONE);
  char* text = nullptr;
  const char* options[] = {"FORMAT=WKT2_2019", nullptr};
  EXPECT_EQ(crs.exportToWkt(&text, options), OGRERR_NONE);
  std::string wkt = text;
  CPLFree(text);
  return wkt;
}

inline Grid grid_on(const char* crs, int width, int height, std::array<double, 6> transform) {
  Grid grid;
  grid.width = width;
  grid.height = height;
  grid.geotransform = transform;
  if (*crs != '\0') grid.crs_wkt = wkt_of(crs);
  return grid;
}

}  // namespace groundshift::test
