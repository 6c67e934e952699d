// SPDX-License-Identifier: Apache-2.0
// The hand-over between stages: order, close, abandon, many threads.
#include "host/pipeline/bounded_queue.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

TEST(BoundedQueue, HandsOutInOrder) {
  BoundedQueue<int> queue;
  for (int i = 0; i < 5; ++i) queue.push(i);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.pop(), i);
}

TEST(BoundedQueue, AfterCloseGivesWhatIsLeftThenNothing) {
  BoundedQueue<int> queue;
  queue.push(1);
  queue.push(2);
  queue.close();
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, AbandonDropsWhatIsLeft) {
  BoundedQueue<std::shared_ptr<int>> queue;
  const auto item = std::make_shared<int>(7);
  queue.push(item);
  queue.abandon();
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(item.use_count(), 1);
}

TEST(BoundedQueue, TakesNothingAfterAbandon) {
  BoundedQueue<int> queue;
  queue.abandon();
  queue.push(3);  // a reader that was under way when another stage failed
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, MovesWhatCannotBeCopied) {
  BoundedQueue<std::unique_ptr<int>> queue;
  queue.push(std::make_unique<int>(42));
  EXPECT_EQ(**queue.pop(), 42);
}

TEST(BoundedQueue, CloseWakesEveryWaitingThread) {
  BoundedQueue<int> queue;
  std::atomic<int> ended{0};
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      EXPECT_EQ(queue.pop(), std::nullopt);
      ++ended;
    });
  }
  queue.close();
  waiting.clear();
  EXPECT_EQ(ended, 4);
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenManyThreads) {
  constexpr int kThreads = 4, kEach = 2000;
  BoundedQueue<int> queue;
  std::atomic<std::int64_t> sum{0}, count{0};
  {
    std::vector<std::jthread> takers;
    for (int i = 0; i < kThreads; ++i) {
      takers.emplace_back([&] {
        while (const auto item = queue.pop()) {
          sum += *item;
          ++count;
        }
      });
    }
    {
      std::vector<std::jthread> givers;
      for (int g = 0; g < kThreads; ++g) {
        givers.emplace_back([&queue, g] {
          for (int i = 0; i < kEach; ++i) queue.push(g * kEach + i);
        });
      }
    }
    queue.close();
  }
  constexpr std::int64_t kAll = kThreads * kEach;
  EXPECT_EQ(count, kAll);
  EXPECT_EQ(sum, kAll * (kAll - 1) / 2);
}

}  // namespace
}  // namespace groundshift
