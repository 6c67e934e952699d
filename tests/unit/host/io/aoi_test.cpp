// SPDX-License-Identifier: Apache-2.0
// Areas of interest against GDALRasterizeGeometries, hand-counted windows, and themselves in tiles.
#include "host/io/aoi.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gdal_alg.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/polygon_fill.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/host/geo/grids.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

Grid output_grid(int width = 300, int height = 200) {
  return grid_on("EPSG:32633", width, height, {500000, 10, 0, 5000000, 0, -10});
}

std::vector<std::uint8_t> drawn(const AreaOfInterest& aoi, const Window& w) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(pixel_count(w)), 9);
  const std::int64_t count = aoi.draw(w, out.data(), w.width);
  EXPECT_EQ(count, std::count(out.begin(), out.end(), 1));
  return out;
}

AreaOfInterest aoi_of(const std::string& text, const Grid& grid) {
  Warnings warnings;
  return AreaOfInterest(text, grid, warnings);
}

std::string refusal(const std::string& text, const Grid& grid = output_grid()) {
  try {
    aoi_of(text, grid);
  } catch (const Error& e) {
    return e.kind() == ErrorKind::input ? e.what() : "usage";
  }
  return "not refused";
}

/// Writes WKT geometries, one a feature.
void write_layer(const std::string& path, const char* driver, const char* layer_name, const char* crs,
                 const std::vector<std::string>& geometries, bool append = false) {
  initialize_gdal();
  Dataset dataset(
      append ? GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE)
             : GetGDALDriverManager()->GetDriverByName(driver)->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  ASSERT_NE(dataset, nullptr);
  OGRSpatialReference reference;
  reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (crs != nullptr) reference.SetFromUserInput(crs);
  OGRLayer* layer = dataset->CreateLayer(layer_name, crs != nullptr ? &reference : nullptr, wkbUnknown, nullptr);
  ASSERT_NE(layer, nullptr);
  for (const std::string& wkt : geometries) {
    OGRGeometry* geometry = nullptr;
    ASSERT_EQ(OGRGeometryFactory::createFromWkt(wkt.c_str(), nullptr, &geometry), OGRERR_NONE);
    OGRFeature* feature = OGRFeature::CreateFeature(layer->GetLayerDefn());
    feature->SetGeometryDirectly(geometry);
    ASSERT_EQ(layer->CreateFeature(feature), OGRERR_NONE);
    OGRFeature::DestroyFeature(feature);
  }
}

TEST(AreaOfInterest, TakesAWindowByPixelCentres) {
  // Columns whose centres (5, 15, ...) lie between 12 and 36, rows between 8 and 30 below the top.
  const AreaOfInterest aoi = aoi_of("500012,4999970,500036,4999992", output_grid(6, 5));
  const std::vector<std::uint8_t> want = {0, 0, 0, 0, 0, 0,  //
                                          0, 1, 1, 1, 0, 0,  //
                                          0, 1, 1, 1, 0, 0,  //
                                          0, 0, 0, 0, 0, 0,  //
                                          0, 0, 0, 0, 0, 0};
  EXPECT_EQ(drawn(aoi, {0, 0, 6, 5}), want);
  EXPECT_EQ(aoi.bounds(), (Window{1, 0, 3, 3}));
  // Half a grid beyond its edge.
  const AreaOfInterest half = aoi_of("499000,4999000,500030,6000000", output_grid(6, 5));
  EXPECT_EQ(half.bounds(), (Window{0, 0, 3, 5}));
  EXPECT_EQ(drawn(half, {2, 4, 2, 1}), (std::vector<std::uint8_t>{1, 0}));
}

TEST(AreaOfInterest, CountsPixelsWithoutGeoreference) {
  Grid bare;
  bare.width = 5;
  bare.height = 1;
  EXPECT_EQ(drawn(aoi_of("1,0,3,1", bare), {0, 0, 5, 1}), (std::vector<std::uint8_t>{0, 1, 1, 0, 0}));
}

