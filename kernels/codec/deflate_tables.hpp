// SPDX-License-Identifier: Apache-2.0
// What the next bits of a DEFLATE block mean: one look-up gives up to two literals, or a literal and a match's length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/codec/deflate_header.hpp"

namespace groundshift::codec {

// An entry for literals and lengths, from the lowest bit:
//   0-5   bits it takes, extra bits of a length among them     7     kNotPlain     8-12  bits of its codes alone
//   13    kLiteralsOnly: no match follows                      14-15 literals before the match, or kEscape
//   16-23 the first literal                                    24-31 the second, or the match's length - 3 - extra
// An escape: 8-11 bits of its second table, 16-23 that table's number; none of them: no such code; kEndOfBlockEntry.
// Plain are literals and matches of at most kPlainLength bytes without extra bits.
inline constexpr std::uint32_t kNotPlain = 1u << 7, kPlainLength = 10;
inline constexpr std::uint32_t kLiteralsOnly = 1u << 13, kEscape = 3u << 14;
inline constexpr std::uint32_t kEndOfBlockEntry = 1u << 24;
// An entry for distances:
//   0-7   bits it takes, extra bits among them     8-12 bits of its code alone     16-31 the distance without its extra
// An escape has distance 0: 8-11 bits of its second table, 12-15 that table's number; 0: no such code.

/// Tables of one block, the second ones behind the first one. 21 KiB, of which a scene's noise uses most.
class DeflateTables {
 public:
  static constexpr int kLiteralBits = 12, kDistanceBits = 9;

  /// False where zlib refuses the codes.
  bool fill(const BlockHeader& header);

  const std::uint32_t* literals() const { return literals_.entries.data(); }
  const std::uint32_t* distances() const { return distances_.entries.data(); }

  /// The entry of a code longer than the first table's; an escape again where there is none.
  std::uint32_t long_literal(std::uint32_t escape, std::uint64_t bits) const {
    if ((escape >> 8 & 15u) == 0) return kEscape;
    return literals_.second(escape >> 16 & 255u, escape >> 8 & 15u, bits >> kLiteralBits);
  }
  /// The same of a distance; 0 where there is none.
  std::uint32_t long_distance(std::uint32_t escape, std::uint64_t bits) const {
    if (escape == 0) return 0;
    return distances_.second(escape >> 12 & 15u, escape >> 8 & 15u, bits >> kDistanceBits);
  }

 private:
  /// `Seconds` second tables at most: a prefix of two codes at least has one.
  template <int Bits, std::size_t Symbols>
  struct TwoLevels {
    static constexpr std::size_t kFirst = std::size_t{1} << Bits, kSeconds = Symbols / 2;
    std::array<std::uint32_t, kFirst + (kSeconds << (kLongestCode - Bits))> entries;
    std::array<std::uint16_t, kSeconds> begins;

    std::uint32_t second(std::uint32_t table, std::uint32_t bit_count, std::uint64_t bits) const {
      return entries[begins[table] + low_bits(bits, bit_count)];
    }
    template <class EntryOf, class EscapeOf>
    bool fill(std::span<const std::uint8_t> lengths, bool one_may_stand_alone, std::uint32_t none,
              const EntryOf& entry_of, const EscapeOf& escape_of);
  };

  TwoLevels<kLiteralBits, 286> literals_;
  TwoLevels<kDistanceBits, 30> distances_;
};

}  // namespace groundshift::codec
