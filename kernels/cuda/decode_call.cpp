// SPDX-License-Identifier: Apache-2.0
// One copy of bytes, one of descriptors, a kernel for each codec and one for planes, one copy of statuses back.
#include "kernels/cuda/decode_call.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

#include "kernels/cuda/decode.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

void run_decode(DeviceWorkspace& slot, DeviceRecord& room, const PairTile& tile, const PackedTile& packed,
                std::span<codec::DecodeStatus> statuses) {
  if (statuses.size() != packed.blocks.size() ||
      packed.blocks.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw std::invalid_argument("one status a block, below 2^31 of them");
  }
  const auto is_packed = [](const codec::PackedBlock& block) { return block.is_packed(); };
  const auto plain = std::find_if_not(packed.blocks.begin(), packed.blocks.end(), is_packed);
  if (std::any_of(plain, packed.blocks.end(), is_packed)) throw std::invalid_argument("packed blocks come first");
  const CallScope scope(slot, "decode");
  const cudaStream_t stream = slot.stream();
  const std::array<codec::DecodedPlanes, 2> planes = room.begin_writing(stream, tile, packed.band_count);
  if (packed.blocks.empty()) return slot.wait();
  const codec::DecodeBatch batch = slot.decode_memory().copy_in(stream, packed, planes);
  codec::DecodeBatch to_unpack = batch;
  to_unpack.block_count = static_cast<std::uint32_t>(plain - packed.blocks.begin());
  const auto blocks_of = [&](BlockCodec codec) {
    return static_cast<std::int32_t>(
        std::count_if(packed.blocks.begin(), plain, [=](const auto& block) { return block.codec == codec; }));
  };
  // One warp a block: what the device cannot hold at a time waits, and finds no block left.
  inflate_blocks(stream, to_unpack, blocks_of(BlockCodec::deflate));
  unpack_lzw_blocks(stream, to_unpack, blocks_of(BlockCodec::lzw));
  unpredict_blocks(stream, batch, sample_type_of(tile.type));
  slot.decode_memory().copy_back_statuses(stream, batch);
  slot.wait();
  const auto told = slot.decode_memory().statuses(packed.blocks.size());
  std::copy(told.begin(), told.end(), statuses.begin());
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