TEST(AreaOfInterest, AgreesWithGdalRasterizeAndWithItselfInTiles) {
  const TemporaryFolder folder;
  const std::string path = folder / "fields.gpkg";
  const Grid grid = output_grid();
  // Stars with holes, one multipolygon, overlapping features, parts outside the grid.
  std::vector<std::string> shapes;
  for (int k = 0; k < 6; ++k) {
    const double cx = 500100 + texture(1, 0, k, 0) * 12.0, cy = 5000000 - texture(1, 1, k, 0) * 8.0;
    const auto star = [&](double size, int seed) {
      std::string ring;
      for (int i = 0; i <= 13; ++i) {
        const int v = i % 13;
        const double r = size * (0.4 + texture(2, seed, k, v) / 300.0), a = 2 * M_PI * v / 13;
        ring += (i ? ", " : "(") + std::to_string(cx + r * std::cos(a)) + " " + std::to_string(cy + r * std::sin(a));
      }
      return ring + ")";
    };
    shapes.push_back(
        k == 3 ? "MULTIPOLYGON (((500010.3 4999990.7, 500400.1 4999801.9, 500111.1 4999555.5, 500010.3 4999990.7)), (" +
                     star(400, 1) + "))"
               : "POLYGON (" + star(600, 1) + ", " + star(150, 2) + ")");
  }
  write_layer(path, "GPKG", "fields", "EPSG:32633", shapes);
  const AreaOfInterest aoi = aoi_of(path, grid);
  EXPECT_THAT(aoi.text(), HasSubstr("6 polygon features"));
  const std::vector<std::uint8_t> whole = drawn(aoi, {0, 0, 300, 200});
  // GDAL's own rasteriser on the whole grid.
  Dataset memory(GetGDALDriverManager()->GetDriverByName("MEM")->Create("", 300, 200, 1, GDT_Byte, nullptr));
  ASSERT_TRUE(apply_grid(*memory, grid));
  std::vector<OGRGeometryH> handles;
  for (const std::string& wkt : shapes) {
    OGRGeometry* geometry = nullptr;
    ASSERT_EQ(OGRGeometryFactory::createFromWkt(wkt.c_str(), nullptr, &geometry), OGRERR_NONE);
    handles.push_back(OGRGeometry::ToHandle(geometry));
  }
  const int band = 1;
  const std::vector<double> burn(handles.size(), 1.0);
  ASSERT_EQ(GDALRasterizeGeometries(GDALDataset::ToHandle(memory.get()), 1, &band, static_cast<int>(handles.size()),
                                    handles.data(), nullptr, nullptr, burn.data(), nullptr, nullptr, nullptr),
            CE_None);
  for (OGRGeometryH h : handles) OGR_G_DestroyGeometry(h);
  const BandPixels want = read_band(*memory, 1);
  std::int64_t inside = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    ASSERT_EQ(whole[i], want.values[i]) << i % 300 << "," << i / 300;
    inside += whole[i];
  }
  EXPECT_GT(inside, 5000);
  EXPECT_LT(inside, 55000);
  for (const auto& [tw, th] : {std::pair{37, 41}, {256, 64}, {1, 200}}) {
    for (int y = 0; y < 200; y += th) {
      for (int x = 0; x < 300; x += tw) {
        const Window w{x, y, std::min(tw, 300 - x), std::min(th, 200 - y)};
        const std::vector<std::uint8_t> part = drawn(aoi, w);
        for (int j = 0; j < w.height; ++j) {
          for (int i = 0; i < w.width; ++i) {
            ASSERT_EQ(part[static_cast<std::size_t>(j) * w.width + i],
                      whole[static_cast<std::size_t>(y + j) * 300 + x + i]);
          }
        }
      }
    }
  }
}

