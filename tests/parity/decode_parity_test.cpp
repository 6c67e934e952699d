// SPDX-License-Identifier: Apache-2.0
// The decode kernels, each lane a fibre: every stream and damaged stream gives the answer of zlib or libtiff, every row
// libtiff's bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/codec/inflate_work.hpp"
#include "kernels/cuda/decode.hpp"
#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"
#include "tests/support/codec/lzw_runs.hpp"
#include "tests/support/codec/unpredict_runs.hpp"
#include "tests/support/fibre/order.hpp"

namespace groundshift {
namespace {

using codec::BlockLayout;
using codec::DecodeBatch;
using codec::DecodeStatus;
using codec::PackedBlock;
using codec::SampleTarget;
using codec::SampleType;
using test::Bytes;

std::size_t aligned(std::size_t byte_count) {
  return (byte_count + codec::kBlockAlignment - 1) / codec::kBlockAlignment * codec::kBlockAlignment;
}

/// Streams of known raw sizes through the kernels, as one batch.
class UnpackRun {
 public:
  void add(const Bytes& packed, std::size_t raw_byte_count, std::uint32_t work_limit = codec::kUnlimitedWork,
           BlockCodec codec = BlockCodec::deflate) {
    PackedBlock block;
    block.codec = codec;
    block.packed_offset = packed_.size();
    block.packed_byte_count = static_cast<std::uint32_t>(packed.size());
    block.raw_offset = raw_byte_count_;
    block.raw_byte_count = static_cast<std::uint32_t>(raw_byte_count);
    block.work_limit = work_limit;
    blocks.push_back(block);
    packed_.resize(aligned(packed_.size() + packed.size()), std::byte{0xff});
    std::memcpy(packed_.data() + block.packed_offset, packed.data(), packed.size());
    raw_byte_count_ = aligned(raw_byte_count_ + raw_byte_count);
  }

  void run(std::int32_t warp_count) {
    raw.assign(raw_byte_count_, std::byte{0xaa});
    statuses.assign(blocks.size(), DecodeStatus::not_decoded);
    DecodeBatch batch;
    batch.packed = packed_.data();
    batch.raw = raw.data();
    batch.blocks = blocks.data();
    batch.block_count = static_cast<std::uint32_t>(blocks.size());
    std::uint32_t next[codec::kNextCount] = {};
    batch.next = next;
    batch.status = statuses.data();
    cudaStream_t stream = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    GS_CUDA_NAMESPACE::inflate_blocks(stream, batch, warp_count);
    GS_CUDA_NAMESPACE::unpack_lzw_blocks(stream, batch, warp_count);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  }

  Bytes bytes_of(std::size_t block) const {
    const auto* first = reinterpret_cast<const std::uint8_t*>(raw.data()) + blocks[block].raw_offset;
    return {first, first + blocks[block].raw_byte_count};
  }
  /// What lies between the blocks' bytes is nobody's.
  bool gaps_untouched() const {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::size_t end = i + 1 < blocks.size() ? blocks[i + 1].raw_offset : raw.size();
      for (std::size_t at = blocks[i].raw_offset + blocks[i].raw_byte_count; at < end; ++at) {
        if (raw[at] != std::byte{0xaa}) return false;
      }
    }
    return true;
  }

  std::vector<PackedBlock> blocks;
  std::vector<std::byte> raw;
  std::vector<DecodeStatus> statuses;

 private:
  std::vector<std::byte> packed_;
  std::size_t raw_byte_count_ = 0;
};

class DecodeKernels : public testing::TestWithParam<gs_fibre::Order> {
 protected:
  void SetUp() override { gs_fibre::set_order(GetParam(), 17); }
  void TearDown() override { gs_fibre::set_order(gs_fibre::Order::forward); }
};

TEST_P(DecodeKernels, InflateEveryVariant) {
  auto variants = test::zlib_variants(6000);
  for (auto& v : test::libdeflate_variants(6000)) variants.push_back(std::move(v));
  UnpackRun run;
  for (const auto& v : variants) run.add(v.packed, v.raw.size());
  run.run(5);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    EXPECT_EQ(run.statuses[i], DecodeStatus::ok) << variants[i].name << ": " << name_of(run.statuses[i]);
    EXPECT_TRUE(run.bytes_of(i) == variants[i].raw) << variants[i].name;
  }
  EXPECT_TRUE(run.gaps_untouched());
}

