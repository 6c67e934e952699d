// SPDX-License-Identifier: Apache-2.0
// Backend::decode of every executor over right and damaged streams, and over what a batch may hold beside them: a
// refusal for each stream that zlib or libtiff refuses, else its bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/codec/inflate_work.hpp"
#include "tests/parity/executors.hpp"
#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"
#include "tests/support/codec/lzw_runs.hpp"

namespace groundshift::parity {
namespace {

using codec::DecodeStatus;
using test::Bytes;

constexpr std::int32_t kWidth = 1500;

/// A tile of bytes, one band a date; each block is a row of BEFORE or of AFTER.
class RowBatch {
 public:
  explicit RowBatch(Backend& backend) : backend_(backend) { layouts_.reserve(kWidth); }

  /// A stream that unpacks to the first raw_byte_count pixels of the next row.
  void add(const Bytes& packed, std::size_t raw_byte_count, BlockCodec codec = BlockCodec::deflate) {
    codec::PackedBlock block = row(raw_byte_count);
    block.codec = codec;
    block.packed_offset = packed_.size();
    block.packed_byte_count = static_cast<std::uint32_t>(packed.size());
    if (block.is_packed()) {
      block.raw_offset = raw_bytes_;
      raw_bytes_ += codec::block_aligned(raw_byte_count);
    }
    block.raw_byte_count = static_cast<std::uint32_t>(raw_byte_count);
    block.work_limit = codec::kUnlimitedWork;
    packed_.resize(codec::block_aligned(packed_.size() + packed.size()), 0xff);
    std::memcpy(packed_.data() + block.packed_offset, packed.data(), packed.size());
    blocks_.push_back(block);
  }
  void add_absent(std::size_t raw_byte_count) {
    codec::PackedBlock block = row(raw_byte_count);
    block.absent = true;
    blocks_.push_back(block);
  }

  /// Packed blocks in front, as the interface wants; `rows` then says where each block's row is.
  void run(std::array<std::int32_t, 2> band_count = {1, 1}) {
    std::stable_partition(blocks_.begin(), blocks_.end(), [](const auto& block) { return block.is_packed(); });
    tile.type = PixelType::u8;
    tile.width = kWidth;
    tile.height = (row_count_ + 1) / 2;
    tile.band_count = 2;
    tile.row_pitch = kWidth + 4;
    tile.band_pitch = tile.row_pitch * tile.height;
    for (auto& date : pixels) date.assign(static_cast<std::size_t>(2 * tile.band_pitch), std::byte{0xaa});
    valid.assign(static_cast<std::size_t>(tile.band_pitch), 0x55);
    tile.before = pixels[0].data();
    tile.after = pixels[1].data();
    tile.valid = valid.data();
    tile.core = {0, 0, tile.width, tile.height};
    PackedTile packed;
    const HostBuffer bytes = backend_.allocate_host(packed_.size());
    std::memcpy(bytes.data(), packed_.data(), packed_.size());
    packed.packed = {static_cast<const std::byte*>(bytes.data()), packed_.size()};
    packed.blocks = blocks_;
    packed.layouts = layouts_;
    packed.targets = targets_;
    packed.raw_byte_count = raw_bytes_;
    packed.band_count = band_count;
    WorkspaceShape shape{tile.type, tile.band_count, tile.width, tile.height};
    shape.decode = {packed_.size(), raw_bytes_, blocks_.size(), layouts_.size(), targets_.size()};
    const auto workspace = backend_.make_workspace(shape);
    statuses.assign(blocks_.size(), DecodeStatus::too_large);
    tile.device = backend_.decode(*workspace, nullptr, tile, packed, statuses);
    if (tile.device != nullptr) backend_.copy_back(*workspace, tile, HostPlanes::all);
  }

  const codec::PackedBlock& block(std::size_t i) const { return blocks_[i]; }
  std::size_t block_count() const { return blocks_.size(); }
  /// The stream that a block was added with.
  Bytes packed_of(std::size_t i) const {
    const auto first = packed_.begin() + static_cast<std::ptrdiff_t>(blocks_[i].packed_offset);
    return {first, first + blocks_[i].packed_byte_count};
  }
  Bytes pixels_of(std::size_t i) const {
    const codec::PackedBlock& block = blocks_[i];
    const auto* first =
        reinterpret_cast<const std::uint8_t*>(pixels[block.planes].data()) + block.to_y * tile.row_pitch;
    return {first, first + block.width};
  }

