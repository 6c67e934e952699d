// SPDX-License-Identifier: Apache-2.0
// What a process may use, and which backend it gets.
#include "host/engine/resources.hpp"

#include <sched.h>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

TEST(Resources, ThreadsFollowTheAffinityMask) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_GE(available_threads(), 1);
  EXPECT_LE(available_threads(), CPU_COUNT(&all));
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(available_threads(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

TEST(Resources, DefaultMemoryIsAtMostEightGib) {
  EXPECT_GT(default_memory_bytes(), 0);
  EXPECT_LE(default_memory_bytes(), std::int64_t{8} << 30);
}

TEST(Resources, ZeroMeansTheDefault) {
  ResourceOptions options;
  EXPECT_EQ(resolved(options).threads, available_threads());
  EXPECT_EQ(resolved(options).memory_bytes, default_memory_bytes());
  options.threads = 3;
  options.memory_bytes = 1 << 20;
  EXPECT_EQ(resolved(options).threads, 3);
  EXPECT_EQ(resolved(options).memory_bytes, 1 << 20);
}

TEST(Resources, PeakMemoryGrowsWithWhatIsTouched) {
  const std::int64_t before = peak_memory_bytes();
  std::vector<char> touched(std::size_t{64} << 20);
  std::memset(touched.data(), 1, touched.size());
  EXPECT_GE(peak_memory_bytes(), before);
  EXPECT_GE(peak_memory_bytes(), std::int64_t{64} << 20);
  EXPECT_EQ(touched[touched.size() / 2], 1);
}

TEST(ChooseBackend, GivesTheOneAskedForAndSaysWhy) {
  ResourceOptions options;
  options.threads = 1;
  options.backend = BackendChoice::cpu;
  const ChosenBackend cpu = choose_backend(options);
  EXPECT_EQ(cpu.backend->name(), "cpu");
  EXPECT_EQ(cpu.why, "asked for");
}

TEST(ChooseBackend, FallsBackToTheCpuWithTheReason) {
  if (!capabilities().devices.empty()) GTEST_SKIP() << "this machine has a CUDA device";
  ResourceOptions options;
  options.threads = 1;
  const ChosenBackend chosen = choose_backend(options);
  EXPECT_EQ(chosen.backend->name(), "cpu");
  EXPECT_NE(chosen.why.find(capabilities().cuda_unusable_because), std::string::npos);
  options.backend = BackendChoice::cuda;
  EXPECT_THROW(choose_backend(options), DeviceError);
}

TEST(BackendShelf, LendsOneBackendUntilAnotherIsAskedFor) {
  BackendShelf shelf;
  ResourceOptions options;
  options.threads = 1;
  options.backend = BackendChoice::cpu;
  const ChosenBackend first = shelf.choose(options);
  options.memory_bytes = 1 << 20;
  EXPECT_EQ(shelf.choose(options).backend, first.backend) << "a job's budget is its own";
  EXPECT_EQ(shelf.choose(options).why, "asked for");
  options.threads = 2;
  const ChosenBackend second = shelf.choose(options);
  EXPECT_NE(second.backend, first.backend);
  shelf.clear();
  EXPECT_NE(shelf.choose(options).backend, second.backend);
}

}  // namespace
}  // namespace groundshift
