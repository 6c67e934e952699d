// SPDX-License-Identifier: Apache-2.0
// Tiles packed for one more pass: the same pixels again, the same tiles kept in whatever order they come, the budget.
#include "host/pipeline/bit_packed_tiles.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "host/pipeline/slot.hpp"

namespace groundshift::test {
namespace {

constexpr std::int32_t kWidth = 2200, kHeight = 1030, kHalo = 1, kBands = 2;

class BitPackedTilesOf : public ::testing::TestWithParam<PixelType> {
 protected:
  BitPackedTilesOf() : backend_(make_cpu_backend(1)) {
    PlanRequest request;
    request.width = kWidth;
    request.height = kHeight;
    request.halo = kHalo;
    request.type = GetParam();
    request.band_count = kBands;
    request.before = request.after = {512, 512, 0};
    request.tile = 512;
    request.memory_bytes = std::int64_t{1} << 30;
    request.threads = 2;
    plan_ = plan_tiles(request);
    tiles_ = tiles_of(plan_, kHalo);
    slots_ = make_slots(*backend_, plan_, {GetParam(), kBands, plan_.slot.width, plan_.slot.height, kHalo});
  }

  std::int64_t tile_count() const { return static_cast<std::int64_t>(tiles_.cores.size()); }
  std::int64_t record_bytes() const { return tiles_.record_bytes(GetParam(), kBands); }

  Slot& aimed(std::size_t slot, std::int64_t tile) {
    aim(slots_[slot], tiles_, tile, slots_[slot].pixels(), kWidth, kHeight, GetParam(), kBands);
    return slots_[slot];
  }

  /// Samples of `bits` bits around zero or above, as decoding leaves them; every third tile has pixels without data.
  Slot& filled(std::int64_t tile, unsigned bits = 9) {
    Slot& slot = aimed(0, tile);
    std::mt19937 random(static_cast<unsigned>(tile));
    const unsigned least = GetParam() == PixelType::i16 ? 65536U - (1U << (bits - 1)) : 300U;
    auto* samples = reinterpret_cast<std::uint16_t*>(slot.pixels());
    for (std::int64_t i = 0; i < (record_bytes() - tiles_.pixel_plane) / 2; ++i) {
      samples[i] = static_cast<std::uint16_t>(least + (random() & ((1U << bits) - 1)));
    }
    std::fill_n(slot.valid, slot.tile.row_pitch * slot.tile.height, std::uint8_t{1});
    if (tile % 3 == 0) slot.valid[slot.tile.row_pitch * 2 + 5] = 0;
    return slot;
  }

  /// Whether the tile in a slot is the one that filled() makes.
  void expect_same(const Slot& got, std::int64_t tile) {
    const Slot& wanted = filled(tile);
    for (std::int32_t y = 0; y < wanted.tile.height; ++y) {
      const std::uint8_t* valid = wanted.tile.valid_view().row(y);
      ASSERT_TRUE(std::equal(valid, valid + wanted.tile.width, got.tile.valid_view().row(y))) << tile << " row " << y;
      for (std::int32_t b = 0; b < kBands; ++b) {
        const auto before = wanted.tile.before_as<std::uint16_t>().band(b),
                   after = wanted.tile.after_as<std::uint16_t>().band(b);
        ASSERT_TRUE(std::equal(before.row(y), before.row(y) + before.width,
                               got.tile.before_as<std::uint16_t>().band(b).row(y)));
        ASSERT_TRUE(
            std::equal(after.row(y), after.row(y) + after.width, got.tile.after_as<std::uint16_t>().band(b).row(y)));
      }
    }
  }