  PairTile tile;
  std::array<std::vector<std::byte>, 2> pixels;
  std::vector<std::uint8_t> valid;
  std::vector<DecodeStatus> statuses;

 private:
  codec::PackedBlock row(std::size_t raw_byte_count) {
    codec::PackedBlock block;
    block.width = static_cast<std::int32_t>(raw_byte_count);
    block.height = 1;
    block.planes = static_cast<std::uint32_t>(row_count_ % 2);
    block.to_y = row_count_++ / 2;
    const auto known = std::find_if(layouts_.begin(), layouts_.end(),
                                    [&](const codec::BlockLayout& layout) { return layout.width == block.width; });
    block.layout = static_cast<std::uint32_t>(known - layouts_.begin());
    if (known == layouts_.end()) layouts_.push_back({block.width, 1, 1, codec::SampleType::u8, BlockPredictor::none});
    block.target_count = 1;
    return block;
  }

  Backend& backend_;
  Bytes packed_;
  std::size_t raw_bytes_ = 0;
  std::vector<codec::PackedBlock> blocks_;
  std::vector<codec::BlockLayout> layouts_;
  std::vector<codec::SampleTarget> targets_ = {{0, 0, true, 7, 9}};
  std::int32_t row_count_ = 0;
};

class PackedTileParity : public testing::TestWithParam<Executor> {
 protected:
  bool on_cpu() const { return GetParam() == Executor::cpu_one_thread || GetParam() == Executor::cpu_threads; }
  /// Fibres take long over LZW that clears behind every code.
  std::size_t lzw_byte_count() const { return on_cpu() || GetParam() == Executor::cuda ? kWidth : 300; }
};

TEST_P(PackedTileParity, RightStreamsAndOtherBlocks) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  RowBatch batch(*backend);
  batch.add(Bytes(100, 65), 100, BlockCodec::none);
  batch.add_absent(30);
  std::vector<Bytes> raws;
  for (const auto& variants : {test::zlib_variants(kWidth), test::libdeflate_variants(kWidth)}) {
    for (const auto& v : variants) {
      if (v.raw.empty() || v.raw.size() > kWidth) continue;
      batch.add(v.packed, v.raw.size());
      raws.push_back(v.raw);
    }
  }
  ASSERT_GT(raws.size(), 250u);
  for (const auto& v : test::lzw_variants(lzw_byte_count())) {
    if (v.raw.size() > kWidth) continue;
    batch.add(v.packed, v.raw.size(), BlockCodec::lzw);
    raws.push_back(v.raw);
  }
  ASSERT_GT(raws.size(), 350u);
  batch.run({1, 1});
  EXPECT_EQ(batch.statuses, std::vector<DecodeStatus>(batch.block_count(), DecodeStatus::ok));
  for (std::size_t i = 0; i < raws.size(); ++i) {  // packed ones were put in front, in their order
    ASSERT_EQ(batch.pixels_of(i), raws[i]) << i;
  }
  EXPECT_EQ(batch.pixels_of(raws.size()), Bytes(100, 65));
  EXPECT_EQ(batch.pixels_of(raws.size() + 1), Bytes(30, 9));
  for (std::size_t date = 0; date < 2; ++date) {  // the band that no block fills
    const auto* second = batch.pixels[date].data() + batch.tile.band_pitch;
    for (std::int32_t y = 0; y < batch.tile.height; ++y) {
      for (std::int32_t x = 0; x < kWidth; ++x) ASSERT_EQ(second[y * batch.tile.row_pitch + x], std::byte{0});
    }
  }
  std::int64_t invalid = 0, sevens = 0;
  for (std::int32_t y = 0; y < batch.tile.height; ++y) {
    for (std::int32_t x = 0; x < kWidth; ++x) invalid += batch.tile.valid_view()(x, y) == 0 ? 1 : 0;
  }
  std::vector<std::vector<bool>> holes(static_cast<std::size_t>(batch.tile.height), std::vector<bool>(kWidth));
  for (std::size_t i = 0; i < batch.block_count(); ++i) {
    const Bytes pixels = batch.pixels_of(i);
    auto& row = holes[static_cast<std::size_t>(batch.block(i).to_y)];
    for (std::size_t x = 0; x < pixels.size(); ++x) row[x] = row[x] || pixels[x] == 7;
  }
  for (const auto& row : holes) sevens += std::count(row.begin(), row.end(), true);
  EXPECT_GT(sevens, 0);
  EXPECT_EQ(invalid, sevens);
}

TEST_P(PackedTileParity, DamagedStreamsGetZlibsAnswer) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  RowBatch batch(*backend);
  std::mt19937 random(31);
  for (const auto& v : test::zlib_variants(kWidth)) {
    if (v.raw.empty() || v.raw.size() > kWidth) continue;
    for (int k = 0; k < 2; ++k) {
      Bytes packed = v.packed;
      packed[2 + random() % (packed.size() - 2)] ^= static_cast<std::uint8_t>(1u << (random() % 8));
      if (k == 1) test::repair_checksum(packed, v.raw.size());
      batch.add(packed, v.raw.size());
    }
  }
  batch.run();
  int refused = 0;
  for (std::size_t i = 0; i < batch.block_count(); ++i) {
    const auto expected = test::inflate_by_zlib(batch.packed_of(i), batch.block(i).raw_byte_count);
    const bool ok = batch.statuses[i] == DecodeStatus::ok;
    // The CPU's library may take a stream that zlib refuses; the device must not.
    ASSERT_TRUE(ok == expected.has_value() || (on_cpu() && ok)) << i << ": " << name_of(batch.statuses[i]);
    EXPECT_TRUE(!expected || batch.pixels_of(i) == *expected) << i;
    refused += ok ? 0 : 1;
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, static_cast<int>(batch.block_count()));
}

