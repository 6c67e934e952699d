// SPDX-License-Identifier: Apache-2.0
// Slopes, fields and sensor noise: what makes deflate's symbols those of images.
#include "bench/micro/packed_scene.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "kernels/codec/apply_predictor.hpp"
#include "kernels/codec/block_encoder.hpp"
#include "kernels/codec/unpack_work.hpp"
#include "tests/support/codec/lzw_writer.hpp"

namespace groundshift::bench {
namespace {

std::uint32_t hash(std::uint32_t v) {
  v ^= v >> 16;
  v *= 0x7feb352du;
  v ^= v >> 15;
  v *= 0x846ca68bu;
  return v ^ v >> 16;
}

std::uint16_t sample(std::uint32_t seed, std::uint32_t band, std::uint32_t x, std::uint32_t y) {
  const std::uint32_t field = hash(seed * 7919u + band * 31u + x / 48u * 131071u + y / 32u) % 900u;
  const std::uint32_t noise = hash(hash(seed + band) + x * 2654435761u + y) % 24u;
  return static_cast<std::uint16_t>(1200u + field + (x + 2u * y) / 8u + noise);
}

std::vector<std::byte> packed_tile(std::uint32_t seed, BlockCodec codec) {
  constexpr std::size_t kRow = std::size_t{PackedScene::kSide} * PackedScene::kBands;
  std::vector<std::uint16_t> row(kRow);
  std::vector<std::byte> raw(PackedScene::kPixelBytes);
  const SampleRow form{PackedScene::kSide, PackedScene::kBands, sizeof(std::uint16_t)};
  for (std::uint32_t y = 0; y < PackedScene::kSide; ++y) {
    for (std::uint32_t x = 0; x < PackedScene::kSide; ++x) {
      for (std::uint32_t b = 0; b < PackedScene::kBands; ++b) row[x * PackedScene::kBands + b] = sample(seed, b, x, y);
    }
    apply_predictor(BlockPredictor::horizontal, form, reinterpret_cast<const std::byte*>(row.data()),
                    raw.data() + y * kRow * sizeof(std::uint16_t), nullptr);
  }
  if (codec == BlockCodec::lzw) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(raw.data());
    const test::Bytes packed = test::lzw_pack_plainly({first, first + raw.size()});
    const auto bytes = std::as_bytes(std::span(packed));
    return {bytes.begin(), bytes.end()};
  }
  BlockEncoder encoder(codec, 6);
  std::vector<std::byte> packed(static_cast<std::size_t>(encoder.bound(static_cast<std::int64_t>(raw.size()))));
  packed.resize(static_cast<std::size_t>(encoder.pack(raw, packed)));
  return packed;
}

}  // namespace

PackedScene::PackedScene(std::size_t block_count, BlockCodec packing)
    : layouts{{kSide, kSide, kBands, codec::SampleType::u16, BlockPredictor::horizontal}} {
  for (std::int32_t b = 0; b < kBands; ++b) targets.push_back({b, b, true, 0, 0});
  std::vector<std::vector<std::byte>> tiles;
  for (std::size_t i = 0; i < std::min(kDifferent, block_count); ++i) {
    tiles.push_back(packed_tile(static_cast<std::uint32_t>(i), packing));
  }
  for (std::size_t i = 0; i < block_count; ++i) {
    const std::vector<std::byte>& tile = tiles[i % tiles.size()];
    codec::PackedBlock block;
    block.packed_offset = packed.size();
    block.packed_byte_count = static_cast<std::uint32_t>(tile.size());
    block.raw_offset = raw_byte_count;
    block.raw_byte_count = static_cast<std::uint32_t>(kPixelBytes);
    block.codec = packing;
    block.work_limit = codec::unpack_work_limit(packing, block.packed_byte_count, block.raw_byte_count);
    block.planes = static_cast<std::uint32_t>(i);
    block.target_count = kBands;
    block.width = block.height = kSide;
    blocks.push_back(block);
    packed.insert(packed.end(), tile.begin(), tile.end());
    packed.resize(codec::block_aligned(packed.size()));
    raw_byte_count += codec::block_aligned(kPixelBytes);
  }
}

std::vector<codec::DecodedPlanes> PackedScene::planes(std::byte* pixels, std::uint8_t* valid) const {
  std::vector<codec::DecodedPlanes> out;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    out.push_back({pixels + i * kPixelBytes, kSide, std::ptrdiff_t{kSide} * kSide, valid + i * kValidBytes, kSide});
  }
  return out;
}

}  // namespace groundshift::bench
