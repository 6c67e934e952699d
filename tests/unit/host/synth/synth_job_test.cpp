// SPDX-License-Identifier: Apache-2.0
// The files of a scene: same pixels for any tiles and threads, counts that match, complete or absent.
#include "host/synth/synth_job.hpp"

#include <unistd.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/io/band_rows.hpp"
#include "host/io/pixel_hash.hpp"
#include "host/io/raster_description.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

class SynthJob : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("gs_synth_" + std::string(info->name()) + "_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  SynthOptions small(const char* name) const {
    SynthOptions o;
    o.folder = folder_ / name;
    o.width = 300;
    o.height = 200;
    return o;
  }
  JobContext context(std::stop_token stop = {}) { return {&progress_, &warnings_, std::move(stop)}; }

  fs::path folder_;
  SilentProgress progress_;
  Warnings warnings_;
};

TEST_F(SynthJob, PixelsDoNotDependOnTilesOrThreads) {
  std::vector<std::array<std::string, 3>> hashes;
  const std::array<std::array<int, 2>, 4> runs = {{{64, 1}, {64, 3}, {512, 1}, {192, 2}}};
  for (const auto& [tile, threads] : runs) {
    SynthOptions o = small(("t" + std::to_string(tile) + "_" + std::to_string(threads)).c_str());
    o.tile_size = tile;
    o.threads = threads;
    o.shift = {0.4, -0.3};
    run_synth(o, context());
    hashes.push_back({hash_file((o.folder / "before.tif").string()), hash_file((o.folder / "after.tif").string()),
                      hash_file((o.folder / "truth.tif").string())});
  }
  for (const auto& h : hashes) EXPECT_EQ(h, hashes.front());
  EXPECT_NE(hashes[0][0], hashes[0][1]);
}

TEST_F(SynthJob, FilesAreWhatTheySay) {
  for (const PixelType type : {PixelType::u8, PixelType::u16, PixelType::f32}) {
    SynthOptions o = small(name_of(type));
    o.type = type;
    o.band_count = 5;
    const SynthReport report = run_synth(o, context());
    for (const char* name : {"before.tif", "after.tif"}) {
      const RasterDescription d = describe_raster((o.folder / name).string());
      EXPECT_EQ(d.grid.width, 300);
      EXPECT_EQ(d.grid.height, 200);
      ASSERT_EQ(d.bands.size(), 5u);
      EXPECT_EQ(d.bands[0].pixel_type, type);
      EXPECT_EQ(d.bands[4].description, "swir16");
      ASSERT_TRUE(d.bands[0].nodata.has_value());
      EXPECT_TRUE(is_integer(type) ? *d.bands[0].nodata == 0.0 : std::isnan(*d.bands[0].nodata));
      EXPECT_EQ(d.block_width, 512);
      EXPECT_EQ(d.compression, "DEFLATE");
      EXPECT_NE(d.grid.crs_wkt.find("32633"), std::string::npos);
      ASSERT_TRUE(d.grid.geotransform.has_value());
      EXPECT_EQ((*d.grid.geotransform)[1], 3.0);
      EXPECT_EQ((*d.grid.geotransform)[5], -3.0);
    }
    EXPECT_EQ(report.unlabelled + report.unchanged + report.changed, 300 * 200);
  }
}

TEST_F(SynthJob, ReportCountsTheTruth) {
  SynthOptions o = small("counted");
  o.width = 512;
  o.height = 400;
  o.clouds = 0.05f;
  const SynthReport report = run_synth(o, context());
  BandRows rows((o.folder / "truth.tif").string());
  std::vector<double> values(512 * 400);
  std::vector<std::uint8_t> valid(values.size());
  rows.read(0, 400, values, valid);
  std::array<std::int64_t, 3> count{};
  for (const double v : values) ++count.at(static_cast<std::size_t>(v));
  EXPECT_EQ(count[0], report.unlabelled);
  EXPECT_EQ(count[1], report.unchanged);
  EXPECT_EQ(count[2], report.changed);
  EXPECT_GT(report.changed, 0);
  std::int64_t pixels = 0;
  for (const SynthKind& kind : report.kinds) pixels += kind.pixels;
  EXPECT_EQ(pixels, report.changed);
  EXPECT_DOUBLE_EQ(report.changed_share, double(count[2]) / double(count[1] + count[2]));
}

TEST_F(SynthJob, RefusesWhatIsOutOfRange) {
  const auto refused = [&](auto&& set) {
    SynthOptions o = small("refused");
    set(o);
    EXPECT_THROW(run_synth(o, context()), UsageError);
    EXPECT_FALSE(fs::exists(o.folder));
  };
  refused([](SynthOptions& o) { o.width = 0; });
  refused([](SynthOptions& o) { o.band_count = 17; });
  refused([](SynthOptions& o) { o.type = PixelType::i16; });
  refused([](SynthOptions& o) { o.contrast = 0.0f; });
  refused([](SynthOptions& o) { o.clouds = 1.0f; });
  refused([](SynthOptions& o) { o.shift = {100.0, 0.0}; });
  refused([](SynthOptions& o) { o.tile_size = 100; });
  refused([](SynthOptions& o) { o.pixel_size = std::nanf(""); });
}

TEST_F(SynthJob, KeepsWhatExistsUnlessAsked) {
  SynthOptions o = small("twice");
  run_synth(o, context());
  const std::string first = hash_file((o.folder / "after.tif").string());
  o.seed = 2;
  EXPECT_THROW(run_synth(o, context()), OutputError);
  EXPECT_EQ(hash_file((o.folder / "after.tif").string()), first);
  o.overwrite = true;
  run_synth(o, context());
  EXPECT_NE(hash_file((o.folder / "after.tif").string()), first);
}

TEST_F(SynthJob, NeedsAParentFolderAndNoFileInItsPlace) {
  SynthOptions o = small("none/deeper");
  EXPECT_THROW(run_synth(o, context()), OutputError);
  o.folder = folder_ / "file";
  std::ofstream(o.folder) << "x";
  EXPECT_THROW(run_synth(o, context()), OutputError);
}

TEST_F(SynthJob, AStopLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  const SynthOptions o = small("stopped");
  try {
    run_synth(o, context(stop.get_token()));
    FAIL() << "the stop was not seen";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::interrupted);
  }
  EXPECT_FALSE(fs::exists(o.folder));
}

TEST_F(SynthJob, TakesOnePixel) {
  SynthOptions o = small("one");
  o.width = o.height = 1;
  o.nodata_border = false;
  o.clouds = 0.0f;
  const SynthReport report = run_synth(o, context());
  EXPECT_EQ(report.unchanged + report.changed, 1);
}

}  // namespace
}  // namespace groundshift
