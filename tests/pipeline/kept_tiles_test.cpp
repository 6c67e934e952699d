// SPDX-License-Identifier: Apache-2.0
// Decoded tiles between passes: decoded once, spilled within the budget, nothing left of the scratch file.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/pipeline/detect_in_process.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/small_filesystem.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

class KeptTiles : public ::testing::Test {
 protected:
  static constexpr int kSide = 1536, kBands = 3;
  static constexpr std::int64_t kDateBytes = std::int64_t{kSide} * kSide * (kBands * 2 + 1);  // pixels and validity

  void SetUp() override {
    SceneSpec spec;
    spec.width = spec.height = kSide;
    spec.band_count = kBands;
    spec.type = GDT_UInt16;
    spec.creation_options = {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=LZW"};
    for (const int date : {1, 2}) {
      write_scene(folder_ / (date == 1 ? "before.tif" : "after.tif"), spec, [date](int b, int x, int y) {
        const double change = date == 2 && x > 300 && x < 700 && y > 400 && y < 900 ? 3000.0 + 400.0 * b : 0.0;
        return 200.0 + 40.0 * texture(1, b, x, y) + 9.0 * texture(static_cast<std::uint64_t>(date), b, x, y) + change;
      });
    }
    options_ = detect_options(folder_ / "before.tif", folder_ / "after.tif", folder_ / "out.tif");
    options_.method.scores = {ScoreName::irmad};
    options_.method.smooth = {1};
    options_.resources.threads = 2;
    options_.resources.tile = 256;
    options_.overwrite = true;
  }

  DetectResult run_with(std::int64_t memory_bytes) {
    options_.resources.memory_bytes = memory_bytes;
    return run(options_);
  }

  TemporaryFolder folder_;
  DetectOptions options_;
};

TEST_F(KeptTiles, InMemoryAreDecodedOnce) {
  const DetectResult result = run_with(std::int64_t{1} << 30);
  EXPECT_GE(result.fit.irmad->passes, 2);
  ASSERT_TRUE(result.fit.warm_start.has_value());
  EXPECT_GT(result.fit.warm_start->iterations, 2);
  EXPECT_EQ(result.residency.scratch_bytes, 0);
  EXPECT_GE(result.residency.resident_bytes, kDateBytes);
  EXPECT_EQ(result.decoded_bytes_before, kDateBytes);
  EXPECT_EQ(result.decoded_bytes_after, kDateBytes);
}

TEST_F(KeptTiles, BeyondTheBudgetAreSpilledAndScoreTheSame) {
  const DetectResult rich = run_with(std::int64_t{1} << 30);
  const DetectResult poor = run_with(48 * kMiB);
  EXPECT_GT(poor.residency.scratch_bytes, 0);
  EXPECT_LE(poor.residency.resident_bytes, 48 * kMiB);
  EXPECT_EQ(poor.decoded_bytes_before, kDateBytes);
  EXPECT_EQ(poor.products.front().pixel_hash, rich.products.front().pixel_hash);
  EXPECT_EQ(poor.fit.irmad->rho, rich.fit.irmad->rho);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_EQ(entry.path().string().find("scratch"), std::string::npos);
  }
}

TEST_F(KeptTiles, ForOneMorePassAreNoneWhereFewFit) {
  options_.method.scores = {ScoreName::cva};
  options_.method.normalize = NormalizationKind::regression;
  const DetectResult all = run_with(std::int64_t{1} << 30), some = run_with(40 * kMiB), none = run_with(24 * kMiB);
  EXPECT_EQ(all.decoded_bytes_before, kDateBytes);
  EXPECT_LT(all.residency.resident_bytes, 2 * kDateBytes * 9 / 10);  // in fewer bits than 16
  EXPECT_GT(some.residency.resident_bytes, 0);
  EXPECT_GT(some.decoded_bytes_before, kDateBytes);
  EXPECT_LT(some.decoded_bytes_before, 2 * kDateBytes);
  EXPECT_EQ(none.residency.resident_bytes, 0);
  EXPECT_EQ(none.decoded_bytes_before, 2 * kDateBytes);
  EXPECT_EQ(all.residency.scratch_bytes + some.residency.scratch_bytes + none.residency.scratch_bytes, 0);
  EXPECT_EQ(some.products.front().pixel_hash, all.products.front().pixel_hash);
  EXPECT_EQ(none.products.front().pixel_hash, all.products.front().pixel_hash);
}

TEST_F(KeptTiles, AreMadeOfTheBlocksThatTheShiftWasMeasuredOn) {
  options_.align.on = true;
  for (const AlignMode mode : {AlignMode::automatic, AlignMode::local}) {
    options_.align.mode = mode;
    const DetectResult rich = run_with(std::int64_t{1} << 30);
    EXPECT_EQ(rich.decoded_bytes_before, kDateBytes);  // shifts, statistics and scores together
    EXPECT_EQ(rich.decoded_bytes_after, kDateBytes);
    const DetectResult poor = run_with(40 * kMiB);
    EXPECT_GT(poor.decoded_bytes_before, kDateBytes);
    EXPECT_EQ(poor.products.front().pixel_hash, rich.products.front().pixel_hash);
  }
}

TEST_F(KeptTiles, OfASampleAreTheSameWhateverTheTile) {
  options_.method.fit_pixels = 3 * kCellSize * kCellSize;
  const DetectResult small = run_with(std::int64_t{1} << 30);
  options_.resources.tile = kWholeTile;
  const DetectResult whole = run_with(std::int64_t{1} << 30);
  EXPECT_TRUE(small.fit.sample.sampled);
  EXPECT_EQ(small.fit.sample.cells, 3);
  EXPECT_EQ(small.fit.sample.cells_of_grid, 36);
  EXPECT_EQ(small.fit.irmad->rho, whole.fit.irmad->rho);
  EXPECT_EQ(small.products.front().pixel_hash, whole.products.front().pixel_hash);
  EXPECT_LE(small.decoded_bytes_before, 2 * kDateBytes);
}

TEST_F(KeptTiles, WithoutRoomInTheScratchFolderEndTheRunAndLeaveNothing) {
  std::filesystem::create_directory(folder_ / "small");
  const SmallFilesystem small(folder_ / "small", kMiB);
  if (!small.problem().empty()) GTEST_SKIP() << small.problem();
  options_.scratch = folder_ / "small";
  options_.format = RasterFormat::gtiff;
  try {
    run_with(48 * kMiB);
    FAIL() << "kept more tiles than there is room for";
  } catch (const OutputError& e) {
    EXPECT_THAT(describe(e), ::testing::HasSubstr("--scratch"));
  }
  EXPECT_FALSE(std::filesystem::exists(options_.out));
}

}  // namespace
}  // namespace groundshift::test
