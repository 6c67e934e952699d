// SPDX-License-Identifier: Apache-2.0
// Full-width strips out of tiles.
#include "host/sites/strips.hpp"

#include <gtest/gtest.h>

namespace groundshift::test {
namespace {

TEST(Strips, AreWholeRowsOfTilesWhereTheyFit) {
  EXPECT_EQ((StripShape{1000, 5000, 256, 256, 4000 * 1100}.rows()), 1024);
  EXPECT_EQ((StripShape{1000, 5000, 256, 256, 4000 * 300}.rows()), 256);
  EXPECT_EQ((StripShape{1000, 5000, 256, 256, 4000 * 200}.rows()), 128);
  EXPECT_EQ((StripShape{1000, 5000, 1000, 5000, 4000 * 40}.rows()), 40);
  EXPECT_EQ((StripShape{1000, 300, 256, 256, 4000 * 5000}.rows()), 300);
  EXPECT_EQ((StripShape{1000, 5000, 256, 256, 1}.rows()), 1);
  EXPECT_EQ((StripShape{7, 1, 3, 2, 1 << 20}.rows()), 1);
}

TEST(Strips, EveryPixelComesOnceInItsPlaceFromInsideOneTile) {
  for (const std::int64_t bytes : {1, 400, 4000, 1 << 20}) {
    const StripShape shape{37, 29, 16, 8, bytes};
    std::int32_t next = 0;
    for_each_strip(
        shape, [](std::int32_t y, std::int32_t) { return y != 8; },
        [](const Window& w, float* to, std::ptrdiff_t pitch) {
          EXPECT_EQ(w.x / 16, (w.x + w.width - 1) / 16);
          EXPECT_EQ(w.y / 8, (w.y + w.height - 1) / 8);
          for (std::int32_t y = 0; y < w.height; ++y) {
            for (std::int32_t x = 0; x < w.width; ++x)
              to[y * pitch + x] = static_cast<float>(100 * (w.y + y) + w.x + x);
          }
        },
        [&](std::int32_t y, std::int32_t count, const float* rows) {
          EXPECT_TRUE(y == next || (next <= 8 && y > 8)) << "only the strip that was refused is missing";
          next = y + count;
          for (std::int32_t i = 0; i < 37 * count; ++i) {
            ASSERT_EQ(rows[i], static_cast<float>(100 * (y + i / 37) + i % 37));
          }
        });
    EXPECT_EQ(next, 29);
  }
}

}  // namespace
}  // namespace groundshift::test
