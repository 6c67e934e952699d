// SPDX-License-Identifier: Apache-2.0
// Blocks laid back to back at aligned places.
#include "host/io/packed_batch.hpp"

#include <algorithm>
#include <array>

#include "kernels/codec/plane_decoder.hpp"

namespace groundshift {

PackedBatch::PackedBatch(Backend& backend, const DecodeShape& shape)
    : shape_(shape), packed_(backend.allocate_host(shape.packed_bytes)) {
  blocks_.reserve(shape.block_count);
  layouts_.reserve(shape.layout_count);
  targets_.reserve(shape.target_count);
  statuses_.reserve(shape.block_count);
}

std::int64_t PackedBatch::byte_count(const DecodeShape& shape) {
  return static_cast<std::int64_t>(
      shape.packed_bytes + shape.block_count * (sizeof(codec::PackedBlock) + sizeof(codec::DecodeStatus)) +
      shape.layout_count * sizeof(codec::BlockLayout) + shape.target_count * sizeof(codec::SampleTarget));
}

void PackedBatch::clear() {
  blocks_.clear();
  layouts_.clear();
  targets_.clear();
  packed_bytes_ = raw_bytes_ = 0;
  stored_blocks_ = unpacked_bytes_ = 0;
  tile_ = {};
}

std::uint32_t PackedBatch::add_layout(const codec::BlockLayout& layout) {
  layouts_.push_back(layout);
  return static_cast<std::uint32_t>(layouts_.size() - 1);
}

std::uint32_t PackedBatch::add_targets(std::span<const codec::SampleTarget> targets) {
  const auto first = static_cast<std::uint32_t>(targets_.size());
  targets_.insert(targets_.end(), targets.begin(), targets.end());
  return first;
}

std::optional<std::span<std::byte>> PackedBatch::add_packed(const codec::PackedBlock& block) {
  codec::PackedBlock placed = block;
  placed.packed_offset = packed_bytes_;
  const std::uint64_t packed_end = packed_bytes_ + codec::block_aligned(block.packed_byte_count);
  std::uint64_t raw_end = raw_bytes_;
  if (block.is_packed()) {
    placed.raw_offset = raw_bytes_;
    raw_end += codec::block_aligned(block.raw_byte_count);
  }
  if (is_full() || packed_end > shape_.packed_bytes || raw_end > shape_.raw_bytes) return std::nullopt;
  packed_bytes_ = packed_end;
  raw_bytes_ = raw_end;
  ++stored_blocks_;
  unpacked_bytes_ += block.raw_byte_count;
  blocks_.push_back(placed);
  return std::span(static_cast<std::byte*>(packed_.data()) + placed.packed_offset, block.packed_byte_count);
}

bool PackedBatch::add_absent(const codec::PackedBlock& block) {
  if (is_full()) return false;
  ++stored_blocks_;
  blocks_.push_back(block);
  return true;
}

bool PackedBatch::add_outside(Date date, PixelType type, std::int32_t band_count, const Window& part) {
  codec::PackedBlock block;
  block.absent = true;
  block.layout = add_layout({part.width, part.height, 1, sample_type_of(type), BlockPredictor::none});
  block.planes = date == Date::before ? 0 : 1;
  block.first_target = static_cast<std::uint32_t>(targets_.size());
  block.target_count = static_cast<std::uint32_t>(band_count);
  for (std::int32_t b = 0; b < band_count; ++b) targets_.push_back({0, b, true, 0, 0});
  block.width = part.width;
  block.height = part.height;
  block.to_x = part.x;
  block.to_y = part.y;
  if (is_full()) return false;
  blocks_.push_back(block);
  return true;
}

PackedTile PackedBatch::tile() {
  std::stable_sort(blocks_.begin(), blocks_.end(), [](const codec::PackedBlock& a, const codec::PackedBlock& b) {
    if (a.is_packed() != b.is_packed()) return a.is_packed();
    return a.packed_byte_count > b.packed_byte_count;
  });
  statuses_.assign(blocks_.size(), codec::DecodeStatus::not_decoded);
  tile_.packed = {static_cast<const std::byte*>(packed_.data()), packed_bytes_};
  tile_.blocks = blocks_;
  tile_.layouts = layouts_;
  tile_.targets = targets_;
  tile_.raw_byte_count = raw_bytes_;
  return tile_;
}

bool PackedBatch::decode_by_cpu(std::size_t number, const PairTile& tile) const {
  const std::array<codec::DecodedPlanes, 2> planes = host_planes(tile);
  codec::PlaneDecoder decoder;  // its memory goes before the reader's is wanted
  return decoder.decode(host_batch(tile_, planes), static_cast<std::uint32_t>(number)) == codec::DecodeStatus::ok;
}

}  // namespace groundshift
