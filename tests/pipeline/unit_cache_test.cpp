// SPDX-License-Identifier: Apache-2.0
// The cache of decoded units between one raster and many readers: values, single flight, room, failure.
#include "host/io/unit_cache.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/pipeline/memory_source.hpp"
#include "tests/pipeline/pass_rig.hpp"

namespace groundshift::test {
namespace {

constexpr std::int32_t kWidth = 700, kHeight = 610, kBands = 2, kUnit = 256;

MemorySource source_of(PixelType type = PixelType::u16) { return {kWidth, kHeight, kBands, type, kUnit, kUnit}; }

/// Reads a window through the cache into a wider buffer and compares every pixel with the formula.
::testing::AssertionResult reads_right(UnitCache& cache, const MemorySource& source, const Window& w) {
  const std::ptrdiff_t row_pitch = w.width + 5, band_pitch = row_pitch * w.height + 3;
  std::vector<std::uint16_t> pixels(static_cast<std::size_t>(band_pitch) * kBands, 9999);
  std::vector<std::uint8_t> valid(static_cast<std::size_t>(row_pitch) * w.height, 1);
  valid[0] = 0;  // invalid on the other date already: stays so
  cache.read(w, pixels.data(), row_pitch, band_pitch, valid.data());
  for (std::int32_t y = 0; y < w.height; ++y) {
    for (std::int32_t x = 0; x < row_pitch; ++x) {
      const bool inside = x < w.width;
      const bool hole = inside && source.hole && source.hole(w.x + x, w.y + y);
      const bool expected_valid = !hole && !(x == 0 && y == 0);
      if ((valid[y * row_pitch + x] != 0) != expected_valid)
        return ::testing::AssertionFailure() << "validity at " << x << "," << y;
      for (int b = 0; b < kBands; ++b) {
        const int expected = inside ? formula(b, w.x + x, w.y + y) : 9999;
        const int got = pixels[b * band_pitch + y * row_pitch + x];
        if (got != expected)
          return ::testing::AssertionFailure() << got << " for " << expected << " at " << x << "," << y;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

Window random_window(std::mt19937& random) {
  const auto x = static_cast<std::int32_t>(random() % kWidth), y = static_cast<std::int32_t>(random() % kHeight);
  return {x, y, 1 + static_cast<std::int32_t>(random() % std::min(300, kWidth - x)),
          1 + static_cast<std::int32_t>(random() % std::min(300, kHeight - y))};
}

TEST(UnitCache, CopiesAnyWindowFromAnyRoom) {
  MemorySource source = source_of();
  source.hole = [](std::int32_t x, std::int32_t y) { return (x + y) % 17 == 0; };
  for (const std::int32_t capacity : {1, 2, 9, 50}) {
    UnitCache cache(source, kBands, PixelType::u16, capacity);
    std::mt19937 random(5);
    for (int i = 0; i < 30; ++i) {
      const Window w = random_window(random);
      ASSERT_TRUE(reads_right(cache, source, w)) << w.x << "," << w.y << " capacity " << capacity;
    }
    ASSERT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
    ASSERT_TRUE(reads_right(cache, source, {kWidth - 1, kHeight - 1, 1, 1}));
  }
}

TEST(UnitCache, UnsharedUnitsAreDecodedIntoTheirPlace) {
  MemorySource source = source_of();
  source.hole = [](std::int32_t x, std::int32_t y) { return (x * 5 + y) % 19 == 0; };
  UnitCache cache(source, kBands, PixelType::u16, 1, false);
  std::mt19937 random(6);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(reads_right(cache, source, random_window(random)));
  // Nine units straight into the planes, once more each time: none of them is held.
  const std::int64_t before = cache.decoded_units();
  ASSERT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
  const std::int64_t once = cache.decoded_units() - before;
  EXPECT_GE(once, 8);  // one may lie in the cache of a window that held it in part
  ASSERT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
  EXPECT_EQ(cache.decoded_units() - before, 2 * once);
  EXPECT_EQ(cache.decoded_bytes(), cache.decoded_units() * 256 * 256 * 5);
}

TEST(UnitCache, AnUnsharedUnitThatIsHereIsNotDecodedAgain) {
  MemorySource source = source_of();
  UnitCache cache(source, kBands, PixelType::u16, 4, false);
  ASSERT_TRUE(reads_right(cache, source, {10, 10, 5, 5}));
  ASSERT_TRUE(reads_right(cache, source, {0, 0, kUnit, kUnit}));
  EXPECT_EQ(cache.decoded_units(), 1);
}

TEST(UnitCache, AFailureInPlaceIsToldAndTriedAgain) {
  MemorySource source = source_of();
  bool broken = true;
  source.on_decode = [&](const Window& w) {
    if (broken && w.x == kUnit) throw InputError("damaged");
  };
  UnitCache cache(source, kBands, PixelType::u16, 1, false);
  EXPECT_THROW(reads_right(cache, source, {0, 0, kWidth, kUnit}), InputError);
  broken = false;
  EXPECT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
}

TEST(UnitCache, ManyReadersOfUnsharedUnitsGetTheirPixels) {
  MemorySource source = source_of();
  source.hole = [](std::int32_t x, std::int32_t y) { return (x * 3 + y) % 23 == 0; };
  UnitCache cache(source, kBands, PixelType::u16, 2, false);
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> readers;
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
      readers.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (int i = 0; i < 8; ++i) {
          right += reads_right(cache, source, random_window(random)) ? 1 : 0;
          right += reads_right(cache, source, {0, kUnit, kUnit * 2, kUnit}) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 5 * 16);
}

TEST(UnitCache, DecodesAUnitOnceWhileThereIsRoom) {
  MemorySource source = source_of();
  UnitCache cache(source, kBands, PixelType::u16, 9);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
  EXPECT_EQ(cache.decoded_units(), 9);  // 3 x 3 units
  // What a unit takes: 256 x 256 pixels of 2 bands of 2 bytes and a byte of validity.
  EXPECT_EQ(cache.decoded_bytes(), 9 * 256 * 256 * 5);
}

TEST(UnitCache, TwoUnitsAreDecodedAtOnceWhereAThirdBufferIsFreeOrNoneIsHeld) {
  const Window row{0, 0, kWidth, kUnit};  // 3 units
  const auto calls = [&](std::int32_t capacity, bool shared, const Window& before) {
    MemorySource source = source_of();
    UnitCache cache(source, kBands, PixelType::u16, capacity, shared);
    if (before.width > 0) {
      EXPECT_TRUE(reads_right(cache, source, before));
    }
    EXPECT_TRUE(reads_right(cache, source, row));
    return source.calls();
  };
  using Calls = std::vector<std::size_t>;
  EXPECT_EQ(calls(9, true, {}), (Calls{2, 1}));
  EXPECT_EQ(calls(9, false, {}), (Calls{2, 1}));
  EXPECT_EQ(calls(2, true, {}), (Calls{1, 1, 1})) << "another reader would find no buffer";
  EXPECT_EQ(calls(3, true, {}), (Calls{2, 1}));
  EXPECT_EQ(calls(9, true, {300, 0, 10, 10}), (Calls{1, 2})) << "the one in the middle is here";
  EXPECT_EQ(calls(9, false, {300, 0, 10, 10}), (Calls{1, 2})) << "the same";
  EXPECT_EQ(calls(9, true, {0, 0, 10, 10}), (Calls{1, 2}));
  EXPECT_EQ(calls(9, false, {600, 0, 10, 10}), (Calls{1, 2})) << "the last lay only partly in the window before";
}

TEST(UnitCache, TheLeastRecentlyUsedLeaves) {
  MemorySource source = source_of();
  UnitCache cache(source, kBands, PixelType::u16, 2);
  const auto touch = [&](int column) { EXPECT_TRUE(reads_right(cache, source, {column * kUnit, 0, 1, 1})); };
  touch(0);
  touch(1);
  touch(0);  // 1 is now the older
  touch(2);  // takes its place
  touch(0);
  EXPECT_EQ(cache.decoded_units(), 3);
  touch(1);
  EXPECT_EQ(cache.decoded_units(), 4);
}

TEST(UnitCache, KeptUnitsAreNotDecodedAgainWhateverComesBesideThem) {
  MemorySource source = source_of();
  UnitCache cache(source, kBands, PixelType::u16, 9);
  const auto touch = [&](int column, int row) {
    EXPECT_TRUE(reads_right(cache, source, {column * kUnit, row * kUnit, 1, 1}));
  };
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) touch(column, row);
  }
  EXPECT_EQ(cache.keep(4, 1), 4);  // the last four: (2,1) and row 2
  EXPECT_EQ(cache.decoded_units(), 9);
  for (int i = 0; i < 3; ++i) {
    touch(0, 0);
    touch(1, 0);  // one room for the two
    for (const auto& [column, row] : {std::pair{2, 1}, {0, 2}, {1, 2}, {2, 2}}) touch(column, row);
  }
  EXPECT_EQ(cache.decoded_units(), 9 + 6);
  EXPECT_EQ(cache.keep(0, 2), 0);  // all are gone
  touch(2, 2);
  EXPECT_EQ(cache.decoded_units(), 9 + 7);
}

TEST(UnitCache, WhatIsHereStaysAndTheOthersShareAFewBuffers) {
  MemorySource source = source_of();
  UnitCache cache(source, kBands, PixelType::u16, 9);
  const auto unit = [](std::int32_t x, std::int32_t y) { return Window{x * kUnit, y * kUnit, 20, 20}; };
  for (const Window& w : {unit(0, 0), unit(1, 0)}) EXPECT_TRUE(reads_right(cache, source, w));
  cache.hold_at_most(2);
  for (const Window& w : {unit(2, 0), unit(0, 1), unit(1, 1), unit(2, 1)}) EXPECT_TRUE(reads_right(cache, source, w));
  EXPECT_EQ(cache.decoded_units(), 6);
  for (const Window& w : {unit(0, 0), unit(1, 0), unit(1, 1), unit(2, 1)}) EXPECT_TRUE(reads_right(cache, source, w));
  EXPECT_EQ(cache.decoded_units(), 6);  // two from before, and the last two
  EXPECT_TRUE(reads_right(cache, source, unit(2, 0)));
  EXPECT_EQ(cache.decoded_units(), 7);
}

TEST(UnitCache, HoldingFewLeavesRoomForThem) {
  MemorySource source = source_of();
  UnitCache cache(source, kBands, PixelType::u16, 3);
  const auto unit = [](std::int32_t x, std::int32_t y) { return Window{x * kUnit, y * kUnit, 20, 20}; };
  for (const Window& w : {unit(0, 0), unit(1, 0), unit(2, 0)}) EXPECT_TRUE(reads_right(cache, source, w));
  cache.hold_at_most(2);  // one of the three stays
  EXPECT_TRUE(reads_right(cache, source, unit(2, 0)));
  EXPECT_EQ(cache.decoded_units(), 3);
  EXPECT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
}

TEST(UnitCache, AFailedDecodeIsToldAndTriedAgain) {
  MemorySource source = source_of();
  bool broken = true;
  source.on_decode = [&](const Window& w) {
    if (broken && w.x == kUnit) throw InputError("damaged");
  };
  UnitCache cache(source, kBands, PixelType::u16, 4);
  EXPECT_THROW(reads_right(cache, source, {200, 0, 100, 10}), InputError);
  EXPECT_TRUE(reads_right(cache, source, {0, 0, 100, 10}));
  broken = false;
  EXPECT_TRUE(reads_right(cache, source, {200, 0, 100, 10}));
}

TEST(UnitCache, AFailureTakesNoRoomForGood) {
  MemorySource source = source_of();
  bool broken = true;
  source.on_decode = [&](const Window&) {
    if (broken) throw InputError("damaged");
  };
  UnitCache cache(source, kBands, PixelType::u16, 1);
  for (int i = 0; i < 5; ++i) EXPECT_THROW(reads_right(cache, source, {0, 0, 10, 10}), InputError);
  broken = false;
  EXPECT_TRUE(reads_right(cache, source, {0, 0, kWidth, kHeight}));
}

TEST(UnitCache, ReadersOfOneUnitDecodeItTogetherOnce) {
  MemorySource source = source_of();
  Gate decoding, go_on;
  source.on_decode = [&](const Window&) {
    decoding.open();
    go_on.wait();
  };
  UnitCache cache(source, kBands, PixelType::u16, 2);
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] { right += reads_right(cache, source, {10, 10, 50, 50}) ? 1 : 0; });
    }
    decoding.wait();
    go_on.open();
  }
  EXPECT_EQ(right, 4);
  EXPECT_EQ(cache.decoded_units(), 1);
  EXPECT_EQ(source.decodes().size(), 1u);
}

