// SPDX-License-Identifier: Apache-2.0
// Positions against closed forms and gdaltransform, whatever the georeference; lattices against the exact transform.
#include "host/geo/pixel_transform.hpp"

#include <cmath>
#include <thread>
#include <vector>

#include <cpl_string.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_srs_api.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/host/geo/grids.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

std::array<double, 2> source_of(const PixelTransform& t, double x, double y) {
  t.to_source({&x, 1}, {&y, 1});
  return {x, y};
}

PixelTransform between(const Grid& source, const Grid& output, TransformOptions options = {}) {
  return PixelTransform(located("source.tif", source), output, std::move(options));
}

TEST(PixelTransform, ComposesGeotransformsWithCentresAtIntegers) {
  const Grid output = grid_on("EPSG:32633", 100, 100, {500000, 10, 0, 5000000, 0, -10});
  const Grid source = grid_on("EPSG:32633", 300, 300, {499990, 5, 0, 5000020, 0, -5});
  const PixelTransform t = between(source, output);
  // The centre of output (0,0) is (500005, 4999995): 15 and 25 m into the source, corner-counted (3, 5).
  EXPECT_EQ(source_of(t, 0, 0), (std::array{2.5, 4.5}));
  EXPECT_EQ(source_of(t, 10, 20), (std::array{22.5, 44.5}));
  EXPECT_EQ(t.source_pixels_per_output_pixel(50, 50), (std::array{2.0, 2.0}));
  EXPECT_EQ(t.operation().definition, "");
  EXPECT_EQ(t.choose_lattice().step_log2, 6);
  EXPECT_EQ(t.choose_lattice().largest_error_px, 0.0);
}

TEST(PixelTransform, HandlesRotationAndSouthUp) {
  const Grid output = grid_on("EPSG:32633", 100, 100, {500000, 10, 0, 5000000, 0, -10});
  // Source columns run north, rows run east.
  const Grid turned = grid_on("EPSG:32633", 100, 100, {500000, 0, 10, 4999000, 10, 0});
  EXPECT_EQ(source_of(between(turned, output), 3, 20), (std::array{79.0, 3.0}));
  const Grid south_up = grid_on("EPSG:32633", 100, 100, {500000, 10, 0, 4999000, 0, 10});
  EXPECT_EQ(source_of(between(south_up, output), 3, 20), (std::array{3.0, 79.0}));
  // By 30 degrees about the common origin: (x, y) ground offsets turned back.
  const double c = std::cos(M_PI / 6), s = std::sin(M_PI / 6);
  const Grid oblique = grid_on("EPSG:32633", 100, 100, {500000, 10 * c, 10 * s, 5000000, 10 * s, -10 * c});
  const auto [x, y] = source_of(between(oblique, output), 39.5, 19.5);
  EXPECT_NEAR(x, 40 * c - 20 * s - 0.5, 1e-9);
  EXPECT_NEAR(y, 40 * s + 20 * c - 0.5, 1e-9);
}

struct Known {
  const char* output_crs;
  const char* source_crs;
  std::array<double, 2> from, to;
};

// What `gdaltransform -s_srs OUTPUT -t_srs SOURCE` (GDAL 3.6.2, PROJ 9.1.1) prints.
TEST(PixelTransform, AgreesWithGdaltransformAcrossCrs) {
  const Known cases[] = {
      {"EPSG:32633", "EPSG:32632", {500000, 5000000}, {971622.973804273, 5017540.25061536}},
      {"EPSG:32633", "EPSG:32632", {560000, 4950000}, {1035358.37203783, 4971979.4098099}},
      {"EPSG:4326", "EPSG:32718", {-74.5, -8.4}, {555045.226438322, 9071446.0087391}},
      {"EPSG:4326", "EPSG:32760", {181, -16}, {928263.364379635, 8226939.22118172}},
      {"EPSG:26914", "EPSG:32614", {485900, 5209247}, {485900.000000124, 5209247.00012138}},
  };
  for (const Known& k : cases) {
    const double side = std::string(k.output_crs) == "EPSG:4326" ? 1e-4 : 10.0;
    const Grid output = grid_on(k.output_crs, 2, 2, {k.from[0] - side / 2, side, 0, k.from[1] + side / 2, 0, -side});
    const Grid source = grid_on(k.source_crs, 2, 2, {k.to[0] - 5, 10, 0, k.to[1] + 5, 0, -10});
    const PixelTransform t = between(source, output);
    const auto [x, y] = source_of(t, 0, 0);
    EXPECT_NEAR(x, 0.0, 1e-6) << k.output_crs << " to " << k.source_crs;
    EXPECT_NEAR(y, 0.0, 1e-6) << k.output_crs << " to " << k.source_crs;
    double back_x = x, back_y = y;
    t.to_output({&back_x, 1}, {&back_y, 1});
    if (std::string(k.output_crs) == "EPSG:4326" && k.from[0] > 180) back_x += 360.0 / side;
    EXPECT_NEAR(back_x, 0.0, 1e-4);
    EXPECT_NEAR(back_y, 0.0, 1e-4);
  }
}

