// SPDX-License-Identifier: Apache-2.0
// Means of a window against a plain count: units that windows and picture pixels cut anywhere, holes, threads, faults.
#include "host/io/pooled_means.hpp"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/pipeline/memory_source.hpp"

namespace groundshift {
namespace {

using test::formula;
using test::MemorySource;

bool hole(std::int32_t x, std::int32_t y) { return (x * 5 + y * 3) % 7 == 0 || (x >= 40 && x < 60 && y >= 30); }

float plain_mean(const Window& w, std::int32_t width, std::int32_t height, int band, std::int32_t px, std::int32_t py) {
  double sum = 0.0;
  int count = 0;
  for (std::int32_t y = 0; y < w.height; ++y) {
    for (std::int32_t x = 0; x < w.width; ++x) {
      if (x * width / w.width != px || y * height / w.height != py || hole(w.x + x, w.y + y)) continue;
      sum += formula(band, w.x + x, w.y + y);
      ++count;
    }
  }
  return count > 0 ? static_cast<float>(sum / count) : std::nanf("");
}

TEST(PooledMeans, EqualAPlainCountForAnyThreads) {
  constexpr int kBands = 2;
  MemorySource source(150, 97, kBands, PixelType::u16, 32, 17);
  source.hole = hole;
  const Window window{11, 3, 131, 90};
  for (const auto& [width, height] : {std::pair{131, 90}, {40, 23}, {7, 90}, {1, 1}}) {
    const auto one = pooled_means(source, window, width, height, kBands, PixelType::u16, 1);
    ASSERT_EQ(one.size(), std::size_t{kBands});
    for (int b = 0; b < kBands; ++b) {
      for (std::int32_t y = 0; y < height; ++y) {
        for (std::int32_t x = 0; x < width; ++x) {
          const float got = one[std::size_t(b)][std::size_t(y) * std::size_t(width) + std::size_t(x)];
          const float want = plain_mean(window, width, height, b, x, y);
          ASSERT_TRUE(got == want || (std::isnan(got) && std::isnan(want))) << b << ": " << x << ", " << y;
        }
      }
    }
    const auto five = pooled_means(source, window, width, height, kBands, PixelType::u16, 5);
    for (int b = 0; b < kBands; ++b) {
      ASSERT_EQ(std::memcmp(one[std::size_t(b)].data(), five[std::size_t(b)].data(),
                            one[std::size_t(b)].size() * sizeof(float)),
                0);
    }
  }
}

TEST(PooledMeans, DecodeEveryUnitOnce) {
  MemorySource source(100, 100, 1, PixelType::u8, 32, 32);
  pooled_means(source, {0, 0, 100, 100}, 9, 9, 1, PixelType::u8, 3);
  EXPECT_EQ(source.decodes().size(), 16u);
  for (const auto& [unit, count] : source.decodes()) EXPECT_EQ(count, 1) << unit.first << ", " << unit.second;
}

TEST(PooledMeans, TellTheFaultOfAnyThread) {
  MemorySource source(200, 64, 1, PixelType::u8, 32, 32);
  source.on_decode = [](const Window& w) {
    if (w.x == 96 && w.y == 32) throw InputError("block (3,1)");
  };
  EXPECT_THROW(pooled_means(source, {0, 0, 200, 64}, 20, 6, 1, PixelType::u8, 4), InputError);
}

}  // namespace
}  // namespace groundshift