TEST(UnitCache, WaitersTakeOverAfterAFailure) {
  MemorySource source = source_of();
  Gate first_decodes;
  std::atomic<int> attempts{0}, threw{0}, right{0};
  source.on_decode = [&](const Window&) {
    if (++attempts == 1) {
      first_decodes.wait();
      throw InputError("the first attempt fails");
    }
  };
  UnitCache cache(source, kBands, PixelType::u16, 2);
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        try {
          right += reads_right(cache, source, {0, 0, 20, 20}) ? 1 : 0;
        } catch (const InputError&) {
          ++threw;
        }
      });
    }
    while (attempts == 0) std::this_thread::yield();
    first_decodes.open();
  }
  EXPECT_EQ(threw, 1);
  EXPECT_EQ(right, 3);
  EXPECT_EQ(attempts, 2);
}

TEST(UnitCache, ManyReadersInLittleRoomGetTheirPixels) {
  for (const std::int32_t capacity : {1, 3, 6}) {
    MemorySource source = source_of();
    source.hole = [](std::int32_t x, std::int32_t y) { return (x * 3 + y) % 23 == 0; };
    UnitCache cache(source, kBands, PixelType::u16, capacity);
    std::atomic<int> right{0};
    {
      std::vector<std::jthread> readers;
      for (std::uint32_t seed = 0; seed < 6; ++seed) {
        readers.emplace_back([&, seed] {
          std::mt19937 random(seed);
          for (int i = 0; i < 12; ++i) right += reads_right(cache, source, random_window(random)) ? 1 : 0;
        });
      }
    }
    EXPECT_EQ(right, 6 * 12) << capacity;
  }
}