TEST(PixelTransform, FollowsAGeographicSourceAcrossTheAntimeridian) {
  const Grid source = grid_on("EPSG:4326", 400, 200, {179, 0.005, 0, -15.5, 0, -0.005});  // to 181 degrees
  // UTM 60S, the point that is 181 E 16 S.
  const Grid output = grid_on("EPSG:32760", 2, 2, {928263.364379635 - 50, 100, 0, 8226939.22118172 + 50, 0, -100});
  const auto [x, y] = source_of(between(source, output), 0, 0);
  EXPECT_NEAR(x, 399.5, 1e-6);
  EXPECT_NEAR(y, 99.5, 1e-6);
}

TEST(PixelTransform, NamesTheOperationAndItsAccuracy) {
  const Grid output = grid_on("EPSG:32614", 100, 100, {485900, 5, 0, 5209247, 0, -5});
  const Grid nad83 = grid_on("EPSG:26914", 100, 100, {485900, 5, 0, 5209247, 0, -5});
  const PixelTransform datum = between(nad83, output);
  EXPECT_THAT(datum.operation().name, HasSubstr("NAD83 to WGS 84"));
  ASSERT_TRUE(datum.operation().accuracy_m.has_value());
  EXPECT_GE(*datum.operation().accuracy_m, 1.0);
  EXPECT_LE(*datum.operation().accuracy_m, 10.0);
  EXPECT_FALSE(datum.operation().ballpark);
  const Grid zone13 = grid_on("EPSG:32613", 100, 100, {485900, 5, 0, 5209247, 0, -5});
  const PixelTransform zones = between(zone13, output);
  EXPECT_EQ(zones.operation().accuracy_m, 0.0);
  EXPECT_THAT(zones.operation().definition, HasSubstr("+proj=pipeline"));
}

TEST(AreaOfInterest, IsInDegreesAndCrossesTheAntimeridian) {
  const auto area = area_of_interest(grid_on("EPSG:32614", 100, 100, {485900, 5, 0, 5209247, 0, -5}));
  ASSERT_TRUE(area.has_value());
  EXPECT_NEAR((*area)[0], -99.1856, 1e-4);  // gdalinfo of that corner: 99d11' 8.13"W, 47d 2'11.73"N
  EXPECT_NEAR((*area)[3], 47.0366, 1e-4);
  EXPECT_LT((*area)[0], (*area)[2]);
  EXPECT_LT((*area)[1], (*area)[3]);
  const auto date_line = area_of_interest(grid_on("EPSG:4326", 20, 20, {179, 0.1, 0, 10, 0, -0.1}));
  EXPECT_NEAR((*date_line)[0], 179.0, 1e-9);
  EXPECT_NEAR((*date_line)[2], -179.0, 1e-9);
  const auto world = area_of_interest(grid_on("EPSG:4326", 360, 180, {-180, 1, 0, 90, 0, -1}));
  EXPECT_LT((*world)[0], -170);
  EXPECT_GT((*world)[2], 160);
  EXPECT_FALSE(area_of_interest(grid_on("", 20, 20, {179, 0.1, 0, 10, 0, -0.1})));
}

TEST(PixelTransform, KeepsTheNetworkOffOnEveryThread) {
  initialize_gdal();
  int enabled = -1;
  std::thread([&] { enabled = OSRGetPROJEnableNetwork(); }).join();
  EXPECT_EQ(enabled, 0);
}

Grid wide_output() { return grid_on("EPSG:32633", 2000, 1500, {430000, 30, 0, 5100000, 0, -30}); }
Grid wide_source() { return grid_on("EPSG:32632", 2200, 1800, {900000, 30, 0, 5130000, 0, -30}); }

