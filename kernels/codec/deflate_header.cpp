// SPDX-License-Identifier: Apache-2.0
// Lengths of codes, which are packed by a code of their own.
#include "kernels/codec/deflate_header.hpp"

#include <algorithm>

namespace groundshift::codec {
namespace {

constexpr int kLongestLengthCode = 7;

void set_fixed(BlockHeader& header) {
  header.kind = BlockKind::fixed;
  header.literal_count = kLiteralSymbols;
  header.distance_count = kDistanceSymbols;
  for (std::size_t s = 0; s < kLiteralSymbols; ++s) {
    header.literal_lengths[s] = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
  }
  header.distance_lengths.fill(5);
}

/// Symbols of the lengths' code by its next bits; 0 bits where there is none.
struct LengthTable {
  struct Entry {
    std::uint8_t symbol = 0, bits = 0;
  };
  std::array<Entry, 1u << kLongestLengthCode> entries{};

  bool fill(std::span<const std::uint8_t> lengths) {
    std::array<std::uint16_t, kLengthOrder.size()> codes{};
    if (!reversed_codes(lengths, false, codes)) return false;
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      if (lengths[s] == 0) continue;
      for (std::size_t i = codes[s]; i < entries.size(); i += std::size_t{1} << lengths[s]) {
        entries[i] = {static_cast<std::uint8_t>(s), lengths[s]};
      }
    }
    return true;
  }
};

/// Lengths of literals and distances in one sequence; false where zlib refuses it.
bool read_lengths(BitSource& bits, std::span<std::uint8_t> lengths) {
  const std::uint32_t told = bits.take(4) + 4;
  std::array<std::uint8_t, kLengthOrder.size()> own{};
  for (std::uint32_t i = 0; i < told; ++i) own[kLengthOrder[i]] = static_cast<std::uint8_t>(bits.take(3));
  LengthTable table;
  if (!table.fill(own)) return false;
  for (std::size_t i = 0; i < lengths.size();) {
    bits.fill();
    const LengthTable::Entry entry = table.entries[bits.bits & (table.entries.size() - 1)];
    bits.skip(entry.bits);
    if (bits.ran_out) return false;
    if (entry.symbol < 16) {
      lengths[i++] = entry.symbol;
      continue;
    }
    if (entry.symbol == 16 && i == 0) return false;
    const std::uint8_t value = entry.symbol == 16 ? lengths[i - 1] : std::uint8_t{0};
    const std::size_t repeats = entry.symbol == 16   ? bits.take(2) + 3
                                : entry.symbol == 17 ? bits.take(3) + 3
                                                     : bits.take(7) + 11;
    if (repeats > lengths.size() - i) return false;
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(i), repeats, value);
    i += repeats;
  }
  return true;
}

}  // namespace

double BlockHeader::match_share() const {
  double share = 0;
  for (std::size_t s = kFirstLengthSymbol; s < literal_count; ++s) {
    if (literal_lengths[s] != 0) share += 1.0 / double(1u << literal_lengths[s]);
  }
  return share;
}

bool begins_zlib(std::span<const std::byte> packed) {
  if (packed.size() < 2) return false;
  const auto method = std::to_integer<unsigned>(packed[0]), flags = std::to_integer<unsigned>(packed[1]);
  return (method & 15u) == 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 == 0 && (flags & 32u) == 0;
}

void read_block_header(BitSource& bits, BlockHeader& header) {
  header.kind = BlockKind::damaged;
  header.last = bits.take(1) != 0;
  switch (bits.take(2)) {
    case 0: {
      bits.align();
      header.stored_bytes = bits.take(16);
      if (bits.take(16) != (~header.stored_bytes & 0xffffu) || bits.ran_out) return;
      bits.align();
      header.kind = BlockKind::stored;
      return;
    }
    case 1: set_fixed(header); break;
    case 2: {
      header.literal_count = bits.take(5) + kFirstLengthSymbol;
      header.distance_count = bits.take(5) + 1;
      if (header.literal_count > 286 || header.distance_count > 30) return;
      std::array<std::uint8_t, kLiteralSymbols + kDistanceSymbols> lengths{};
      const std::span all = std::span(lengths).first(header.literal_count + header.distance_count);
      if (!read_lengths(bits, all) || lengths[kEndSymbol] == 0) return;
      const auto distances = all.begin() + static_cast<std::ptrdiff_t>(header.literal_count);
      std::copy(all.begin(), distances, header.literal_lengths.begin());
      std::copy(distances, all.end(), header.distance_lengths.begin());
      header.kind = BlockKind::dynamic;
      break;
    }
    default: return;
  }
  if (bits.ran_out) header.kind = BlockKind::damaged;
}

bool reversed_codes(std::span<const std::uint8_t> lengths, bool one_may_stand_alone, std::span<std::uint16_t> codes) {
  std::array<std::uint32_t, kLongestCode + 1> count{}, next{};
  for (const std::uint8_t length : lengths) ++count[length];
  count[0] = 0;
  std::int32_t left = 1;
  std::uint32_t used = 0, code = 0;
  for (std::size_t l = 1; l <= kLongestCode; ++l) {
    left = 2 * left - static_cast<std::int32_t>(count[l]);
    if (left < 0) return false;
    code = (code + count[l - 1]) << 1;
    next[l] = code;
    used += count[l];
  }
  if (left > 0 && !(one_may_stand_alone && used == count[1] && used <= 1)) return false;
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    if (lengths[s] == 0) continue;
    std::uint32_t v = next[lengths[s]]++;
    v = (v >> 1 & 0x5555u) | (v & 0x5555u) << 1;
    v = (v >> 2 & 0x3333u) | (v & 0x3333u) << 2;
    v = (v >> 4 & 0x0f0fu) | (v & 0x0f0fu) << 4;
    v = (v >> 8 & 0x00ffu) | (v & 0x00ffu) << 8;
    codes[s] = static_cast<std::uint16_t>(v >> (16 - lengths[s]));
  }
  return true;
}

}  // namespace groundshift::codec
