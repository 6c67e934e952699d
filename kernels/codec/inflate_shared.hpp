// SPDX-License-Identifier: Apache-2.0
// What the lanes that inflate one stream share: staged input, decoding tables, notes on the bytes to come.
#pragma once

#include <cstdint>

#include "kernels/codec/lanes.hpp"

namespace groundshift::codec {

/// How much a warp takes at once. Larger windows cost shared memory (fewer warps an SM) and save rounds.
/// LaneBits    : compressed bits a lane takes in a window; a multiple of 32
/// StagedBytes : output of a window that fits on the chip; a multiple of 32
template <int LaneBits, int StagedBytes>
struct InflateSizes {
  static_assert(LaneBits % 32 == 0 && StagedBytes % 32 == 0);
  static constexpr int kLaneBits = LaneBits;
  static constexpr int kStagedBytes = StagedBytes;
  /// A symbol that begins at a lane's last bit ends up to 47 bits later.
  static constexpr int kWindowWords = kLaneCount * LaneBits / 32 + 2;
};
using DefaultInflateSizes = InflateSizes<256, 3072>;

inline constexpr int kLiteralBits = 10;
inline constexpr int kDistanceBits = 8;
inline constexpr int kLiteralSymbols = 288;
inline constexpr int kDistanceSymbols = 32;
inline constexpr int kLongestCode = 15;

/// A canonical prefix code (RFC 1951, 3.2.2): left-aligned in 15 bits, the codes of length n lie below limit[n] and
/// from limit[n - 1] on; (code >> (15 - n)) + base[n] is the place of its symbol in the sorted list, modulo 2^16.
template <class Warp>
struct CanonicalCode {
  ArrayOf<Warp, std::uint16_t, kLongestCode + 1> limit;
  ArrayOf<Warp, std::uint16_t, kLongestCode + 1> base;
};

/// A code with its table of the first `Bits` bits: symbol << 4 | length, 0 where the code is longer or there is none.
template <class Warp, int Bits, int Symbols>
struct CodeTable {
  static constexpr int kBits = Bits;
  ArrayOf<Warp, std::uint16_t, (1 << Bits)> entry;
  ArrayOf<Warp, std::uint16_t, Symbols> sorted;
  CanonicalCode<Warp> code;
};

template <class Warp, class Sizes = DefaultInflateSizes>
struct InflateShared {
  ArrayOf<Warp, std::uint32_t, Sizes::kWindowWords + Sizes::kWindowWords / 16 + 1> input;
  CodeTable<Warp, kLiteralBits, kLiteralSymbols> literal;
  CodeTable<Warp, kDistanceBits, kDistanceSymbols> distance;  ///< also the code of the code lengths
  ArrayOf<Warp, std::uint32_t, kLongestCode + 1> count;       ///< of the symbols of each length
  ArrayOf<Warp, std::uint32_t, kLongestCode + 1> next;        ///< place of the next symbol of each length
  ArrayOf<Warp, std::uint16_t, Sizes::kStagedBytes> note;     ///< a byte | kKnownByte, or its distance - 1
  ArrayOf<Warp, std::uint8_t, kLiteralSymbols + kDistanceSymbols> length;
};

inline constexpr std::uint32_t kKnownByte = 0x8000u;

}  // namespace groundshift::codec