TEST(PixelTransformLattice, IsTheSameWhateverTheWindow) {
  const PixelTransform t = between(wide_source(), wide_output());
  const SourceLattice whole = t.lattice({0, 0, 2000, 1500}, 6);
  for (const PixelRect& w : {PixelRect{0, 0, 1, 1}, PixelRect{1999, 1499, 1, 1}, PixelRect{500, 700, 333, 65},
                             PixelRect{64, 128, 64, 64}, PixelRect{63, 0, 2, 1500}}) {
    const SourceLattice part = t.lattice(w, 6);
    for (std::int64_t y = w.y; y < w.y + w.height; y += 7) {
      for (std::int64_t x = w.x; x < w.x + w.width; x += 5) {
        ASSERT_EQ(position_at(part, x, y), position_at(whole, x, y)) << x << "," << y;
      }
    }
  }
}

TEST(PixelTransformLattice, IsTheSameFromManyThreads) {
  const PixelTransform t = between(wide_source(), wide_output());
  const SourceLattice want = t.lattice({0, 0, 2000, 1500}, 4);
  std::vector<SourceLattice> got(4);
  {
    std::vector<std::jthread> threads;
    for (SourceLattice& lattice : got) {
      threads.emplace_back([&t, &lattice] {
        for (int i = 0; i < 3; ++i) lattice = t.lattice({0, 0, 2000, 1500}, 4);
      });
    }
  }
  for (const SourceLattice& lattice : got) {
    EXPECT_EQ(lattice.x, want.x);
    EXPECT_EQ(lattice.y, want.y);
  }
}

TEST(PixelTransformLattice, KeepsWithinItsToleranceInEveryPixel) {
  const PixelTransform t = between(wide_source(), wide_output());
  const LatticeCheck check = t.choose_lattice();
  EXPECT_GE(check.step_log2, 3);
  EXPECT_GT(check.largest_error_px, 0.0);
  EXPECT_GT(check.points, 1000);
  double worst = 0.0;
  const SourceLattice lattice = t.lattice({0, 0, 2000, 1500}, check.step_log2);
  for (std::int64_t y = 0; y < 1500; y += 3) {
    std::vector<double> x, row;
    for (int i = 0; i < 2000; i += 3) x.push_back(i), row.push_back(static_cast<double>(y));
    const std::vector<double> at = x;
    t.to_source(x, row);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const SourcePosition p = position_at(lattice, static_cast<std::int64_t>(at[i]), y);
      worst = std::max(worst, std::hypot(static_cast<double>(p.x) / 1048576.0 - x[i],
                                         static_cast<double>(p.y) / 1048576.0 - row[i]));
    }
  }
  EXPECT_LE(worst, kLatticeTolerancePx);
  EXPECT_NEAR(worst, check.largest_error_px, 0.1 * worst);  // the sampled worst is the worst
}

TEST(PixelTransformLattice, TakesFinerStepsOrRefusesWhatBends) {
  const Grid grid = grid_on("EPSG:32633", 512, 512, {500000, 10, 0, 5000000, 0, -10});
  // dx = k x^2: between nodes s apart linear interpolation is off by k s^2 / 4 at most.
  const auto bent = [&](double k) {
    TransformOptions options;
    options.shift = [k](double x, double) { return std::array{k * x * x, 0.0}; };
    return between(grid, grid, options);
  };
  EXPECT_NEAR(bent(1e-6).check_lattice(6).largest_error_px, 1e-6 * 64 * 64 / 4, 2e-6);
  EXPECT_EQ(bent(9e-6).choose_lattice().step_log2, 6);    // 0.0092
  EXPECT_EQ(bent(1.1e-5).choose_lattice().step_log2, 5);  // 0.0113, 0.0028
  EXPECT_EQ(bent(1.5e-4).choose_lattice().step_log2, 4);  // 0.0384, 0.0096
  EXPECT_EQ(bent(1.6e-4).choose_lattice().step_log2, 3);  // 0.0102, 0.0026
  EXPECT_THROW(bent(7e-4).choose_lattice(), InputError);  // 0.0112
}