  std::unique_ptr<Backend> backend_;
  TilePlan plan_;
  TileSet tiles_;
  std::vector<Slot> slots_;
};

TEST_P(BitPackedTilesOf, AreTheSamePixelsAgain) {
  BitPackedTiles packed(*backend_, tile_count(), {tile_count() * record_bytes(), 2, 0});
  for (std::int64_t i = 0; i < tile_count(); ++i) {
    packed.keep(i, filled(i));
    packed.settle(i);
  }
  ASSERT_GE(tile_count(), 10);
  for (std::int64_t i = 0; i < tile_count(); ++i) {
    ASSERT_TRUE(packed.keeps(i)) << i;
    Slot& slot = aimed(1, i);
    std::fill_n(slot.pixels(), record_bytes(), std::byte{0x77});
    packed.fetch(i, slot);
    expect_same(slot, i);
  }
  // 9 of 16 bits and little else; every third tile has a plane of validity.
  EXPECT_LT(packed.resident_bytes(), tile_count() * record_bytes() * 7 / 10);
  EXPECT_GT(packed.resident_bytes(), std::int64_t{kWidth} * kHeight * kBands * 2 * 9 / 8);
}

TEST_P(BitPackedTilesOf, AreTheLongestRunThatFitsInWhateverOrderTheyCome) {
  const std::int64_t memory = tile_count() * record_bytes() / 3;
  std::vector<std::int64_t> kept_bytes;
  std::int64_t kept = 0;
  for (const bool reversed : {false, true}) {
    BitPackedTiles packed(*backend_, tile_count(), {memory, 2, 0});
    for (std::int64_t i = 0; i < tile_count(); i += 2) {
      const std::int64_t next = std::min(i + 1, tile_count() - 1);
      packed.keep(reversed ? next : i, filled(reversed ? next : i));
      if (next != i) packed.keep(reversed ? i : next, filled(reversed ? i : next));
      packed.settle(i);
      if (next != i) packed.settle(next);
    }
    std::int64_t first_gone = 0;
    while (first_gone < tile_count() && packed.keeps(first_gone)) ++first_gone;
    for (std::int64_t i = first_gone; i < tile_count(); ++i) EXPECT_FALSE(packed.keeps(i)) << i;
    EXPECT_GT(first_gone, 2);
    EXPECT_LT(first_gone, tile_count());
    if (reversed) {
      EXPECT_EQ(first_gone, kept);
    }
    kept = first_gone;
    kept_bytes.push_back(packed.resident_bytes());
  }
  EXPECT_EQ(kept_bytes[0], kept_bytes[1]);
  EXPECT_LE(kept_bytes[0], memory);
}

TEST_P(BitPackedTilesOf, AreFewerWhereTheSystemGivesMoreThanIsWritten) {
  std::vector<std::int64_t> kept;
  for (const std::int64_t slack : {std::int64_t{0}, record_bytes() / 8}) {
    BitPackedTiles packed(*backend_, tile_count(), {tile_count() * record_bytes() / 3, 1, slack});
    kept.push_back(0);
    for (std::int64_t i = 0; i < tile_count(); ++i) {
      packed.keep(i, filled(i));
      packed.settle(i);
      kept.back() += packed.keeps(i) ? 1 : 0;
    }
  }
  EXPECT_LT(kept[1], kept[0]);
  EXPECT_GT(kept[1], 0);
}

TEST_P(BitPackedTilesOf, WithoutRoomAreNone) {
  BitPackedTiles packed(*backend_, tile_count(), {record_bytes() / 2, 2, 0});
  packed.keep(0, filled(0));
  packed.settle(0);
  EXPECT_FALSE(packed.keeps(0));
  packed.keep(1, filled(1));  // full: not even tried
  EXPECT_FALSE(packed.keeps(1));
  EXPECT_EQ(packed.resident_bytes(), 0);
}

TEST_P(BitPackedTilesOf, GiveTheMemoryOfADroppedOneBackAndKeepTheOthers) {
  BitPackedTiles packed(*backend_, tile_count(), {tile_count() * record_bytes(), 2, 0});
  for (const std::int64_t i : {0, 1}) {
    packed.keep(i, filled(i));
    packed.settle(i);
  }
  packed.drop(0);
  EXPECT_FALSE(packed.keeps(0));
  Slot& slot = aimed(1, 1);
  packed.fetch(1, slot);
  expect_same(slot, 1);
}

TEST_P(BitPackedTilesOf, OfNoiseTakeTheirSizeAndStayWithinTheMemory) {
  BitPackedTiles packed(*backend_, tile_count(), {tile_count() * record_bytes() / 2, 1, 0});
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < tile_count(); ++i) {
    packed.keep(i, filled(i, 16));
    packed.settle(i);
    kept += packed.keeps(i) ? 1 : 0;
  }
  EXPECT_GT(kept, 0);
  EXPECT_LE(packed.resident_bytes(), tile_count() * record_bytes() / 2);
}

INSTANTIATE_TEST_SUITE_P(SixteenBits, BitPackedTilesOf, ::testing::Values(PixelType::u16, PixelType::i16),
                         [](const auto& type) { return std::string(name_of(type.param)); });

}  // namespace
}  // namespace groundshift::test
