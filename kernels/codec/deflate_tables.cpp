// SPDX-License-Identifier: Apache-2.0
// First and second tables of prefix codes, and pairs of short codes in one entry.
#include "kernels/codec/deflate_tables.hpp"

#include <algorithm>

#include "kernels/view/clones.hpp"

namespace groundshift::codec {
namespace {

constexpr std::uint32_t kLengthCodes = 29, kDistanceCodes = 30;

std::uint32_t literal_entry(std::uint32_t symbol, std::uint32_t bits) {
  if (symbol < kEndSymbol) return bits | bits << 8 | kLiteralsOnly | 1u << 14 | symbol << 16;
  if (symbol == kEndSymbol) return bits | kNotPlain | kEscape | kEndOfBlockEntry;
  const auto k = static_cast<std::uint32_t>(symbol - kFirstLengthSymbol);
  if (k >= kLengthCodes) return kNotPlain | kEscape;
  std::uint32_t extra = 0, base = k;  // of the length - 3
  if (k == kLengthCodes - 1) {
    base = 255;
  } else if (k >= 8) {
    extra = (k >> 2) - 1;
    base = (4 + (k & 3u)) << extra;
  }
  const std::uint32_t plain = base + 3 <= kPlainLength ? 0 : kNotPlain;
  return (bits + extra) | plain | bits << 8 | base << 24;
}

std::uint32_t distance_entry(std::uint32_t symbol, std::uint32_t bits) {
  if (symbol >= kDistanceCodes) return 0;
  const std::uint32_t extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
  const std::uint32_t base = symbol < 4 ? 1 + symbol : 1 + ((2 + (symbol & 1u)) << extra);
  return (bits + extra) | bits << 8 | base << 16;
}

/// A literal takes the code behind it into its entry where both fit the table's bits.
GS_CLONES void join_codes(std::uint32_t* __restrict entries, const std::uint32_t* __restrict single) {
  constexpr std::uint32_t kBits = DeflateTables::kLiteralBits;
  for (std::uint32_t i = 0; i < 1u << kBits; ++i) {
    const std::uint32_t first = single[i], taken = first & 31u, second = single[i >> taken];
    const std::uint32_t codes = taken + (second >> 8 & 31u);
    const std::uint32_t literal = first & 0xff0000u;
    const std::uint32_t two = literal | (second & 0xff0000u) << 8 | 2u << 14 | kLiteralsOnly | codes | codes << 8;
    const std::uint32_t match =
        literal | (second & 0xff000000u) | 1u << 14 | ((second & (31u | kNotPlain)) + taken) | codes << 8;
    const bool joins = (first & kLiteralsOnly) != 0 && (second & kEscape) != kEscape && codes <= kBits;
    const std::uint32_t joined = (second & kLiteralsOnly) != 0 ? two : match;
    entries[i] = joins ? joined : first;
  }
}

}  // namespace

template <int Bits, std::size_t Symbols>
template <class EntryOf, class EscapeOf>
bool DeflateTables::TwoLevels<Bits, Symbols>::fill(std::span<const std::uint8_t> lengths, bool one_may_stand_alone,
                                                   std::uint32_t none, const EntryOf& entry_of,
                                                   const EscapeOf& escape_of) {
  std::array<std::uint16_t, kLiteralSymbols> codes{};
  if (!reversed_codes(lengths, one_may_stand_alone, codes)) return false;
  std::fill_n(entries.begin(), kFirst, none);
  // Second tables are as large as the longest code of their prefix asks for.
  std::array<std::uint8_t, kFirst> longest, table;
  const auto prefix = [&](std::size_t s) { return codes[s] & (kFirst - 1); };
  if (*std::max_element(lengths.begin(), lengths.end()) > Bits) {
    longest.fill(0);
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      if (lengths[s] > Bits) longest[prefix(s)] = std::max(longest[prefix(s)], lengths[s]);
    }
    std::size_t count = 0, end = kFirst;
    for (std::size_t i = 0; i < kFirst; ++i) {
      if (longest[i] == 0) continue;
      if (count == kSeconds) return false;
      const auto bits = static_cast<std::uint32_t>(longest[i] - Bits);
      entries[i] = escape_of(static_cast<std::uint32_t>(count), bits);
      begins[count] = static_cast<std::uint16_t>(end);
      table[i] = static_cast<std::uint8_t>(count++);
      end += std::size_t{1} << bits;
    }
  }
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    const std::size_t bits = lengths[s];
    if (bits == 0) continue;
    const std::uint32_t entry = entry_of(static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(bits));
    if (bits <= Bits) {
      for (std::size_t i = codes[s]; i < kFirst; i += std::size_t{1} << bits) entries[i] = entry;
    } else {
      const std::size_t i = prefix(s), size = std::size_t{1} << (longest[i] - Bits);
      std::uint32_t* const second = entries.data() + begins[table[i]];
      for (std::size_t k = codes[s] >> Bits; k < size; k += std::size_t{1} << (bits - Bits)) second[k] = entry;
    }
  }
  return true;
}

bool DeflateTables::fill(const BlockHeader& header) {
  const auto long_literal_of = [](std::uint32_t table, std::uint32_t bits) {
    return kNotPlain | kEscape | bits << 8 | table << 16;
  };
  const auto long_distance_of = [](std::uint32_t table, std::uint32_t bits) { return bits << 8 | table << 12; };
  if (!distances_.fill(header.distances(), true, 0, distance_entry, long_distance_of)) return false;
  if (!literals_.fill(header.literals(), true, kNotPlain | kEscape, literal_entry, long_literal_of)) return false;
  std::array<std::uint32_t, std::size_t{1} << kLiteralBits> single;
  std::copy_n(literals_.entries.begin(), single.size(), single.begin());
  join_codes(literals_.entries.data(), single.data());
  return true;
}

}  // namespace groundshift::codec