TEST(PixelTransform, AppliesTheShiftBeforeTheTransform) {
  const Grid output = grid_on("EPSG:32633", 100, 100, {500000, 10, 0, 5000000, 0, -10});
  const Grid source = grid_on("EPSG:32633", 300, 300, {500000, 5, 0, 5000000, 0, -5});
  TransformOptions options;
  options.shift = [](double x, double) { return std::array{x < 50 ? 0.25 : std::nan(""), -1.0}; };
  const PixelTransform t = between(source, output, options);
  EXPECT_EQ(source_of(t, 10, 10), (std::array{2 * 10.25 + 0.5, 2 * 9.0 + 0.5}));
  EXPECT_TRUE(std::isnan(source_of(t, 60, 10)[0]));
  EXPECT_EQ(t.lattice({60, 10, 1, 1}, 0).x[0], kNoPosition);
  double x = 20.5, y = 18.5;
  t.to_output({&x, 1}, {&y, 1});
  EXPECT_EQ(x, 10.0);  // without the shift
}

TEST(PixelTransform, HasNoPositionsOutsideAProjection) {
  // An orthographic view of half the globe: the corners see none of it.
  const Grid output =
      grid_on("+proj=ortho +lat_0=0 +lon_0=0 +datum=WGS84", 1300, 1300, {-6.5e6, 1e4, 0, 6.5e6, 0, -1e4});
  const Grid source = grid_on("EPSG:4326", 3600, 1800, {-180, 0.1, 0, 90, 0, -0.1});
  const PixelTransform t = between(source, output);
  EXPECT_TRUE(std::isnan(source_of(t, 0, 0)[0]));
  const auto [x, y] = source_of(t, 649.5, 649.5);
  EXPECT_NEAR(x, 1799.5, 1e-6);
  EXPECT_NEAR(y, 899.5, 1e-6);
  const SourceLattice lattice = t.lattice({0, 0, 1300, 1300}, 6);
  EXPECT_EQ(lattice.x[0], kNoPosition);
  EXPECT_EQ(lattice.y[0], kNoPosition);
  EXPECT_GT(t.check_lattice(6).undefined_points, 0);
}

TEST(PixelTransform, WantsGeoreferenceOnBothSides) {
  const Grid output = grid_on("EPSG:32633", 10, 10, {500000, 10, 0, 5000000, 0, -10});
  Grid none = output;
  none.geotransform.reset();
  none.crs_wkt.clear();
  EXPECT_THROW(between(none, output), InputError);
  EXPECT_THROW(between(output, none), InputError);
  Grid local = output;
  local.crs_wkt.clear();
  EXPECT_THROW(between(local, output), InputError);
  EXPECT_EQ(source_of(between(none, none), 3, 4), (std::array{3.0, 4.0}));
  EXPECT_EQ(source_of(between(local, local), 3, 4), (std::array{3.0, 4.0}));
}

/// A file without geotransform whose georeference `give` sets.
template <class Give>
LocatedRaster file_with(const TemporaryFolder& folder, Give give) {
  const std::string path = folder / "raw.tif";
  SceneSpec spec;
  spec.width = 100;
  spec.height = 80;
  spec.crs.clear();
  spec.geotransform.reset();
  write_sparse(path, spec);
  Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
  give(*dataset);
  dataset.reset();
  const OpenDataset again = open_quietly(path);
  return {path, grid_of(*again), georeference_of(*again)};
}

TEST(PixelTransform, GoesThroughGroundControlPoints) {
  const TemporaryFolder folder;
  const LocatedRaster raster = file_with(folder, [](GDALDataset& dataset) {
    // x = 500000 + 10 c + 2 r, y = 5000000 + c - 10 r at six pixels; one is moved so that no exact geotransform exists.
    std::vector<GDAL_GCP> points(6);
    GDALInitGCPs(6, points.data());
    const double at[][2] = {{0, 0}, {100, 0}, {0, 80}, {100, 80}, {50, 40}, {50, 0}};
    for (int i = 0; i < 6; ++i) {
      points[i].dfGCPPixel = at[i][0];
      points[i].dfGCPLine = at[i][1];
      points[i].dfGCPX = 500000 + 10 * at[i][0] + 2 * at[i][1];
      points[i].dfGCPY = 5000000 + at[i][0] - 10 * at[i][1];
    }
    OGRSpatialReference crs;
    crs.SetFromUserInput("EPSG:32633");
    ASSERT_EQ(dataset.SetGCPs(6, points.data(), &crs), CE_None);
    GDALDeinitGCPs(6, points.data());
  });
  EXPECT_EQ(raster.georeference.kind, GeoreferenceKind::gcps);
  EXPECT_TRUE(same_crs(raster.georeference.crs_wkt, wkt_of("EPSG:32633")));
  const Grid output = grid_on("EPSG:32633", 100, 100, {500000, 10, 0, 5000000, 0, -10});
  const PixelTransform t(raster, output);
  // Ground of pixel corner-position (30.5, 20.5).
  const double gx = 500000 + 305 + 41, gy = 5000000 + 30.5 - 205;
  const auto [x, y] = source_of(t, (gx - 500000) / 10 - 0.5, (5000000 - gy) / 10 - 0.5);
  EXPECT_NEAR(x, 30.0, 1e-6);
  EXPECT_NEAR(y, 20.0, 1e-6);
  TransformOptions spline;
  spline.options = {"METHOD=GCP_TPS"};
  const auto [sx, sy] =
      source_of(PixelTransform(raster, output, spline), (gx - 500000) / 10 - 0.5, (5000000 - gy) / 10 - 0.5);
  EXPECT_NEAR(sx, 30.0, 1e-5);
  EXPECT_NEAR(sy, 20.0, 1e-5);
  spline.options = {"TPS"};
  EXPECT_THROW(PixelTransform(raster, output, spline), UsageError);
}

