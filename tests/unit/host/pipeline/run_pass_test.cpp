// SPDX-License-Identifier: Apache-2.0
// Who shares its work: a worker whose fellows have nothing left, and one that has cores to itself.
#include "host/pipeline/run_pass.hpp"

#include <mutex>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/api/works_alone.hpp"

namespace groundshift {
namespace {

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
}  // namespace groundshift
