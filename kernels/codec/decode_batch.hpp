// SPDX-License-Identifier: Apache-2.0
// A batch of packed blocks (tiles or strips of TIFF files) and where their pixels go: plain data for host and device.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/codec/block_codec.hpp"
#include "kernels/codec/decode_status.hpp"
#include "kernels/view/hd.hpp"

namespace groundshift::codec {

/// A sample as the file stores it.
enum class SampleType : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, f32, f64 };

GS_HD std::int32_t sample_byte_count(SampleType type) {
  switch (type) {
    case SampleType::u8:
    case SampleType::i8: return 1;
    case SampleType::u16:
    case SampleType::i16: return 2;
    case SampleType::u32:
    case SampleType::i32:
    case SampleType::f32: return 4;
    case SampleType::u64:
    case SampleType::i64:
    case SampleType::f64: break;
  }
  return 8;
}

/// The type whose sums, equality and finiteness are those of `type`: integers by their width alone.
GS_HD SampleType stored_as(SampleType type) {
  switch (type) {
    case SampleType::i8: return SampleType::u8;
    case SampleType::i16: return SampleType::u16;
    case SampleType::i32: return SampleType::u32;
    case SampleType::i64: return SampleType::u64;
    default: return type;
  }
}

/// Calls f(T{}) with the C++ type of stored_as(type).
template <class F>
void with_stored_type(SampleType type, const F& f) {
  switch (stored_as(type)) {
    case SampleType::u8: return f(std::uint8_t{});
    case SampleType::u16: return f(std::uint16_t{});
    case SampleType::u32: return f(std::uint32_t{});
    case SampleType::f32: return f(float{});
    case SampleType::f64: return f(double{});
    default: return f(std::uint64_t{});
  }
}

/// How the samples of an unpacked block lie: little-endian, pixel by pixel, rows without gaps.
struct BlockLayout {
  std::int32_t width = 0;  ///< pixels, padding included
  std::int32_t height = 0;
  std::int32_t sample_count = 0;  ///< a pixel
  SampleType type = SampleType::u8;
  BlockPredictor predictor = BlockPredictor::none;

  GS_HD std::int64_t row_byte_count() const { return std::int64_t{width} * sample_count * sample_byte_count(type); }
};

/// Which sample of a pixel goes to which plane. The pixels whose value equals `nodata` become invalid.
struct SampleTarget {
  std::int32_t sample = 0;
  std::int32_t plane = 0;
  bool has_nodata = false;
  std::uint64_t nodata_bits = 0;  ///< the value as the file's type stores it, in the lowest bytes
  std::uint64_t absent_bits = 0;  ///< likewise: the sample of a block that is not stored
};

/// Planes of the file's type that blocks are cut into, and a byte of validity a pixel. Warps only ever clear validity:
/// whoever makes the batch sets it before.
struct DecodedPlanes {
  std::byte* data = nullptr;
  std::ptrdiff_t row_pitch = 0;   ///< samples
  std::ptrdiff_t band_pitch = 0;  ///< samples
  std::uint8_t* valid = nullptr;
  std::ptrdiff_t valid_pitch = 0;
};

/// One block: its packed bytes, room for its unpacked ones, and the part that is wanted.
/// codec  : deflate or lzw; none: the packed bytes are the unpacked ones, and need no room
/// absent : a sparse file's block, without bytes: every pixel holds its target's absent_bits
struct PackedBlock {
  std::uint64_t packed_offset = 0;  ///< of the batch's packed bytes; a multiple of kBlockAlignment
  std::uint64_t raw_offset = 0;     ///< of the batch's raw bytes; a multiple of kBlockAlignment
  std::uint32_t packed_byte_count = 0;
  std::uint32_t raw_byte_count = 0;  ///< height rows of the layout
  std::uint32_t work_limit = 0;      ///< unpack_work_limit
  std::uint32_t layout = 0;          ///< of the batch's layouts
  std::uint32_t planes = 0;          ///< of the batch's planes
  std::uint32_t first_target = 0;    ///< of the batch's targets
  std::uint32_t target_count = 0;
  std::int32_t x = 0;  ///< the part's first pixel in the block
  std::int32_t y = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t to_x = 0;  ///< and in the planes
  std::int32_t to_y = 0;
  BlockCodec codec = BlockCodec::deflate;
  bool absent = false;

  GS_HD bool is_packed() const { return !absent && codec != BlockCodec::none; }
};
inline constexpr std::size_t kBlockAlignment = 16;
/// A kernel each for deflate and lzw, with a counter each.
inline constexpr std::size_t kNextCount = 2;

/// Where a block's bytes end in a buffer of blocks.
constexpr std::uint64_t block_aligned(std::uint64_t byte_count) {
  return (byte_count + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

/// Everything the kernels read and write. Does not own; all pointers name memory of the side that decodes.
/// packed : blocks back to back at multiples of kBlockAlignment, readable up to the next one
/// next   : for each packed codec the number of the next block to look at; 0 before, warps count it up
/// status : one a block, not_decoded before
struct DecodeBatch {
  const std::byte* packed = nullptr;
  std::byte* raw = nullptr;
  const PackedBlock* blocks = nullptr;  ///< largest packed_byte_count first, so that no large one comes last
  std::uint32_t block_count = 0;
  const BlockLayout* layouts = nullptr;
  const DecodedPlanes* planes = nullptr;
  const SampleTarget* targets = nullptr;
  std::uint32_t* next = nullptr;  ///< kNextCount of them
  DecodeStatus* status = nullptr;

  /// A block's unpacked bytes, once its status is ok; not of an absent one.
  GS_HD const std::byte* unpacked(const PackedBlock& block) const {
    return block.codec == BlockCodec::none ? packed + block.packed_offset : raw + block.raw_offset;
  }
};

}  // namespace groundshift::codec