TEST(AreaOfInterest, TransformsLayersAndNamesThem) {
  const TemporaryFolder folder;
  const std::string path = folder / "two.gpkg";
  // UTM 33N's central meridian is 15 E: everything west of it lies left of x = 500000 + 0, here column 50 of 100.
  const Grid grid = grid_on("EPSG:32633", 100, 100, {499500, 10, 0, 5000000, 0, -10});
  write_layer(path, "GPKG", "west", "EPSG:4326", {"POLYGON ((14 44, 15 44, 15 46, 14 46, 14 44))"});
  write_layer(path, "GPKG", "points", "EPSG:4326", {"POINT (15 45)", "POLYGON ((14 44, 16 44, 16 46, 14 46, 14 44))"},
              true);
  const AreaOfInterest west = aoi_of(path + ":west", grid);
  const std::vector<std::uint8_t> row = drawn(west, {0, 40, 100, 1});
  EXPECT_EQ(std::count(row.begin(), row.begin() + 50, 1), 50);
  EXPECT_EQ(std::count(row.begin() + 50, row.end(), 1), 0);
  EXPECT_THAT(refusal(path, grid), HasSubstr("west, points"));
  EXPECT_THAT(refusal(path + ":east", grid), HasSubstr("no layer 'east'"));
  Warnings warnings;
  const AreaOfInterest mixed(path + ":points", grid, warnings);
  ASSERT_EQ(warnings.list().size(), 1u);
  EXPECT_EQ(warnings.list()[0].code, "aoi_not_polygons");
  EXPECT_EQ(mixed.bounds(), (Window{0, 0, 100, 100}));
}

TEST(AreaOfInterest, SaysWhenALayerHasNoCrs) {
  const TemporaryFolder folder;
  const std::string path = folder / "bare.shp";
  write_layer(path, "ESRI Shapefile", "bare", nullptr,
              {"POLYGON ((500000 4999000, 500050 4999000, 500050 5000000, 500000 5000000, 500000 4999000))"});
  Warnings warnings;
  const AreaOfInterest aoi(path, output_grid(), warnings);
  ASSERT_EQ(warnings.list().size(), 1u);
  EXPECT_EQ(warnings.list()[0].code, "aoi_without_crs");
  EXPECT_EQ(aoi.bounds(), (Window{0, 0, 5, 100}));
}

TEST(AreaOfInterest, RefusesWhatIsNoArea) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal("600000,4999000,601000,5000000"), HasSubstr("x 600000 to 601000"));
  EXPECT_THAT(refusal("600000,4999000,601000,5000000"), HasSubstr("x 500000 to 503000"));
  EXPECT_EQ(refusal("500010,4999000,500000,5000000"), "usage");
  EXPECT_THAT(refusal("1,2,3"), HasSubstr("no such file"));
  EXPECT_THAT(refusal(folder / "none.gpkg:x"), HasSubstr("no such file"));
  const std::string path = folder / "lines.geojson";
  write_layer(path, "GeoJSON", "lines", "EPSG:4326", {"LINESTRING (15 45, 16 46)"});
  EXPECT_THAT(refusal(path), HasSubstr("no polygons"));
}

TEST(PolygonFill, GivesCentresOnEdgesToOneSide) {
  // Two boxes that meet on a line of centres, x = 2.5, y = 1.5: every pixel belongs to exactly one.
  const PolygonFill left({{{0.5, 0.5}, {2.5, 0.5}, {2.5, 3.5}, {0.5, 3.5}}}, 4);
  const PolygonFill right({{{2.5, 0.5}, {4.5, 0.5}, {4.5, 3.5}, {2.5, 3.5}}}, 4);
  std::vector<std::uint8_t> a(6, 0), b(6, 0);
  left.fill_row(0, 0, 6, a.data());
  right.fill_row(0, 0, 6, b.data());
  EXPECT_EQ(a, (std::vector<std::uint8_t>{0, 1, 1, 0, 0, 0}));
  EXPECT_EQ(b, (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 0}));
  std::vector<std::uint8_t> last(6, 0);
  left.fill_row(3, 0, 6, last.data());
  EXPECT_EQ(last, std::vector<std::uint8_t>(6, 0));
}

}  // namespace
}  // namespace groundshift::test