TEST_P(PackedTileParity, DamagedLzwGetsLibtiffsAnswer) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  RowBatch batch(*backend);
  std::mt19937_64 random(32);
  for (const auto& v : test::lzw_variants(lzw_byte_count())) {
    if (v.raw.size() > kWidth) continue;
    for (int k = 0; k < 3; ++k) {
      Bytes packed = v.packed;
      if (packed.size() > 3) test::damage_lzw(packed, random);
      batch.add(packed, v.raw.size(), BlockCodec::lzw);
    }
  }
  batch.run();
  int refused = 0;
  for (std::size_t i = 0; i < batch.block_count(); ++i) {
    const Bytes packed = batch.packed_of(i);
    const auto expected =
        test::is_old_lzw(packed) ? std::nullopt : test::lzw_by_libtiff(packed, batch.block(i).raw_byte_count);
    ASSERT_EQ(batch.statuses[i] == DecodeStatus::ok, expected.has_value()) << i << ": " << name_of(batch.statuses[i]);
    EXPECT_TRUE(!expected || batch.pixels_of(i) == *expected) << i;
    refused += expected ? 0 : 1;
  }
  EXPECT_GT(refused, 60);
  EXPECT_LT(refused, static_cast<int>(batch.block_count()) - 60);
}

TEST_P(PackedTileParity, WhatIsLargerThanTheWorkspaceIsRefused) {
  GS_SKIP_WITHOUT(GetParam());
  const auto backend = make_backend(GetParam());
  const auto workspace = backend->make_workspace({PixelType::u8, 1, 8, 8});
  const std::vector<codec::PackedBlock> blocks(1);
  PackedTile packed;
  packed.blocks = blocks;
  std::vector<DecodeStatus> statuses(1);
  std::vector<std::uint8_t> room(64);
  PairTile tile;
  tile.width = tile.height = 8;
  tile.band_count = 1;
  tile.row_pitch = 8;
  tile.band_pitch = 64;
  tile.before = tile.after = tile.valid = room.data();
  tile.core = {0, 0, 8, 8};
  EXPECT_THROW(backend->decode(*workspace, nullptr, tile, packed, statuses), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Executors, PackedTileParity, kExecutors,
                         [](const auto& executor) { return name_of(executor.param); });

}  // namespace
}  // namespace groundshift::parity
