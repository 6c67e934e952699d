// SPDX-License-Identifier: Apache-2.0
// Slots: their buffers lie apart, inside the memory planned for them, and point at the right part of the grid.
#include "host/pipeline/slot.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr std::int32_t kWidth = 700, kHeight = 530, kHalo = 3, kBands = 3;

TilePlan plan_for(PixelType type) {
  PlanRequest r;
  r.width = kWidth;
  r.height = kHeight;
  r.halo = kHalo;
  r.type = type;
  r.band_count = kBands;
  r.before = r.after = {256, 256, 0};
  r.tile = 256;
  r.memory_bytes = std::int64_t{1} << 28;
  r.threads = 2;
  return plan_tiles(r);
}

class SlotOfType : public ::testing::TestWithParam<PixelType> {};

TEST_P(SlotOfType, BuffersLieApartInsideTheirMemory) {
  const PixelType type = GetParam();
  const TilePlan plan = plan_for(type);
  const auto backend = make_cpu_backend(2);
  std::vector<Slot> slots = make_slots(*backend, plan, {type, kBands, plan.slot.width, plan.slot.height, kHalo});
  ASSERT_EQ(slots.size(), static_cast<std::size_t>(plan.slot_count));
  const auto plane = static_cast<std::size_t>(plan.slot.pixel_plane);
  const std::size_t date = plane * kBands * byte_count(type);
  for (Slot& slot : slots) {
    const auto* memory = static_cast<const std::byte*>(slot.memory.data());
    EXPECT_EQ(slot.pixels(), memory);
    aim(slot, tiles_of(plan, kHalo), 0, slot.pixels(), kWidth, kHeight, type, kBands);
    EXPECT_EQ(slot.before, memory);
    EXPECT_GE(slot.after, slot.before + date);
    EXPECT_GE(reinterpret_cast<const std::byte*>(slot.valid), slot.after + date);
    EXPECT_GE(reinterpret_cast<const std::byte*>(slot.results), reinterpret_cast<const std::byte*>(slot.valid) + plane);
    EXPECT_LE(reinterpret_cast<const std::byte*>(slot.results + 256 * 256), memory + slot.memory.byte_count());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot.after) % byte_count(type), 0u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot.results) % alignof(float), 0u);
    EXPECT_NE(slot.workspace, nullptr);
    EXPECT_EQ(slot.bins, std::vector<std::uint64_t>(kFloatBins, 0));
  }
}

INSTANTIATE_TEST_SUITE_P(AllTypes, SlotOfType,
                         ::testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32),
                         [](const auto& type) { return std::string(name_of(type.param)); });

TEST(Slot, AimsAtTheTileWithItsHaloCutAtTheBorder) {
  const TilePlan plan = plan_for(PixelType::u16);
  const auto backend = make_cpu_backend(1);
  std::vector<Slot> slots =
      make_slots(*backend, plan, {PixelType::u16, kBands, plan.slot.width, plan.slot.height, kHalo});
  Slot& slot = slots.front();
  // 3 x 3 tiles; the fifth is the one in the middle, the last has 188 x 18 pixels.
  aim(slot, tiles_of(plan, kHalo), 4, slot.pixels(), kWidth, kHeight, PixelType::u16, kBands);
  EXPECT_EQ(slot.core, (Window{256, 256, 256, 256}));
  EXPECT_EQ(slot.tile.core, (Window{3, 3, 256, 256}));
  EXPECT_EQ(slot.tile.width, 262);
  EXPECT_EQ(slot.tile.height, 262);
  aim(slot, tiles_of(plan, kHalo), 8, slot.pixels(), kWidth, kHeight, PixelType::u16, kBands);
  EXPECT_EQ(slot.core, (Window{512, 512, 188, 18}));
  EXPECT_EQ(slot.tile.core, (Window{3, 3, 188, 18}));
  EXPECT_EQ(slot.tile.width, 191);
  EXPECT_EQ(slot.tile.height, 21);
  EXPECT_EQ(slot.score.width, 188);
  EXPECT_EQ(slot.score.height, 18);
  EXPECT_EQ(slot.tile_index, 8);
}

}  // namespace
}  // namespace groundshift
