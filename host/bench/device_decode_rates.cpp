// SPDX-License-Identifier: Apache-2.0
// A file's blocks in one batch, laid side by side over a tile of both dates.
#include "host/bench/device_decode_rates.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/bench/rate.hpp"
#include "host/io/packed_batch.hpp"
#include "kernels/codec/unpack_work.hpp"

namespace groundshift {
namespace {

PixelType type_of(const StoredBlocks& blocks) {
  return blocks.sample_bytes == 1 ? PixelType::u8 : blocks.sample_bytes == 2 ? PixelType::u16 : PixelType::f32;
}

/// A tile of `count` blocks, half of them in each date, and the batch and workspace that it is decoded with.
class BlockTile {
 public:
  BlockTile(Backend& backend, const StoredBlocks& blocks, std::int64_t count) : backend_(backend) {
    const std::int64_t each = (count + 1) / 2;
    // About as wide as high.
    const double square = std::sqrt(double(each) * blocks.height / blocks.width);
    const std::int64_t across = std::clamp<std::int64_t>(std::llround(square), 1, each);
    tile_.type = type_of(blocks);
    tile_.band_count = blocks.lanes;
    tile_.width = static_cast<std::int32_t>(across * blocks.width);
    tile_.height = static_cast<std::int32_t>((each + across - 1) / across * blocks.height);
    tile_.row_pitch = tile_.width;
    tile_.band_pitch = std::ptrdiff_t{tile_.width} * tile_.height;
    tile_.core = {0, 0, tile_.width, tile_.height};

    DecodeShape shape;
    shape.block_count = static_cast<std::size_t>(count);
    shape.layout_count = 1;
    shape.target_count = static_cast<std::size_t>(blocks.lanes);
    const auto packed_of = [&](std::int64_t i) -> const std::vector<std::byte>& {
      return blocks.packed[static_cast<std::size_t>(i) % blocks.packed.size()];
    };
    for (std::int64_t i = 0; i < count; ++i) shape.packed_bytes += codec::block_aligned(packed_of(i).size());
    shape.raw_bytes = static_cast<std::size_t>(count) *
                      static_cast<std::size_t>(codec::block_aligned(static_cast<std::uint64_t>(blocks.block_bytes())));
    WorkspaceShape workspace{tile_.type, tile_.band_count, tile_.width, tile_.height};
    workspace.decode = shape;
    workspace_ = backend.make_workspace(workspace);
    batch_ = PackedBatch(backend, shape);

    codec::PackedBlock block;
    block.layout =
        batch_.add_layout({blocks.width, blocks.height, blocks.lanes, sample_type_of(tile_.type), blocks.predictor});
    std::vector<codec::SampleTarget> targets;
    for (std::int32_t lane = 0; lane < blocks.lanes; ++lane) targets.push_back({lane, lane, false, 0, 0});
    block.first_target = batch_.add_targets(targets);
    block.target_count = static_cast<std::uint32_t>(blocks.lanes);
    block.width = blocks.width;
    block.height = blocks.height;
    block.raw_byte_count = static_cast<std::uint32_t>(blocks.block_bytes());
    for (std::int64_t i = 0; i < count; ++i) {
      const std::vector<std::byte>& packed = packed_of(i);
      block.packed_byte_count = static_cast<std::uint32_t>(packed.size());
      block.work_limit = codec::unpack_work_limit(block.codec, block.packed_byte_count, block.raw_byte_count);
      block.planes = static_cast<std::uint32_t>(i % 2);
      block.to_x = static_cast<std::int32_t>(i / 2 % across) * blocks.width;
      block.to_y = static_cast<std::int32_t>(i / 2 / across) * blocks.height;
      const auto room = batch_.add_packed(block);
      expects(room.has_value(), "a batch holds what it was made for");
      std::memcpy(room->data(), packed.data(), packed.size());
    }
    for (const Date date : {Date::before, Date::after}) batch_.begin_date(date, tile_.band_count);
    packed_ = batch_.tile();
  }

  /// Throws DeviceError for a block that is refused.
  void decode() {
    backend_.decode(*workspace_, nullptr, tile_, packed_, batch_.statuses());
    for (const codec::DecodeStatus status : batch_.statuses()) {
      if (status == codec::DecodeStatus::ok) continue;
      throw DeviceError(
          fmt::format("the device refuses a block of the scene ({}): its rate says nothing", name_of(status)));
    }
  }

 private:
  Backend& backend_;
  PairTile tile_;
  std::unique_ptr<Workspace> workspace_;
  PackedBatch batch_;
  PackedTile packed_;
};

/// Nothing where there is no room for it.
std::unique_ptr<BlockTile> block_tile(Backend& backend, const StoredBlocks& blocks, std::int64_t count) {
  try {
    return std::make_unique<BlockTile>(backend, blocks, count);
  } catch (const DeviceFault&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

std::string unfit_for_rates(const StoredBlocks& blocks) {
  if (blocks.codec != BlockCodec::deflate)
    return fmt::format("its blocks are packed by {}, not DEFLATE", blocks.text());
  if (blocks.sample_bytes > 4) return fmt::format("its samples have {} bytes, of 4 at most", blocks.sample_bytes);
  if (blocks.predictor == BlockPredictor::floating_point && blocks.sample_bytes != 4) {
    return "its predictor is for other samples";
  }
  return {};
}

std::vector<DecodeRate> device_decode_rates(Backend& backend, const StoredBlocks& blocks,
                                            std::span<const std::int64_t> counts, std::int64_t memory_bytes) {
  expects(unfit_for_rates(blocks).empty() && !blocks.packed.empty(), "blocks that a device takes");
  const double packed_a_block = double(blocks.packed_bytes()) / double(blocks.packed.size());
  std::vector<DecodeRate> rates;
  for (const std::int64_t count : counts) {
    if (packed_a_block * double(count) > double(memory_bytes)) break;
    const std::unique_ptr<BlockTile> tile = block_tile(backend, blocks, count);
    if (tile == nullptr) break;
    rates.push_back({count, rate_of(1, double(blocks.block_bytes()) * double(count), [&](int) { tile->decode(); })});
  }
  if (rates.empty()) {
    throw DeviceError(fmt::format("the device or --memory has no room for {} blocks of {} bytes: no rate can be taken",
                                  counts.front(), blocks.block_bytes()));
  }
  return rates;
}

}  // namespace groundshift
