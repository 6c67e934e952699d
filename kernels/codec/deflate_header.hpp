// SPDX-License-Identifier: Apache-2.0
// The head of a DEFLATE block (RFC 1951, 3.2.3 to 3.2.7): bits one after the other with every check.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace groundshift::codec {

inline constexpr int kLongestCode = 15;
inline constexpr std::size_t kLiteralSymbols = 288, kDistanceSymbols = 32;
inline constexpr std::size_t kEndSymbol = 256, kFirstLengthSymbol = 257;

/// In which order a block tells the lengths of the code that its lengths are packed by.
inline constexpr std::array<std::uint8_t, 19> kLengthOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                              11, 4,  12, 3, 13, 2, 14, 1, 15};

/// The lowest `count` bits; count : below 64, or its lowest 6 bits
inline __attribute__((always_inline)) std::uint64_t low_bits(std::uint64_t bits, std::uint64_t count) {
  return bits & ((std::uint64_t{1} << (count & 63)) - 1);
}

/// Bits of a stream, first bit lowest. What lies behind the end reads as zeros and is told by `ran_out`.
struct BitSource {
  const std::uint8_t* in = nullptr;
  const std::uint8_t* end = nullptr;
  std::uint64_t bits = 0;   ///< the next `count` bits; zeros above
  std::uint64_t count = 0;  ///< below 64
  bool ran_out = false;

  /// At least 56 bits, or all that is left.
  void fill() {
    for (; count < 56 && in < end; count += 8) bits |= std::uint64_t{*in++} << count;
  }
  void skip(std::uint32_t n) {
    if (n > count) {
      ran_out = true;
      n = static_cast<std::uint32_t>(count);
    }
    bits >>= n;
    count -= n;
  }
  /// n : at most 16
  std::uint32_t take(std::uint32_t n) {
    fill();
    const auto value = static_cast<std::uint32_t>(low_bits(bits, n));
    skip(n);
    return value;
  }
  /// To the next byte: whole bytes that were held are given back.
  void align() {
    skip(static_cast<std::uint32_t>(count & 7));
    in -= count / 8;
    bits = count = 0;
  }
};

enum class BlockKind : std::uint8_t { stored, fixed, dynamic, damaged };

struct BlockHeader {
  BlockKind kind = BlockKind::damaged;
  bool last = false;
  std::uint32_t stored_bytes = 0;
  std::size_t literal_count = 0, distance_count = 0;
  std::array<std::uint8_t, kLiteralSymbols> literal_lengths;    ///< of codes, in bits, 0: none; [0, literal_count)
  std::array<std::uint8_t, kDistanceSymbols> distance_lengths;  ///< [0, distance_count)

  std::span<const std::uint8_t> literals() const { return std::span(literal_lengths).first(literal_count); }
  std::span<const std::uint8_t> distances() const { return std::span(distance_lengths).first(distance_count); }
  /// Which part of the symbols are matches, by the lengths of the codes: 0 to 1.
  double match_share() const;
};

/// Whether two bytes begin a zlib stream without a dictionary (RFC 1950, 2.2).
bool begins_zlib(std::span<const std::byte> packed);

/// Reads a block's head; a stored block's `in` then lies at its bytes. `damaged` where zlib would refuse it.
void read_block_header(BitSource& bits, BlockHeader& header);

/// The codes of RFC 1951 3.2.2, first bit lowest. False for a set that zlib refuses: too many codes, or too few; but
/// where `one_may_stand_alone`, no code at all or one of a single bit.
bool reversed_codes(std::span<const std::uint8_t> lengths, bool one_may_stand_alone, std::span<std::uint16_t> codes);

}  // namespace groundshift::codec