TEST(PixelTransform, GoesThroughRationalPolynomials) {
  const TemporaryFolder folder;
  const LocatedRaster raster = file_with(folder, [](GDALDataset& dataset) {
    // Linear ones: line = 40 + 40 (45 - lat) / 0.04, sample = 50 + 50 (lon - 15) / 0.05.
    CPLStringList rpc;
    rpc.SetNameValue("LINE_OFF", "40");
    rpc.SetNameValue("LINE_SCALE", "40");
    rpc.SetNameValue("SAMP_OFF", "50");
    rpc.SetNameValue("SAMP_SCALE", "50");
    rpc.SetNameValue("LAT_OFF", "45");
    rpc.SetNameValue("LAT_SCALE", "0.04");
    rpc.SetNameValue("LONG_OFF", "15");
    rpc.SetNameValue("LONG_SCALE", "0.05");
    rpc.SetNameValue("HEIGHT_OFF", "0");
    rpc.SetNameValue("HEIGHT_SCALE", "100");
    const std::string zeros = " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0";
    rpc.SetNameValue("LINE_NUM_COEFF", ("0 0 -1" + zeros).c_str());
    rpc.SetNameValue("LINE_DEN_COEFF", ("1 0 0" + zeros).c_str());
    rpc.SetNameValue("SAMP_NUM_COEFF", ("0 1 0" + zeros).c_str());
    rpc.SetNameValue("SAMP_DEN_COEFF", ("1 0 0" + zeros).c_str());
    ASSERT_EQ(dataset.SetMetadata(rpc.List(), "RPC"), CE_None);
  });
  EXPECT_EQ(raster.georeference.kind, GeoreferenceKind::rpc);
  const Grid output = grid_on("EPSG:4326", 100, 80, {14.95, 0.001, 0, 45.04, 0, -0.001});
  const auto [x, y] = source_of(PixelTransform(raster, output), 30, 20);
  // RPC positions count from pixel centres: the output's centre (14.9805, 45.0195) is sample 30.5, line 20.5.
  EXPECT_NEAR(x, 30.5, 1e-6);
  EXPECT_NEAR(y, 20.5, 1e-6);
}

/// Terms of a rational polynomial as RPC00B orders them: 1, L, P, H, LP, LH, PH, LL, PP, HH, ...
double rational_polynomial(const std::array<double, 20>& c, double lat, double lon, double height) {
  const double l = lon, p = lat, h = height;
  const double terms[] = {1,         l,         p,         h,         l * p,     l * h,     p * h,
                          l * l,     p * p,     h * h,     p * l * h, l * l * l, l * p * p, l * h * h,
                          l * l * p, p * p * p, p * h * h, l * l * h, p * p * h, h * h * h};
  double sum = 0.0;
  for (std::size_t i = 0; i < c.size(); ++i) sum += c[i] * terms[i];
  return sum;
}

