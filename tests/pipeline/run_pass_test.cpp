// SPDX-License-Identifier: Apache-2.0
// A pass without faults: every tile once, results in plan order, slots bound what is in flight, who shares its work.
#include "host/pipeline/run_pass.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "kernels/api/works_alone.hpp"
#include "tests/pipeline/pass_rig.hpp"

namespace groundshift::test {
namespace {

std::vector<std::int64_t> counted(std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<std::int64_t> squares(std::int64_t count) {
  std::vector<std::int64_t> all = counted(count);
  for (std::int64_t& v : all) v *= v;
  return all;
}

/// Gives way a number of times that depends on tile and stage alone, so that threads finish in a mixed-up order.
void dawdle(std::int64_t tile, std::uint32_t stage) {
  std::mt19937 random(static_cast<std::uint32_t>(tile) * 31u + stage);
  for (auto i = random() % 200; i > 0; --i) std::this_thread::yield();
}

using Shape = std::tuple<int, int>;  // slots, workers
class RunPassShape : public ::testing::TestWithParam<Shape> {};

TEST_P(RunPassShape, ConsumesEveryTileInPlanOrder) {
  const auto [slots, workers] = GetParam();
  constexpr std::int64_t kTiles = 120;
  PassRig rig(kTiles, slots, workers);
  rig.on_read = [](std::int64_t tile) { dawdle(tile, 1); };
  rig.on_compute = [](std::int64_t tile) { dawdle(tile, 2); };
  rig.on_consume = [](std::int64_t tile) { dawdle(tile, 3); };
  rig.run();
  EXPECT_EQ(rig.aimed, counted(kTiles));
  EXPECT_EQ(rig.consumed, counted(kTiles));
  EXPECT_EQ(rig.results, squares(kTiles));
  EXPECT_LE(rig.most_in_flight, slots);
  EXPECT_TRUE(rig.joined);
}

std::string name_of_shape(const ::testing::TestParamInfo<Shape>& shape) {
  const auto [slots, workers] = shape.param;
  return "S" + std::to_string(slots) + "W" + std::to_string(workers);
}

INSTANTIATE_TEST_SUITE_P(Shapes, RunPassShape,
                         ::testing::Values(Shape{1, 1}, Shape{1, 4}, Shape{2, 3}, Shape{3, 1}, Shape{6, 4},
                                           Shape{300, 2}, Shape{5, 16}),
                         name_of_shape);

TEST(RunPass, EndsAtOnceWithoutTiles) {
  PassRig rig(0, 2, 3);
  const PassTiming timing = rig.run();
  EXPECT_TRUE(rig.aimed.empty());
  EXPECT_EQ(timing.tile_count, 0);
  EXPECT_TRUE(rig.joined);
}

TEST(RunPass, TakesMoreThreadsThanTiles) {
  PassRig rig(2, 8, 12);
  rig.run();
  EXPECT_EQ(rig.consumed, counted(2));
  EXPECT_TRUE(rig.joined);
}

TEST(RunPass, HoldsLaterTilesUntilTheFirstIsDone) {
  PassRig rig(4, 4, 4);
  Gate others_done;
  std::atomic<int> others{0};
  rig.on_compute = [&](std::int64_t tile) {
    if (tile == 0) {
      others_done.wait();
    } else if (++others == 3) {
      others_done.open();
    }
  };
  rig.run();
  EXPECT_EQ(rig.consumed, counted(4));
}

TEST(RunPass, ASlowConsumerStopsTheWorkers) {
  constexpr int kSlots = 3;
  PassRig rig(12, kSlots, 4);
  Gate all_slots_taken;
  rig.on_aim = [&](std::int64_t tile) {
    if (tile == kSlots - 1) all_slots_taken.open();
  };
  rig.on_consume = [&](std::int64_t tile) {
    all_slots_taken.wait();
    dawdle(tile, 9);
    EXPECT_LE(rig.in_flight, kSlots);
    EXPECT_EQ(rig.most_in_flight, kSlots);
  };
  rig.run();
  EXPECT_EQ(rig.most_in_flight, kSlots);
  EXPECT_EQ(rig.consumed, counted(12));
}

class CountingProgress final : public Progress {
 public:
  void begin(std::string_view what, std::int64_t total_pixels) override {
    name = what;
    total = total_pixels;
  }
  void advance(std::int64_t pixels) override { done += pixels; }
  void end() override { ended = true; }
  std::string name;
  std::int64_t total = -1, done = 0;
  bool ended = false;
};

TEST(RunPass, TellsProgressAndTime) {
  PassRig rig(7, 2, 2);
  CountingProgress progress;
  rig.progress = &progress;
  const PassTiming timing = rig.run();
  EXPECT_EQ(progress.name, "rig");
  EXPECT_EQ(progress.total, 7);
  EXPECT_EQ(progress.done, 7);
  EXPECT_TRUE(progress.ended);
  EXPECT_EQ(timing.name, "rig");
  EXPECT_EQ(timing.tile_count, 7);
  EXPECT_EQ(timing.pixel_count, 7);
  EXPECT_GT(timing.wall_s, 0.0);
  EXPECT_GT(timing.read_busy_s, 0.0);
  EXPECT_GT(timing.compute_busy_s, 0.0);
  EXPECT_GT(timing.consume_busy_s, 0.0);
}

TEST(RunPass, RefusesAPassThatCannotMove) {
  EXPECT_THROW(PassRig(1, 0, 1).run(), std::logic_error);
  EXPECT_THROW(PassRig(1, 1, 0).run(), std::logic_error);
}

/// Of each tile, whether its worker worked alone.
std::vector<bool> alone_of(std::int64_t tiles, int workers, int cores) {
  std::vector<bool> alone(static_cast<std::size_t>(tiles));
  std::vector<Slot> slots(static_cast<std::size_t>(workers) + 1);
  std::mutex mutex;
  Pass pass;
  pass.name = "test";
  pass.tile_count = tiles;
  pass.workers = workers;
  pass.cores = cores;
  pass.aim = [](Slot& slot, std::int64_t tile) { slot.tile_index = tile; };
  pass.read = [](Slot&) {};
  pass.compute = [&](Slot& slot) {
    const std::lock_guard lock(mutex);
    alone[static_cast<std::size_t>(slot.tile_index)] = WorksAlone::here();
  };
  pass.consume = [](Slot&) { EXPECT_FALSE(WorksAlone::here()); };
  SilentProgress progress;
  Warnings warnings;
  run_pass(pass, slots, {&progress, &warnings, {}});
  return alone;
}

TEST(RunPass, WorkersAreAloneWhileTilesAreLeftForAll) {
  EXPECT_EQ(alone_of(6, 2, 2), (std::vector<bool>{true, true, true, true, true, false}));
  EXPECT_EQ(alone_of(5, 3, 2), (std::vector<bool>{true, true, true, false, false}));
  EXPECT_EQ(alone_of(2, 1, 1), (std::vector<bool>{true, true}));
}

TEST(RunPass, FewTilesOrWorkersShareTheCores) {
  EXPECT_EQ(alone_of(1, 2, 2), std::vector<bool>{false});
  EXPECT_EQ(alone_of(4, 1, 2), std::vector<bool>(4, false));
  EXPECT_EQ(alone_of(4, 2, 3), std::vector<bool>(4, false));
}

}  // namespace
}  // namespace groundshift::test
