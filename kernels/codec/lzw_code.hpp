// SPDX-License-Identifier: Apache-2.0
// TIFF's LZW (TIFF 6.0, section 13) as numbers: where each code lies and what it may stand for.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift::codec {

// Codes are counted from 0 behind each Clear. Code i (from 1 on) gives a number, 257 + i, to a string: what code i - 1
// stood for and the first byte of what code i stands for. So string 258 + j is what code j wrote and one byte more,
// which follow each other in the output.

inline constexpr std::uint32_t kLzwClear = 256;
inline constexpr std::uint32_t kLzwEnd = 257;
inline constexpr std::uint32_t kLzwFirstString = 258;
/// Strings that a code of 12 bits, the longest, can name: those of the codes 0 .. kLzwStrings - 1.
inline constexpr std::uint32_t kLzwStrings = 4096 - kLzwFirstString;
/// Codes between two Clears that libtiff takes. Packers should clear at 4094 strings; it allows 1024 more, without
/// numbers.
inline constexpr std::uint32_t kLzwMostCodes = 4095 + 1024 - 257;

/// Bits of code i. They grow one code early, when the next string is number 511, 1023 or 2047.
constexpr GS_HD std::uint32_t lzw_width(std::uint32_t i) {
  return 9u + (i >= 254u ? 1u : 0u) + (i >= 766u ? 1u : 0u) + (i >= 1790u ? 1u : 0u);
}
/// Bits of the codes 0 .. i - 1.
constexpr GS_HD std::uint32_t lzw_bits_before(std::uint32_t i) {
  return 9u * i + (i > 254u ? i - 254u : 0u) + (i > 766u ? i - 766u : 0u) + (i > 1790u ? i - 1790u : 0u);
}

/// Bytes that a byte of LZW unpacks to at most, rounded up: the longest string at every code, as many as there may be
/// between two Clears of 9 bits.
constexpr std::uint64_t most_lzw_ratio() {
  std::uint64_t byte_count = 0;
  for (std::uint32_t i = 0; i < kLzwMostCodes; ++i) byte_count += i < kLzwStrings ? i + 1 : kLzwStrings + 1;
  const std::uint64_t bit_count = 9 + lzw_bits_before(kLzwMostCodes);
  return (8 * byte_count + bit_count - 1) / bit_count;
}

/// How many groups of codes (up to 32 of them, ended by a Clear) a warp takes before it leaves a stream to the CPU.
/// Whole groups take 36 to 48 packed bytes; a stream of Clears would take two. Both counts below 2^28.
constexpr std::uint32_t lzw_work_limit(std::uint32_t packed_byte_count) { return 64 + packed_byte_count / 8; }

}  // namespace groundshift::codec
