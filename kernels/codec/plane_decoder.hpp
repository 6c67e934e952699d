// SPDX-License-Identifier: Apache-2.0
// Packed blocks to planes and validity on the CPU: what the warps of a device do, by the readers' own decoders and, of
// LZW, by the lanes in loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/codec/block_decoder.hpp"
#include "kernels/codec/decode_batch.hpp"
#include "kernels/codec/split_bands.hpp"

namespace groundshift::codec {

/// Tables and scratch of one thread; they grow to the largest block met.
class PlaneDecoder {
 public:
  /// Unpacks block `number` of the batch and writes the wanted part to its planes; clears the validity of pixels that
  /// are nodata, NaN or infinite. The batch's raw, next and status are not used. Returns ok or damaged; the planes are
  /// untouched unless it is ok.
  DecodeStatus decode(const DecodeBatch& batch, std::uint32_t number);

 private:
  void put_row(const DecodeBatch& batch, const PackedBlock& block, std::span<std::byte> row, std::int32_t y);

  BlockDecoder decoder_;
  std::vector<std::byte> unpacked_, row_;
  std::vector<BandRow> aims_;
};

}  // namespace groundshift::codec