TEST(PixelTransform, GoesThroughRationalPolynomialsOfTheThirdDegree) {
  // Of the size that pushbroom scenes have: cross terms of 1e-2, cubes of 1e-4, denominators that are not 1.
  const std::array<double, 20> line_num{0.003, 0.02, -1.01, 0.01, 0.004, 2e-4,  -3e-4, -6e-4, 9e-4,  1e-5,
                                        -2e-5, 3e-4, -2e-4, 1e-6, 2e-4,  -4e-4, 1e-6,  2e-5,  -1e-5, 0};
  const std::array<double, 20> line_den{1,    0.001, -0.002, 3e-4, 2e-4, 0, 1e-5, 1e-4, -2e-4, 0,
                                        1e-6, 2e-6,  0,      0,    1e-6, 0, 0,    0,    0,     0};
  const std::array<double, 20> sample_num{-0.002, 1.02,  0.03, -0.02, -0.006, 3e-4, 1e-4, 8e-4, -5e-4, 2e-5,
                                          1e-5,   -3e-4, 2e-4, 0,     1e-4,   2e-4, 0,    1e-5, 0,     0};
  const std::array<double, 20> sample_den{1, -0.002, 0.001, 2e-4, 0, 1e-5, 0, 2e-4, 1e-4, 0,
                                          0, 0,      1e-6,  0,    0, 0,    0, 0,    0,    0};
  const auto text = [](const std::array<double, 20>& c) {
    std::string out;
    for (const double v : c) out += fmt::format("{:.9g} ", v);
    return out;
  };
  const TemporaryFolder folder;
  const LocatedRaster raster = file_with(folder, [&](GDALDataset& dataset) {
    CPLStringList rpc;
    const std::pair<const char*, const char*> numbers[] = {
        {"LINE_OFF", "40"},    {"LINE_SCALE", "41"},   {"SAMP_OFF", "50"}, {"SAMP_SCALE", "52"},
        {"LAT_OFF", "45"},     {"LAT_SCALE", "0.04"},  {"LONG_OFF", "15"}, {"LONG_SCALE", "0.05"},
        {"HEIGHT_OFF", "120"}, {"HEIGHT_SCALE", "300"}};
    for (const auto& [key, value] : numbers) rpc.SetNameValue(key, value);
    rpc.SetNameValue("LINE_NUM_COEFF", text(line_num).c_str());
    rpc.SetNameValue("LINE_DEN_COEFF", text(line_den).c_str());
    rpc.SetNameValue("SAMP_NUM_COEFF", text(sample_num).c_str());
    rpc.SetNameValue("SAMP_DEN_COEFF", text(sample_den).c_str());
    ASSERT_EQ(dataset.SetMetadata(rpc.List(), "RPC"), CE_None);
  });
  const Grid output = grid_on("EPSG:4326", 100, 80, {14.95, 0.001, 0, 45.04, 0, -0.001});
  for (const double height : {0.0, 250.0}) {
    TransformOptions options;
    if (height > 0) options.options = {"RPC_HEIGHT=250"};
    const PixelTransform t(raster, output, options);
    for (const auto& [column, row] : {std::pair{30, 20}, {0, 0}, {99, 79}, {80, 5}}) {
      const double lon = (14.95 + (column + 0.5) * 0.001 - 15) / 0.05, lat = (45.04 - (row + 0.5) * 0.001 - 45) / 0.04;
      const double h = (height - 120) / 300;
      const double line =
          40 + 41 * rational_polynomial(line_num, lat, lon, h) / rational_polynomial(line_den, lat, lon, h);
      const double sample =
          50 + 52 * rational_polynomial(sample_num, lat, lon, h) / rational_polynomial(sample_den, lat, lon, h);
      const auto [x, y] = source_of(t, column, row);
      EXPECT_NEAR(x, sample, 1e-6) << column << "," << row << " at " << height << " m";
      EXPECT_NEAR(y, line, 1e-6) << column << "," << row << " at " << height << " m";
    }
  }
}