TEST(UnitCache, DecodesNoMoreUnitsAtOnceThanItHolds) {
  MemorySource source = source_of();
  std::atomic<int> now{0}, most{0};
  source.on_decode = [&](const Window&) {
    const int inside = ++now;
    for (int seen = most; inside > seen && !most.compare_exchange_weak(seen, inside);) {
    }
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    --now;
  };
  UnitCache cache(source, kBands, PixelType::u16, 2);
  {
    std::vector<std::jthread> readers;
    for (std::uint32_t seed = 0; seed < 6; ++seed) {
      readers.emplace_back([&, seed] {
        std::mt19937 random(100 + seed);
        for (int i = 0; i < 8; ++i) EXPECT_TRUE(reads_right(cache, source, random_window(random)));
      });
    }
  }
  EXPECT_LE(most, 2);
}

TEST(UnitCache, FailuresAmongManyReadersLoseNothing) {
  MemorySource source = source_of();
  std::atomic<int> attempts{0}, right{0}, threw{0};
  source.on_decode = [&](const Window&) {
    if (++attempts % 3 == 0) throw InputError("every third attempt");
  };
  UnitCache cache(source, kBands, PixelType::u16, 2);
  {
    std::vector<std::jthread> readers;
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
      readers.emplace_back([&, seed] {
        std::mt19937 random(seed * 7 + 1);
        for (int i = 0; i < 15; ++i) {
          try {
            right += reads_right(cache, source, random_window(random)) ? 1 : 0;
          } catch (const InputError&) {
            ++threw;
          }
        }
      });
    }
  }
  EXPECT_EQ(right + threw, 5 * 15);
  EXPECT_EQ(threw, attempts / 3);
  EXPECT_EQ(cache.decoded_units(), attempts - attempts / 3);
}

}  // namespace
}  // namespace groundshift::test
