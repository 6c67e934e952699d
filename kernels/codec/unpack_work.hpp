// SPDX-License-Identifier: Apache-2.0
// How much work a warp spends on a block, whatever packed it.
#pragma once

#include <cstdint>

#include "kernels/codec/block_codec.hpp"
#include "kernels/codec/inflate_work.hpp"
#include "kernels/codec/lzw_code.hpp"

namespace groundshift::codec {

/// PackedBlock::work_limit; what is not packed asks for none and gets deflate's.
constexpr std::uint32_t unpack_work_limit(BlockCodec codec, std::uint32_t packed_byte_count,
                                          std::uint32_t raw_byte_count) {
  return codec == BlockCodec::lzw ? lzw_work_limit(packed_byte_count)
                                  : inflate_work_limit(packed_byte_count, raw_byte_count);
}

}  // namespace groundshift::codec
