// SPDX-License-Identifier: Apache-2.0
// Plan, caches, slots, stages and the CPU backend together on rasters without files: same bits whatever the cut.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "host/io/unit_cache.hpp"
#include "host/pipeline/run_pass.hpp"
#include "tests/pipeline/memory_source.hpp"

namespace groundshift::test {
namespace {

constexpr std::int32_t kWidth = 611, kHeight = 547, kBands = 3, kSmooth = 5, kHalo = kSmooth / 2;

struct Cut {
  std::int32_t tile = 256;
  int threads = 1;
  std::int64_t memory_bytes = std::int64_t{1} << 28;
};

/// What AFTER has on top of BEFORE in every band, so that the difference score of a pixel is known.
int change_at(std::int32_t x, std::int32_t y) { return (x * y + 3 * x) % 19; }

struct Pair {
  MemorySource before{kWidth, kHeight, kBands, PixelType::u16, 256, 256};
  MemorySource after{kWidth, kHeight, kBands, PixelType::u16, kWidth, 256};  // in strips
  Pair() {
    after.added = change_at;
    before.hole = [](std::int32_t x, std::int32_t y) { return x % 97 == 5 && y % 3 == 0; };
    after.hole = [](std::int32_t x, std::int32_t y) { return y >= 256 && y < 270 && x < 300; };
  }
  bool valid(std::int32_t x, std::int32_t y) const { return !before.hole(x, y) && !after.hole(x, y); }
};

struct Outcome {
  std::vector<float> score;
  std::int64_t counted_pixels = 0;
  TilePlan plan;
};

Outcome run_job(Pair& pair, const Cut& cut) {
  PlanRequest request;
  request.width = kWidth;
  request.height = kHeight;
  request.halo = kHalo;
  request.type = PixelType::u16;
  request.band_count = kBands;
  request.before = {pair.before.unit_width(), pair.before.unit_height(), 0};
  request.after = {pair.after.unit_width(), pair.after.unit_height(), 0};
  request.tile = cut.tile;
  request.threads = cut.threads;
  request.memory_bytes = cut.memory_bytes;
  Outcome out;
  out.plan = plan_tiles(request);
  const auto backend = make_cpu_backend(cut.threads);
  std::vector<Slot> slots =
      make_slots(*backend, out.plan, {PixelType::u16, kBands, out.plan.slot.width, out.plan.slot.height, kHalo});
  const TileSet tiles = tiles_of(out.plan, kHalo);
  UnitCache before(pair.before, kBands, PixelType::u16, out.plan.before_units);
  UnitCache after(pair.after, kBands, PixelType::u16, out.plan.after_units);
  ScoreTerm term;
  term.kind = ScoreKind::difference;
  term.fits.assign(kBands, BandFit{});
  const ScoreRecipe recipe{{term}, {kSmooth}};
  out.score.assign(static_cast<std::size_t>(kWidth) * kHeight, -1.0f);

  Pass pass;
  pass.name = "score";
  pass.tile_count = static_cast<std::int64_t>(out.plan.tiles.size());
  pass.pixel_count = std::int64_t{kWidth} * kHeight;
  pass.workers = out.plan.workers;
  pass.aim = [&](Slot& slot, std::int64_t tile) {
    aim(slot, tiles, tile, slot.pixels(), kWidth, kHeight, PixelType::u16, kBands);
  };
  pass.read = [&](Slot& slot) {
    const PairTile& t = slot.tile;
    const Window window{slot.core.x - t.core.x, slot.core.y - t.core.y, t.width, t.height};
    std::fill_n(slot.valid, t.row_pitch * t.height, std::uint8_t{1});
    before.read(window, slot.before, t.row_pitch, t.band_pitch, slot.valid);
    after.read(window, slot.after, t.row_pitch, t.band_pitch, slot.valid);
  };
  pass.compute = [&](Slot& slot) {
    backend->gram(*slot.workspace, slot.tile, GramRecipe{}, slot.gram);
    backend->score(*slot.workspace, slot.tile, recipe, slot.score);
  };
  pass.consume = [&](Slot& slot) {
    out.counted_pixels += slot.gram.count;
    for (std::int32_t y = 0; y < slot.core.height; ++y) {
      std::copy_n(slot.score.row(y), slot.core.width, &out.score[std::size_t(slot.core.y + y) * kWidth + slot.core.x]);
    }
  };
  SilentProgress progress;
  Warnings warnings;
  run_pass(pass, slots, {&progress, &warnings, {}});
  return out;
}

/// Mean of the change over the valid pixels of the window, in double.
double expected_score(const Pair& pair, std::int32_t cx, std::int32_t cy) {
  double sum = 0.0;
  int count = 0;
  for (std::int32_t y = std::max(0, cy - kHalo); y <= std::min(kHeight - 1, cy + kHalo); ++y) {
    for (std::int32_t x = std::max(0, cx - kHalo); x <= std::min(kWidth - 1, cx + kHalo); ++x) {
      if (!pair.valid(x, y)) continue;
      sum += change_at(x, y);
      ++count;
    }
  }
  return sum / count;
}

TEST(MemoryJob, GivesTheSmoothedChange) {
  Pair pair;
  const Outcome out = run_job(pair, {256, 2});
  std::int64_t valid = 0;
  for (std::int32_t y = 0; y < kHeight; ++y) {
    for (std::int32_t x = 0; x < kWidth; ++x) {
      const float score = out.score[std::size_t(y) * kWidth + x];
      ASSERT_EQ(std::isnan(score), !pair.valid(x, y)) << x << "," << y;
      if (!pair.valid(x, y)) continue;
      ++valid;
      // Up to 25 float additions of values below 19: an error of 1e-5 at most.
      ASSERT_NEAR(score, expected_score(pair, x, y), 2e-5) << x << "," << y;
    }
  }
  EXPECT_EQ(out.counted_pixels, valid);
}

using CutParameter = std::tuple<std::int32_t, int, std::int64_t>;
class MemoryJobCut : public ::testing::TestWithParam<CutParameter> {};

TEST_P(MemoryJobCut, GivesTheBitsOfTheWhole) {
  const auto [tile, threads, memory] = GetParam();
  Pair pair;
  const Outcome whole = run_job(pair, {kWholeTile, 1});
  const Outcome cut = run_job(pair, {tile, threads, memory});
  ASSERT_EQ(whole.plan.tiles.size(), 1u);
  EXPECT_EQ(std::memcmp(cut.score.data(), whole.score.data(), whole.score.size() * sizeof(float)), 0);
  EXPECT_EQ(cut.counted_pixels, whole.counted_pixels);
}

constexpr std::int64_t kAmple = std::int64_t{1} << 28, kScarce = std::int64_t{14} << 20;
INSTANTIATE_TEST_SUITE_P(Cuts, MemoryJobCut,
                         ::testing::Values(CutParameter{256, 1, kAmple}, CutParameter{256, 4, kAmple},
                                           CutParameter{512, 3, kAmple}, CutParameter{256, 1, kScarce}));

}  // namespace
}  // namespace groundshift::test