TEST_P(DecodeKernels, DamagedStreamsGetZlibsAnswer) {
  std::mt19937 random(18);
  UnpackRun run;
  std::vector<Bytes> damaged;
  std::vector<std::size_t> sizes;
  for (const auto& v : test::zlib_variants(1500)) {
    for (int k = 0; k < 2; ++k) {
      Bytes packed = v.packed;
      packed[2 + random() % (packed.size() - 2)] ^= static_cast<std::uint8_t>(1u << (random() % 8));
      if (k == 1) test::repair_checksum(packed, v.raw.size());
      run.add(packed, v.raw.size());
      damaged.push_back(std::move(packed));
      sizes.push_back(v.raw.size());
    }
  }
  run.run(4);
  int refused = 0;
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    const auto expected = test::inflate_by_zlib(damaged[i], sizes[i]);
    ASSERT_EQ(run.statuses[i] == DecodeStatus::ok, expected.has_value()) << i << ": " << name_of(run.statuses[i]);
    if (expected) {
      EXPECT_TRUE(run.bytes_of(i) == *expected) << i;
    } else {
      ++refused;
      EXPECT_EQ(run.statuses[i], test::inflate_by_lanes(damaged[i], sizes[i]).status)
          << "another reason than loops of lanes";
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, static_cast<int>(damaged.size()));
  EXPECT_TRUE(run.gaps_untouched());
}

// Among streams of deflate, which the other kernel takes.
TEST_P(DecodeKernels, UnpackEveryLzwVariant) {
  const Bytes other = {1, 2, 3, 4, 5};
  const auto variants = test::lzw_variants(500);
  UnpackRun run;
  for (const auto& v : variants) {
    run.add(v.packed, v.raw.size(), codec::kUnlimitedWork, BlockCodec::lzw);
    run.add(test::zlib_pack(other, 6), other.size());
  }
  run.run(5);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    EXPECT_EQ(run.statuses[2 * i], DecodeStatus::ok) << variants[i].name << ": " << name_of(run.statuses[2 * i]);
    EXPECT_TRUE(run.bytes_of(2 * i) == variants[i].raw) << variants[i].name;
    EXPECT_EQ(run.statuses[2 * i + 1], DecodeStatus::ok);
    EXPECT_EQ(run.bytes_of(2 * i + 1), other);
  }
  EXPECT_TRUE(run.gaps_untouched());
}

TEST_P(DecodeKernels, DamagedLzwGetsLibtiffsAnswer) {
  std::mt19937_64 random(20);
  UnpackRun run;
  std::vector<Bytes> damaged;
  std::vector<std::size_t> sizes;
  for (const auto& v : test::lzw_variants(300)) {
    for (int k = 0; k < 3; ++k) {
      Bytes packed = v.packed;
      if (packed.size() > 3) test::damage_lzw(packed, random);
      run.add(packed, v.raw.size(), codec::kUnlimitedWork, BlockCodec::lzw);
      damaged.push_back(std::move(packed));
      sizes.push_back(v.raw.size());
    }
  }
  run.run(4);
  int refused = 0;
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    const auto expected = test::is_old_lzw(damaged[i]) ? std::nullopt : test::lzw_by_libtiff(damaged[i], sizes[i]);
    ASSERT_EQ(run.statuses[i] == DecodeStatus::ok, expected.has_value()) << i << ": " << name_of(run.statuses[i]);
    if (expected) {
      EXPECT_TRUE(run.bytes_of(i) == *expected) << i;
    } else {
      ++refused;
      EXPECT_EQ(run.statuses[i], test::lzw_by_lanes(damaged[i], sizes[i]).status)
          << "another reason than loops of lanes";
    }
  }
  EXPECT_GT(refused, 60);
  EXPECT_LT(refused, static_cast<int>(damaged.size()) - 60);
  EXPECT_TRUE(run.gaps_untouched());
}

TEST_P(DecodeKernels, StopAtTheWorkLimit) {
  const Bytes raw = test::differenced_scene(20000);
  const Bytes packed = test::zlib_pack(raw, 6);
  UnpackRun run;
  run.add(packed, raw.size(), 40);
  run.add(packed, raw.size());
  run.run(1);
  EXPECT_EQ(run.statuses[0], DecodeStatus::too_much_work);
  EXPECT_EQ(run.statuses[1], DecodeStatus::ok);
  UnpackRun lzw;
  const Bytes strings = test::libtiff_pack_lzw(raw);
  lzw.add(strings, raw.size(), 40, BlockCodec::lzw);
  lzw.add(strings, raw.size(), codec::lzw_work_limit(static_cast<std::uint32_t>(strings.size())), BlockCodec::lzw);
  lzw.run(1);
  EXPECT_EQ(lzw.statuses[0], DecodeStatus::too_much_work);
  EXPECT_EQ(lzw.statuses[1], DecodeStatus::ok);
}

