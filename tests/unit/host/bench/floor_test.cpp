// SPDX-License-Identifier: Apache-2.0
// The floor of a job, on numbers that can be added up by hand.
#include "host/bench/floor.hpp"

#include <gtest/gtest.h>

namespace groundshift {
namespace {

/// 800 bytes of pixels, 400 stored, 100 pixels of 9 bytes a pair, a heatmap of 40 bytes.
JobWork small_work() {
  JobWork work;
  work.stored_bytes = 400;
  work.raw_bytes = work.decoded_bytes = 800;
  work.pair_bytes = 9;
  work.passes = {{"statistics", 100}, {"score", 100}};
  work.output_bytes = 20;
  work.heatmap_bytes = 40;
  return work;
}

Limits round_limits() {
  Limits limits;
  limits.unpack = Rates{50, 100};
  limits.pack = Rates{5, 10};
  limits.decode = {25, 40};
  limits.triad = {1000, 2000};
  limits.fresh_memory = {30, 50};
  limits.hash = {6, 12};
  limits.storage = {200.0, 100.0, 40.0};
  limits.kernels = {{10, 20}, {5, 10}, {4, 8}, {12, 25}, {40, 50}};
  return limits;
}

double term(const Floor& floor, const std::string& name) {
  for (const Floor::Term& t : floor.terms) {
    if (t.resource == name) return t.seconds;
  }
  return -1.0;
}

TEST(Floor, OfTheCpuAddsWhatTheCoresDoAndTakesTheSlowestResource) {
  const Floor floor = floor_of(small_work(), round_limits());
  EXPECT_DOUBLE_EQ(term(floor, "cores"),
                   800 / 100.0 + 100 / 20.0 + 100 / 50.0 + 40 / 10.0 + 400 / 200.0);  // 8 + 5 + 2 + 4 + 2
  EXPECT_DOUBLE_EQ(term(floor, "memory"), (800 + 200 * 9 + 40) / 2000.0);
  EXPECT_DOUBLE_EQ(term(floor, "write"), 0.5);
  EXPECT_DOUBLE_EQ(term(floor, "scratch"), 0.0);
  EXPECT_DOUBLE_EQ(term(floor, "copy in"), -1.0);
  EXPECT_DOUBLE_EQ(floor.seconds, 21.0);
  EXPECT_EQ(floor.resource, "cores");
}

TEST(Floor, FollowsThePlanAndNotWhatTheRunDecodedBeyondIt) {
  JobWork work = small_work();
  work.decoded_bytes = 5000;
  EXPECT_DOUBLE_EQ(floor_of(work, round_limits()).seconds, 21.0);
  work.decodes = 2.0;
  EXPECT_DOUBLE_EQ(floor_of(work, round_limits()).seconds, 21.0 + 8.0 + 2.0);  // decoded and read once more
}

TEST(Floor, OfADeviceLeavesDecodeAndEncodeToTheCores) {
  JobWork work = small_work();
  work.on_device = true;
  Limits limits = round_limits();
  limits.device = DeviceRates{16.0, 8.0, 100.0};
  const Floor floor = floor_of(work, limits);
  EXPECT_DOUBLE_EQ(term(floor, "cores"), 14.0);
  EXPECT_DOUBLE_EQ(term(floor, "device"), 7.0);
  EXPECT_DOUBLE_EQ(term(floor, "copy in"), 50.0);
  EXPECT_DOUBLE_EQ(term(floor, "copy out"), 5.0);
  EXPECT_EQ(floor.resource, "copy in");
  work.decoded_there = true;
  const Floor decoded_there = floor_of(work, limits);
  EXPECT_DOUBLE_EQ(term(decoded_there, "cores"), 6.0);
  EXPECT_DOUBLE_EQ(term(decoded_there, "copy in"), double(work.stored_bytes) / 16.0);
}

TEST(Floor, CountsTheMemoryThatKeptTilesTakeWhereTheHostHoldsThem) {
  JobWork work = small_work();
  work.kept_bytes = 900;
  EXPECT_DOUBLE_EQ(term(floor_of(work, round_limits()), "cores"), 21.0 + 900 / 50.0);
  work.on_device = true;
  EXPECT_DOUBLE_EQ(term(floor_of(work, round_limits()), "cores"), 14.0);
}

TEST(Floor, CountsTheHashOfTheHeatmapsPixels) {
  JobWork work = small_work();
  work.hashed_bytes = 36;
  EXPECT_DOUBLE_EQ(term(floor_of(work, round_limits()), "cores"), 21.0 + 36 / 12.0);
}

TEST(Floor, CountsScratchOnceWrittenAndAsOftenAsItWasRead) {
  JobWork work = small_work();
  work.scratch_bytes = 1000;
  work.scratch_reads = 3;
  EXPECT_DOUBLE_EQ(term(floor_of(work, round_limits()), "scratch"), 4000 / 200.0);
}

TEST(Floor, WithoutTheCodecApartTakesTheSourceAndPacksForNothing) {
  Limits limits = round_limits();
  limits.unpack.reset();
  limits.pack.reset();
  const Floor floor = floor_of(small_work(), limits);
  EXPECT_DOUBLE_EQ(term(floor, "cores"), 800 / 40.0 + 5.0 + 2.0 + 2.0);
}

TEST(KernelRate, IsThatOfWhatAPassAsks) {
  const KernelRates kernels = round_limits().kernels;
  EXPECT_EQ(kernel_rate(kernels, "statistics"), 20);
  EXPECT_EQ(kernel_rate(kernels, "irmad"), 10);
  EXPECT_EQ(kernel_rate(kernels, "score"), 50);
  EXPECT_EQ(kernel_rate(kernels, "null"), 25);
  EXPECT_DOUBLE_EQ(kernel_rate(kernels, "contextual"), 2.0 / (1.0 / 8 + 1.0 / 25));
  EXPECT_EQ(kernel_rate(kernels, "huber"), 0) << "not measured: counts nothing";
}

}  // namespace
}  // namespace groundshift
