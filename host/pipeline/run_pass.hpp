// SPDX-License-Identifier: Apache-2.0
// One pass over all tiles: workers that take a tile from its file to its result, and an ordered consumer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "host/base/progress.hpp"
#include "host/pipeline/slot.hpp"

namespace groundshift {

/// aim     : points a slot at tile i (cheap, called under a lock, in plan order)
/// read    : fills the slot
/// compute : works on the slot, on the thread that filled it, so that the pixels are still in its caches
/// workers : threads that read and compute, each tile by one of them
/// cores   : that they have; once there is a worker a core, they share no work (WorksAlone) while each has a tile
/// consume : takes the result; one thread (the caller's), tiles in plan order
struct Pass {
  std::string name;
  std::int64_t tile_count = 0;
  std::int64_t pixel_count = 0;
  int workers = 1, cores = 1;
  std::function<void(Slot&, std::int64_t)> aim;
  std::function<void(Slot&)> read;
  std::function<void(Slot&)> compute;
  std::function<void(Slot&)> consume;
};

/// Busy seconds are summed over the threads.
struct PassTiming {
  std::string name;
  std::int64_t tile_count = 0;
  std::int64_t pixel_count = 0;
  double wall_s = 0.0;
  double read_busy_s = 0.0;
  double compute_busy_s = 0.0;
  double consume_busy_s = 0.0;
  int runs = 1;  ///< passes of this name whose times are added up here
};

/// Runs a pass to its end. A worker takes the next tile together with a free slot, so tiles in flight are always the
/// next ones the consumer wants and no order of completion can starve it. The first exception of any stage stops all
/// threads, every one is joined, and it is rethrown. A stop request ends the pass with Error(interrupted).
PassTiming run_pass(const Pass& pass, std::span<Slot> slots, const JobContext& context);

}  // namespace groundshift
