// SPDX-License-Identifier: Apache-2.0
// Why a warp refuses a block: a hint for logs and tests; the CPU's decoder alone decides and words the error.
#pragma once

#include <cstdint>

namespace groundshift::codec {

enum class DecodeStatus : std::uint32_t {
  ok,
  bad_header,     ///< not a zlib stream without a preset dictionary; LZW that does not begin with a Clear
  bad_block,      ///< block type 3, or a stored length that contradicts its complement
  bad_code,       ///< code lengths that make no prefix code, or no code for the end of the block
  bad_symbol,     ///< bits that no code has, or a symbol that stands for nothing
  bad_distance,   ///< a match reaches back before the first byte
  bad_string,     ///< LZW: a code that stands for nothing yet, or too many of them without a Clear
  too_much,       ///< more bytes than the block has
  too_little,     ///< fewer
  truncated,      ///< the stream goes on behind the end of its bytes
  bad_sum,        ///< Adler-32 differs
  too_large,      ///< 256 MiB or more, packed or not
  too_much_work,  ///< so many small blocks, windows or groups that a CPU is faster
  damaged,        ///< refused by the CPU's unpacker, which does not say why
  not_decoded     ///< no warp has come by
};

constexpr const char* name_of(DecodeStatus status) {
  switch (status) {
    case DecodeStatus::ok: return "ok";
    case DecodeStatus::bad_header: return "bad header";
    case DecodeStatus::bad_block: return "bad block";
    case DecodeStatus::bad_code: return "bad code";
    case DecodeStatus::bad_symbol: return "bad symbol";
    case DecodeStatus::bad_distance: return "bad distance";
    case DecodeStatus::bad_string: return "bad string";
    case DecodeStatus::too_much: return "too much output";
    case DecodeStatus::too_little: return "too little output";
    case DecodeStatus::truncated: return "truncated";
    case DecodeStatus::bad_sum: return "bad checksum";
    case DecodeStatus::too_large: return "too large";
    case DecodeStatus::too_much_work: return "too much work";
    case DecodeStatus::damaged: return "damaged";
    case DecodeStatus::not_decoded: return "not decoded";
  }
  return "?";
}

}  // namespace groundshift::codec