TEST(PixelTransform, GoesThroughGeolocationArrays) {
  // A swath whose columns fan out: lon = 15 + .001 i + 2e-6 i j, lat = 45 - .001 j, every pixel given.
  constexpr int kColumns = 100, kRows = 80;
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = kColumns;
  spec.height = kRows;
  spec.type = GDT_Float64;
  spec.crs = "";
  spec.geotransform.reset();
  write_scene(folder / "lon.tif", spec, [](int, int i, int j) { return 15 + 0.001 * i + 2e-6 * i * j; });
  write_scene(folder / "lat.tif", spec, [](int, int, int j) { return 45 - 0.001 * j; });
  const LocatedRaster raster = file_with(folder, [&](GDALDataset& dataset) {
    CPLStringList arrays;
    const std::pair<const char*, std::string> items[] = {{"X_DATASET", folder / "lon.tif"},
                                                         {"X_BAND", "1"},
                                                         {"Y_DATASET", folder / "lat.tif"},
                                                         {"Y_BAND", "1"},
                                                         {"PIXEL_OFFSET", "0"},
                                                         {"LINE_OFFSET", "0"},
                                                         {"PIXEL_STEP", "1"},
                                                         {"LINE_STEP", "1"},
                                                         {"GEOREFERENCING_CONVENTION", "PIXEL_CENTER"},
                                                         {"SRS", SRS_WKT_WGS84_LAT_LONG}};
    for (const auto& [key, value] : items) arrays.SetNameValue(key, value.c_str());
    ASSERT_EQ(dataset.SetMetadata(arrays.List(), "GEOLOCATION"), CE_None);
  });
  EXPECT_EQ(raster.georeference.kind, GeoreferenceKind::geolocation);
  const Grid output = grid_on("EPSG:4326", 60, 50, {15.02, 0.001, 0, 44.98, 0, -0.001});
  const PixelTransform t(raster, output);
  for (const auto& [column, row] : {std::pair{10, 10}, {30, 20}, {50, 40}}) {
    const double lon = 15.02 + (column + 0.5) * 0.001, lat = 44.98 - (row + 0.5) * 0.001;
    const double j = (45 - lat) / 0.001, i = (lon - 15) / (0.001 + 2e-6 * j);
    const auto [x, y] = source_of(t, column, row);
    // GDAL looks positions up in a back map of about the array's resolution.
    EXPECT_NEAR(x, i, 0.02) << column << "," << row;
    EXPECT_NEAR(y, j, 0.02) << column << "," << row;
  }
}

TEST(PixelTransform, CrossesTheAntimeridianBetweenGeographicGrids) {
  const Grid output = grid_on("EPSG:4326", 200, 100, {179.9, 0.001, 0, -16.0, 0, -0.001});
  // The same place a turn away, on another geographic CRS (GDA2020 lies within centimetres of WGS 84 for PROJ).
  const Grid west = grid_on("EPSG:7844", 200, 100, {-180.1, 0.001, 0, -16.0, 0, -0.001});
  for (const double column : {0.0, 99.0, 100.0, 199.0}) {
    const auto [x, y] = source_of(between(west, output), column, 50);
    EXPECT_NEAR(x, column, 0.05) << column;
    EXPECT_NEAR(y, 50, 0.05) << column;
  }
}

TEST(PixelTransform, LeavesPixelIsPointToGdal) {
  const TemporaryFolder folder;
  for (const bool point : {false, true}) {
    const std::string path = folder / (point ? "point.tif" : "area.tif");
    SceneSpec spec;
    spec.width = spec.height = 10;
    spec.geotransform = {500000, 10, 0, 5000000, 0, -10};
    {
      write_sparse(path, spec);
      Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
      if (point) dataset->SetMetadataItem("AREA_OR_POINT", "Point");
      std::array<double, 6> transform = *spec.geotransform;
      ASSERT_EQ(dataset->SetGeoTransform(transform.data()), CE_None);
    }
    const OpenDataset dataset = open_quietly(path);
    const Grid grid = grid_of(*dataset);
    EXPECT_EQ(grid.pixel_is_point, point);
    // GDAL stores the tie point at the pixel's centre and gives back corners.
    EXPECT_EQ(*grid.geotransform, *spec.geotransform);
    const Grid output = grid_on("EPSG:32633", 10, 10, {500000, 10, 0, 5000000, 0, -10});
    EXPECT_EQ(source_of(between(grid, output), 4, 5), (std::array{4.0, 5.0}));
  }
}

TEST(PixelTransform, SuggestsAPixelSizeThatKeepsTheResolution) {
  const Grid source = grid_on("EPSG:32633", 1000, 1000, {500000, 10, 0, 5000000, 0, -10});
  const Grid output = grid_on("EPSG:4326", 10, 10, {15, 1e-4, 0, 45, 0, -1e-4});
  const auto [across, down] = between(source, output).suggested_pixel_size();
  // The diagonal's length in degrees over its length in pixels, as GDALSuggestedWarpOutput has it.
  EXPECT_NEAR(across, 1.1e-4, 0.1e-4);
  EXPECT_EQ(across, down);
  EXPECT_EQ(between(source, source).suggested_pixel_size(), (std::array{10.0, 10.0}));
}

}  // namespace
}  // namespace groundshift::test