// From packed bytes to planes, blocks of two types in one batch; the refused one leaves its part of the planes alone.
TEST_P(DecodeKernels, FillPlanes) {
  std::mt19937_64 random(19);
  const BlockLayout layouts[] = {{40, 24, 3, SampleType::u16, BlockPredictor::horizontal},
                                 {24, 16, 4, SampleType::f32, BlockPredictor::floating_point},
                                 {24, 16, 4, SampleType::f32, BlockPredictor::none},
                                 {33, 70, 1, SampleType::i8, BlockPredictor::horizontal}};
  for (std::size_t first = 0; first < 4; ++first) {
    UnpackRun run;
    std::vector<std::vector<std::byte>> stored;
    for (int k = 0; k < 3; ++k) {
      const BlockLayout& layout =
          layouts[(first + static_cast<std::size_t>(k) / 2) % 4];  // the last is of another type
      Bytes bytes(static_cast<std::size_t>(layout.row_byte_count() * layout.height));
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random() % 3);
      Bytes packed = test::zlib_pack(bytes, 6);
      if (k == 1) packed[packed.size() - 1] ^= 1;
      run.add(packed, bytes.size());
      stored.emplace_back(reinterpret_cast<const std::byte*>(bytes.data()),
                          reinterpret_cast<const std::byte*>(bytes.data()) + bytes.size());
      PackedBlock& block = run.blocks.back();
      block.layout = static_cast<std::uint32_t>((first + static_cast<std::size_t>(k) / 2) % 4);
      block.planes = static_cast<std::uint32_t>(k);
      block.x = 3;
      block.y = 2;
      block.width = layout.width - 5;
      block.height = layout.height - 4;
      block.first_target = 1;
      block.target_count = static_cast<std::uint32_t>(std::min(2, layout.sample_count));
    }
    run.run(2);
    ASSERT_EQ(run.statuses, (std::vector{DecodeStatus::ok, DecodeStatus::bad_sum, DecodeStatus::ok}));

    const std::vector<SampleTarget> targets = {{9, 9, false, 0}, {0, 0, true, 1}, {2, 1, false, 0}};
    std::vector<test::CutPlanes> cuts(3);
    std::vector<codec::DecodedPlanes> planes(3);
    for (std::size_t k = 0; k < 3; ++k) {
      const PackedBlock& block = run.blocks[k];
      const auto pixels = static_cast<std::size_t>(block.width) * static_cast<std::size_t>(block.height);
      cuts[k].samples.assign(pixels * 2 * 4, std::byte{0xaa});
      cuts[k].valid.assign(pixels, 1);
      planes[k] = {cuts[k].samples.data(), block.width, static_cast<std::ptrdiff_t>(pixels), cuts[k].valid.data(),
                   block.width};
    }
    DecodeBatch batch;
    batch.raw = run.raw.data();
    batch.blocks = run.blocks.data();
    batch.block_count = 3;
    batch.layouts = layouts;
    batch.planes = planes.data();
    batch.targets = targets.data();
    batch.status = run.statuses.data();
    cudaStream_t stream = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    GS_CUDA_NAMESPACE::unpredict_blocks(stream, batch, layouts[run.blocks[0].layout].type);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);

    const SampleType type = layouts[run.blocks[0].layout].type;
    for (std::size_t k = 0; k < 3; ++k) {
      const BlockLayout& layout = layouts[run.blocks[k].layout];
      if (k == 1 || stored_as(layout.type) != stored_as(type)) {
        EXPECT_TRUE(std::all_of(cuts[k].samples.begin(), cuts[k].samples.end(),
                                [](std::byte b) { return b == std::byte{0xaa}; }));
        continue;
      }
      const auto last = targets.begin() + 1 + run.blocks[k].target_count;
      auto expected = test::unpredict_plainly(stored[k], layout, run.blocks[k], {targets.begin() + 1, last});
      // Room that no target goes to stays as it was.
      expected.samples.resize(cuts[k].samples.size(), std::byte{0xaa});
      EXPECT_EQ(cuts[k].valid, expected.valid);
      EXPECT_TRUE(cuts[k].samples == expected.samples) << "layout " << run.blocks[k].layout;
    }
  }
}

std::string name_of_order(const testing::TestParamInfo<gs_fibre::Order>& info) {
  switch (info.param) {
    case gs_fibre::Order::forward: return "fibreForward";
    case gs_fibre::Order::reversed: return "fibreReversed";
    case gs_fibre::Order::shuffled: break;
  }
  return "fibreShuffled";
}

INSTANTIATE_TEST_SUITE_P(Orders, DecodeKernels,
                         testing::Values(gs_fibre::Order::forward, gs_fibre::Order::reversed,
                                         gs_fibre::Order::shuffled),
                         name_of_order);

}  // namespace
}  // namespace groundshift
