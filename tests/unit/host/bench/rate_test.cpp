// SPDX-License-Identifier: Apache-2.0
// Medians, and rounds in which every thread works.
#include "host/bench/rate.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(median({3.0}), 3.0);
  EXPECT_EQ(median({9.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median({8.0, 1.0, 2.0, 4.0}), 3.0);
  EXPECT_THROW(median({}), std::logic_error);
}

TEST(RateOf, RunsEveryThreadInEveryRoundAndOneRoundMore) {
  std::atomic<int> calls[3] = {};
  const double rate = rate_of(3, 300.0, [&](int t) { ++calls[t]; });
  EXPECT_GT(rate, 0.0);
  for (const auto& count : calls) EXPECT_EQ(count, 4);
}

TEST(RateOf, IsAmountOverTime) {
  const auto work = [](int) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    while (std::chrono::steady_clock::now() < end) {
    }
  };
  const double rate = rate_of(1, 20.0, work);
  EXPECT_LE(rate, 1000.0);
  EXPECT_GT(rate, 20.0) << "20 units in 20 ms, on a machine fifty times too busy";
}

TEST(RateOf, TellsWhatItsWorkThrows) {
  EXPECT_THROW(rate_of(2, 1.0,
                       [](int t) {
                         if (t == 1) throw std::runtime_error("broken");
                       }),
               std::runtime_error);
}

}  // namespace
}  // namespace groundshift
