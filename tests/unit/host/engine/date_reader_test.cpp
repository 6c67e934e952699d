// SPDX-License-Identifier: Apache-2.0
// A date's pixels on the output grid: at an offset, beyond its edges, and resampled in parts.
#include "host/engine/date_reader.hpp"

#include <gtest/gtest.h>

#include "host/engine/detect_plan.hpp"
#include "host/io/quality_bits.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr double kHole = 255.0;
/// One hole of one band, at (20, 20).
double value_at(int band, int x, int y) {
  if (band == 1 && x == 20 && y == 20) return kHole;
  return 1 + (7 * x + 13 * y + 50 * band) % 250;
}

class DateReaderTest : public ::testing::Test {
 protected:
  /// AFTER lies (east, south) pixels off BEFORE, both 40 x 30 pixels of one band.
  DetectPlan plan(double east, double south, std::vector<std::string> bands = {}) {
    SceneSpec spec;
    spec.width = 40;
    spec.height = 30;
    spec.band_count = 2;
    spec.creation_options = {};
    spec.nodata = kHole;
    write_scene(folder_ / "before.tif", spec, value_at);
    (*spec.geotransform)[0] += 10.0 * east;
    (*spec.geotransform)[3] -= 10.0 * south;
    write_scene(folder_ / "after.tif", spec, value_at);
    DetectOptions options;
    options.before = folder_ / "before.tif";
    options.after = folder_ / "after.tif";
    options.out = folder_ / "out.tif";
    options.before_bands = options.after_bands = std::move(bands);
    options.grid.choice = GridChoice::file;  // all of BEFORE's pixels, also where AFTER has none
    options.grid.file = options.before;
    options.grid.resampling = ResampleMethod::bilinear;
    options.resources.backend = BackendChoice::cpu;
    options.resources.threads = 1;
    return plan_detect(options, warnings_);
  }

  struct Read {
    std::vector<std::uint8_t> pixels, valid, reasons, scratch;
  };
  Read read(const DetectPlan& plan, const Window& window, const SourceShape& room) {
    Backend& backend = *plan.backend.backend;
    DateReader reader(plan.after, plan.type, make_unit_cache(plan.after, plan.type, 4), backend);
    const auto workspace = backend.make_workspace(workspace_shape(plan, room, window.width, window.height));
    const auto size = static_cast<std::size_t>(pixel_count(window));
    const SourceBuffer buffer(backend, room, plan.type, plan.band_count, static_cast<std::int64_t>(size));
    Read out{std::vector<std::uint8_t>(2 * size, 77), std::vector<std::uint8_t>(size, 1),
             std::vector<std::uint8_t>(size, 0), std::vector<std::uint8_t>(size)};
    out.valid.front() = 0;  // BEFORE's
    reader.read(window, *workspace, buffer,
                {reinterpret_cast<std::byte*>(out.pixels.data()), window.width, static_cast<std::ptrdiff_t>(size),
                 out.valid.data(), out.reasons.data(), out.scratch.data()});
    return out;
  }

  TemporaryFolder folder_;
  Warnings warnings_;
};

TEST_F(DateReaderTest, CopiesAtAnOffsetAndLeavesTheRestEmpty) {
  const DetectPlan p = plan(3, -2);
  ASSERT_EQ(p.after.place.relation, GridRelation::whole_pixels);
  const Window window{0, 0, 40, 30};
  const Read got = read(p, window, {});
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      const auto i = static_cast<std::size_t>(y * 40 + x);
      const bool inside = x >= 3 && y < 28, hole = x == 23 && y == 18;
      ASSERT_EQ(got.valid[i], inside && !hole ? 1 : 0) << x << "," << y;
      ASSERT_EQ(got.reasons[i], hole ? kNodataAfter : inside ? 0 : kOutsideOverlap) << x << "," << y;
      for (int b = 0; b < 2; ++b) {
        ASSERT_EQ(got.pixels[i + static_cast<std::size_t>(b) * 1200], inside ? value_at(b, x - 3, y + 2) : 0);
      }
    }
  }
}

TEST_F(DateReaderTest, AValidityThatIsGoneStaysGone) {
  const DetectPlan p = plan(0, 0);
  ASSERT_EQ(p.after.place.relation, GridRelation::equal);
  const Read got = read(p, {5, 6, 8, 4}, {});
  EXPECT_EQ(got.valid.front(), 0);
  EXPECT_EQ(got.reasons.front(), 0);  // of BEFORE, not of this date
  EXPECT_EQ(std::count(got.valid.begin(), got.valid.end(), 1), 31);
}

TEST_F(DateReaderTest, AWindowThatLiesElsewhereIsEmpty) {
  const DetectPlan p = plan(3, -2);
  const Read got = read(p, {100, 100, 4, 4}, {});
  EXPECT_EQ(std::count(got.valid.begin(), got.valid.end(), 0), 16);
  EXPECT_EQ(std::count(got.pixels.begin(), got.pixels.end(), 0), 32);
}

TEST_F(DateReaderTest, ResamplesTheSamePixelsInPartsAndAsAWhole) {
  const DetectPlan p = plan(0.5, 0.25);
  ASSERT_EQ(p.after.place.relation, GridRelation::resampled);
  const Window window{0, 0, 40, 30};
  const Read whole = read(p, window, {40, 30}), parts = read(p, window, {9, 7});
  EXPECT_EQ(whole.pixels, parts.pixels);
  EXPECT_EQ(whole.valid, parts.valid);
  EXPECT_EQ(whole.reasons, parts.reasons);
  // Output (20, 10) lies at (19.5, 9.75) of AFTER: means of two columns, three quarters of row 10.
  const auto mean = [](int y) { return (value_at(0, 19, y) + value_at(0, 20, y)) / 2; };
  EXPECT_EQ(whole.pixels[10 * 40 + 20], std::floor(0.25 * mean(9) + 0.75 * mean(10) + 0.5));
  EXPECT_EQ(whole.valid[10 * 40 + 20], 1);
  // The hole is the nearest pixel of one output pixel; its neighbours have more valid weight than half.
  EXPECT_EQ(whole.valid[20 * 40 + 20], 0);
  EXPECT_EQ(whole.reasons[20 * 40 + 20], kNodataAfter);
  EXPECT_EQ(whole.valid[20 * 40 + 21], 1);
  EXPECT_EQ(whole.reasons[20 * 40 + 21], 0);
  EXPECT_EQ(whole.valid[10 * 40], 0);  // x = -0.5 is AFTER's edge, within half a pixel; its nearest pixel is at -0.5
}

TEST_F(DateReaderTest, TheRoomPlannedForASlotHoldsItsTiles) {
  const DetectPlan p = plan(0.5, 0.25);
  const SourceShape room = source_shape(p.after, p.grid, 16, 16);
  EXPECT_GE(room.width, 18);
  EXPECT_LE(room.width, 16 + 2 * 2 + 12);
  EXPECT_TRUE(source_shape(p.before, p.grid, 16, 16).empty());
}

}  // namespace
}  // namespace groundshift::test
