// SPDX-License-Identifier: Apache-2.0
// Every index once, whatever the threads; failures and stops reach the caller.
#include "host/base/parallel_for.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

TEST(ForEachWindow, CallsEveryIndexOnceWithAWorkerInRange) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> calls(57);
    std::atomic<bool> in_range{true};
    parallel_for(57, threads, {}, [&](std::int64_t i, int worker) {
      ++calls[static_cast<std::size_t>(i)];
      if (worker < 0 || worker >= threads) in_range = false;
    });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
    EXPECT_TRUE(in_range);
  }
}

TEST(ForEachWindow, TheCallerBeginsWithTheFirst) {
  for (int round = 0; round < 200; ++round) {
    std::thread::id first;
    parallel_for(3, 3, {}, [&](std::int64_t i, int) {
      if (i == 0) first = std::this_thread::get_id();
    });
    ASSERT_EQ(first, std::this_thread::get_id());
  }
}

TEST(ForEachWindow, NothingToDoIsNoError) {
  parallel_for(0, 3, {}, [](std::int64_t, int) { FAIL(); });
}

TEST(ForEachWindow, TheLowestFailureIsTold) {
  for (const int threads : {1, 4}) {
    try {
      parallel_for(100, threads, {}, [](std::int64_t i, int) {
        if (i >= 3) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "nothing thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string(error.what()), "3");
    }
  }
}

TEST(ForEachWindow, AStopIsAnInterruption) {
  std::stop_source stop;
  int calls = 0;
  try {
    parallel_for(10, 1, stop.get_token(), [&](std::int64_t i, int) {
      ++calls;
      if (i == 2) stop.request_stop();
    });
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace groundshift
