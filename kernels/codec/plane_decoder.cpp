// SPDX-License-Identifier: Apache-2.0
// Row by row while it is in the cache, as the readers do.
#include "kernels/codec/plane_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "kernels/codec/take_row_apart.hpp"
#include "kernels/view/mark_invalid.hpp"

namespace groundshift::codec {

DecodeStatus PlaneDecoder::decode(const DecodeBatch& batch, std::uint32_t number) {
  const PackedBlock& block = batch.blocks[number];
  std::span<std::byte> bytes;
  if (!block.absent) {
    unpacked_.resize(std::max<std::size_t>(unpacked_.size(), block.raw_byte_count));
    bytes = std::span(unpacked_).first(block.raw_byte_count);
    const std::span packed(batch.packed + block.packed_offset, block.packed_byte_count);
    if (decoder_.unpack(block.codec, packed, bytes) != BlockStatus::ok) return DecodeStatus::damaged;
  }
  const auto row_bytes = static_cast<std::size_t>(batch.layouts[block.layout].row_byte_count());
  for (std::int32_t y = 0; y < block.height; ++y) {
    const std::size_t row = static_cast<std::size_t>(block.y + y) * row_bytes;
    put_row(batch, block, block.absent ? bytes : bytes.subspan(row, row_bytes), y);
  }
  return DecodeStatus::ok;
}

void PlaneDecoder::put_row(const DecodeBatch& batch, const PackedBlock& block, std::span<std::byte> row,
                           std::int32_t y) {
  const BlockLayout& layout = batch.layouts[block.layout];
  const DecodedPlanes& planes = batch.planes[block.planes];
  const std::span targets(batch.targets + block.first_target, block.target_count);
  with_stored_type(layout.type, [&](auto zero) {
    using T = decltype(zero);
    const auto from = static_cast<std::size_t>(block.x), count = static_cast<std::size_t>(block.width);
    const std::size_t end = from + count;
    row_.resize(std::max(row_.size(), targets.size() * end * sizeof(T)));
    aims_.clear();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      aims_.push_back({targets[i].sample, row_.data() + i * end * sizeof(T)});
    }
    if (!block.absent) {
      const RowForm form{layout.width, layout.sample_count, static_cast<std::int32_t>(sizeof(T)), layout.predictor,
                         false};
      take_row_apart(row, form, static_cast<std::int32_t>(end), aims_);
    }
    const std::ptrdiff_t to_row = block.to_y + y;
    std::uint8_t* const valid = planes.valid + to_row * planes.valid_pitch + block.to_x;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const SampleTarget& target = targets[i];
      T* const to =
          reinterpret_cast<T*>(planes.data) + target.plane * planes.band_pitch + to_row * planes.row_pitch + block.to_x;
      const auto value_of = [](std::uint64_t bits) {
        T value;
        std::memcpy(&value, &bits, sizeof(T));
        return value;
      };
      if (block.absent) {
        std::fill_n(to, count, value_of(target.absent_bits));
      } else {
        std::memcpy(to, aims_[i].to + from * sizeof(T), count * sizeof(T));
      }
      mark_invalid(to, block.width, target.has_nodata ? std::optional<T>(value_of(target.nodata_bits)) : std::nullopt,
                   valid);
    }
  });
}

}  // namespace groundshift::codec
