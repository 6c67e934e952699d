// SPDX-License-Identifier: Apache-2.0
// Warnings are counted, bounded and safe between threads; a stop is an error of its own kind.
#include "host/base/progress.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

TEST(Warnings, CountsEqualOnesInOrderOfFirstAppearance) {
  Warnings warnings;
  warnings.add("b", "second letter");
  warnings.add("a", "first letter", 5);
  warnings.add("b", "second letter", 2);
  warnings.add("b", "another");
  const auto list = warnings.list();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].code + list[0].message, "bsecond letter");
  EXPECT_EQ(list[0].count, 3);
  EXPECT_EQ(list[1].count, 5);
  EXPECT_EQ(list[2].message, "another");
}

TEST(Warnings, KeepsTwentyMessagesOfACodeAndCountsTheRest) {
  Warnings warnings;
  for (int i = 0; i < 100; ++i) warnings.add("damaged", "block " + std::to_string(i));
  warnings.add("other", "still heard");
  const auto list = warnings.list();
  ASSERT_EQ(list.size(), 21u);
  std::int64_t damaged = 0;
  for (const Warning& w : list) damaged += w.code == "damaged" ? w.count : 0;
  EXPECT_EQ(damaged, 100);
  EXPECT_EQ(list.back().code, "other");
}

TEST(Warnings, LoseNothingBetweenThreads) {
  Warnings warnings;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) warnings.add("c", i % 2 == 0 ? "even" : "odd");
      });
    }
  }
  ASSERT_EQ(warnings.list().size(), 2u);
  EXPECT_EQ(warnings.list()[0].count, 1000);
  EXPECT_EQ(warnings.list()[1].count, 1000);
}

TEST(ThrowIfStopped, ThrowsInterruptedAfterTheRequest) {
  std::stop_source stop;
  EXPECT_NO_THROW(throw_if_stopped(stop.get_token()));
  EXPECT_NO_THROW(throw_if_stopped({}));
  stop.request_stop();
  try {
    throw_if_stopped(stop.get_token());
    FAIL() << "the stop was not heard";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::interrupted);
  }
}

}  // namespace
}  // namespace groundshift
