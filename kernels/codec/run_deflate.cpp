// SPDX-License-Identifier: Apache-2.0
// Counts, code lengths, header, codes: one part after the other.
#include "kernels/codec/run_deflate.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <libdeflate.h>

#include "kernels/codec/deflate_header.hpp"

namespace groundshift::codec {
namespace {

constexpr std::size_t kEndOfBlock = 256;
constexpr std::uint32_t kLeastRun = 8, kLongestMatch = 258;
constexpr int kMostBits = 12;  // of a code: four codes and the rest of a byte fit 64 bits
constexpr std::size_t kMostStored = 65535;
constexpr std::size_t kLoose = 8;  // bytes that a store may reach beyond what it writes

std::uint64_t load(const std::uint8_t* p) {
  std::uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

/// Length code of a match: symbol, extra bits and their value.
struct LengthCode {
  std::uint16_t symbol = 0;
  std::uint8_t extra_bits = 0, extra = 0;
};
constexpr std::array<LengthCode, kLongestMatch + 1> make_length_codes() {
  std::array<LengthCode, kLongestMatch + 1> codes{};
  std::uint16_t symbol = 257;
  std::uint32_t length = 3;
  for (int extra_bits = 0; extra_bits <= 5; ++extra_bits) {
    for (int i = 0; i < (extra_bits == 0 ? 8 : 4); ++i, ++symbol) {
      for (std::uint32_t e = 0; e < (1u << extra_bits) && length < kLongestMatch; ++e, ++length) {
        codes[length] = {symbol, static_cast<std::uint8_t>(extra_bits), static_cast<std::uint8_t>(e)};
      }
    }
  }
  codes[kLongestMatch] = {285, 0, 0};
  return codes;
}
constexpr auto kLengthCodes = make_length_codes();
static_assert(kLengthCodes[3].symbol == 257 && kLengthCodes[10].symbol == 264 && kLengthCodes[11].symbol == 265 &&
              kLengthCodes[257].symbol == 284 && kLengthCodes[257].extra == 30);

/// The next match of a run: no remainder of one or two bytes is left, which a match cannot hold.
std::uint32_t next_match(std::uint32_t run) {
  const std::uint32_t match = std::min(run, kLongestMatch);
  const std::uint32_t rest = run - match;
  return rest == 1 || rest == 2 ? match - 3 : match;
}

/// Lengths of a prefix code of at most `most_bits`, 0 for symbols of no count; at least two symbols get one.
void code_lengths(std::span<const std::uint32_t> counts, int most_bits, std::span<std::uint8_t> lengths) {
  std::fill(lengths.begin(), lengths.end(), std::uint8_t{0});
  std::vector<std::pair<std::uint32_t, std::uint32_t>> used;  // count, symbol
  for (std::uint32_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) used.emplace_back(counts[s], s);
  }
  for (std::uint32_t s = 0; used.size() < 2; ++s) {
    if (counts[s] == 0) used.emplace_back(0, s);
  }
  std::sort(used.begin(), used.end());
  // Huffman's tree from two queues: leaves by count, and inner nodes, which come out by count.
  const std::size_t leaves = used.size();
  std::vector<std::uint64_t> weight(2 * leaves - 1);
  std::vector<std::size_t> parent(2 * leaves - 1, 0);
  for (std::size_t i = 0; i < leaves; ++i) weight[i] = used[i].first;
  std::size_t leaf = 0, inner = leaves;
  for (std::size_t node = leaves; node < weight.size(); ++node) {
    for (int child = 0; child < 2; ++child) {
      const bool take_leaf = leaf < leaves && (inner == node || weight[leaf] <= weight[inner]);
      const std::size_t at = take_leaf ? leaf++ : inner++;
      weight[node] += weight[at];
      parent[at] = node;
    }
  }
  std::vector<int> depth(weight.size(), 0);
  std::vector<std::uint32_t> of_length(static_cast<std::size_t>(most_bits) + 1, 0);
  for (std::size_t node = weight.size() - 1; node-- > 0;) {
    depth[node] = depth[parent[node]] + 1;
    if (node < leaves) ++of_length[static_cast<std::size_t>(std::min(depth[node], most_bits))];
  }
  // Codes that were cut short make the set too large: one of them moves below a shorter one until it fits.
  std::uint64_t total = 0;
  for (int l = 1; l <= most_bits; ++l)
    total += std::uint64_t{of_length[static_cast<std::size_t>(l)]} << (most_bits - l);
  for (; total > std::uint64_t{1} << most_bits; --total) {
    --of_length[static_cast<std::size_t>(most_bits)];
    int l = most_bits - 1;
    while (of_length[static_cast<std::size_t>(l)] == 0) --l;
    --of_length[static_cast<std::size_t>(l)];
    of_length[static_cast<std::size_t>(l) + 1] += 2;
  }
  std::size_t next = 0;  // the rarest get the longest
  for (int l = most_bits; l >= 1; --l) {
    for (std::uint32_t i = 0; i < of_length[static_cast<std::size_t>(l)]; ++i) {
      lengths[used[next++].second] = static_cast<std::uint8_t>(l);
    }
  }
}

struct Code {
  std::uint16_t bits = 0;  ///< first bit lowest
  std::uint8_t length = 0;
};

void set_codes(std::span<const std::uint8_t> lengths, std::span<Code> codes) {
  std::array<std::uint16_t, kLiteralSymbols> bits{};
  if (!reversed_codes(lengths, false, bits)) throw std::logic_error("code_lengths() gave no code");
  for (std::size_t s = 0; s < lengths.size(); ++s) codes[s] = {bits[s], lengths[s]};
}

class BitWriter {
 public:
  explicit BitWriter(std::uint8_t* out) : out_(out) {}
  /// At most 57 bits between two calls of flush().
  void put(std::uint64_t bits, int count) {
    held_ |= bits << count_;
    count_ += count;
  }
  void put(const Code& code) { put(code.bits, code.length); }
  void flush() {
    std::memcpy(out_, &held_, sizeof held_);
    out_ += count_ >> 3;
    held_ >>= count_ & ~7;
    count_ &= 7;
  }
  /// To the next byte; returns its place.
  std::uint8_t* align() {
    count_ = (count_ + 7) & ~7;
    flush();
    return out_;
  }
  void move_to(std::uint8_t* out) { out_ = out; }

 private:
  std::uint8_t* out_;
  std::uint64_t held_ = 0;
  int count_ = 0;
};

/// The lengths of all codes as a sequence of code length symbols: 16 repeats the last, 17 and 18 are zeros.
struct LengthSymbol {
  std::uint8_t symbol = 0, extra_bits = 0, extra = 0;
};
std::vector<LengthSymbol> length_sequence(std::span<const std::uint8_t> lengths) {
  std::vector<LengthSymbol> out;
  for (std::size_t i = 0; i < lengths.size();) {
    std::size_t same = 1;
    while (i + same < lengths.size() && lengths[i + same] == lengths[i]) ++same;
    i += same;
    const std::uint8_t length = lengths[i - 1];
    if (length != 0) {
      out.push_back({length, 0, 0});
      --same;
    }
    while (same >= 3) {
      const std::size_t most = length != 0 ? 6 : 138;
      const std::size_t taken = std::min(same, most);
      if (length != 0) {
        out.push_back({16, 2, static_cast<std::uint8_t>(taken - 3)});
      } else if (taken <= 10) {
        out.push_back({17, 3, static_cast<std::uint8_t>(taken - 3)});
      } else {
        out.push_back({18, 7, static_cast<std::uint8_t>(taken - 11)});
      }
      same -= taken;
    }
    for (; same > 0; --same) out.push_back({length, 0, 0});
  }
  return out;
}

/// How a part's codes are told, and how many bits that and the codes take.
struct PartHeader {
  std::array<std::uint8_t, RunDeflate::kSymbols> lengths{};
  std::array<std::uint8_t, 19> length_lengths{};
  std::vector<LengthSymbol> sequence;
  std::size_t literal_count = 0, length_count = 0;
  std::uint64_t bits = 0;

  explicit PartHeader(std::span<const std::uint32_t> counts) {
    code_lengths(counts, kMostBits, lengths);
    literal_count = lengths.size();
    while (literal_count > kEndOfBlock + 1 && lengths[literal_count - 1] == 0) --literal_count;
    std::vector<std::uint8_t> all(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(literal_count));
    all.push_back(1);  // the one distance, 1
    sequence = length_sequence(all);
    std::array<std::uint32_t, 19> length_counts{};
    for (const LengthSymbol& s : sequence) ++length_counts[s.symbol];
    code_lengths(length_counts, 7, length_lengths);
    length_count = kLengthOrder.size();
    while (length_count > 4 && length_lengths[kLengthOrder[length_count - 1]] == 0) --length_count;
    bits = 3 + 14 + 3 * length_count;
    for (const LengthSymbol& s : sequence) bits += std::uint64_t{length_lengths[s.symbol]} + s.extra_bits;
    for (std::size_t s = 0; s < counts.size(); ++s) bits += std::uint64_t{counts[s]} * lengths[s];
  }

  void write(BitWriter& out, bool last) const {
    std::array<Code, 19> codes;
    set_codes(length_lengths, codes);
    out.put(last ? 1 : 0, 1);
    out.put(2, 2);
    out.put(literal_count - (kEndOfBlock + 1), 5);
    out.put(0, 5);
    out.put(length_count - 4, 4);
    out.flush();
    for (std::size_t i = 0; i < length_count; ++i) {
      out.put(length_lengths[kLengthOrder[i]], 3);
      out.flush();
    }
    for (const LengthSymbol& s : sequence) {
      out.put(codes[s.symbol]);
      out.put(s.extra, s.extra_bits);
      out.flush();
    }
  }
};

void write_stored(BitWriter& out, std::span<const std::byte> bytes, bool last) {
  do {
    const std::size_t count = std::min(bytes.size(), kMostStored);
    out.put(last && count == bytes.size() ? 1 : 0, 3);
    std::uint8_t* to = out.align();
    const auto length = static_cast<std::uint16_t>(count), inverse = static_cast<std::uint16_t>(~length);
    for (const std::uint16_t word : {length, inverse}) {
      *to++ = static_cast<std::uint8_t>(word & 0xff);
      *to++ = static_cast<std::uint8_t>(word >> 8);
    }
    if (count > 0) std::memcpy(to, bytes.data(), count);
    out.move_to(to + count);
    bytes = bytes.subspan(count);
  } while (!bytes.empty());
}

std::uint64_t stored_bits(std::size_t byte_count) {
  return 8 * (byte_count + 5 * ((byte_count + kMostStored - 1) / kMostStored));
}

}  // namespace

std::size_t RunDeflate::bound(std::size_t byte_count) {
  const std::size_t parts = byte_count / kPartBytes + 1;
  return byte_count + parts * (kPartBytes / kMostStored + 1) * 6 + 6 + kLoose;
}

/// Bytes [first, end) as pieces, and how often each symbol comes.
void RunDeflate::take_apart(const std::uint8_t* from, std::size_t first, std::size_t end) {
  pieces_.clear();
  run_bits_ = 0;
  std::array<std::array<std::uint32_t, 256>, 4> counts{};
  std::array<std::uint32_t, kSymbols> lengths{};
  std::size_t begun = first, at = std::max<std::size_t>(first, 1);
  const auto close = [&](std::size_t run) {
    std::size_t i = begun;
    for (; i + 4 <= at; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) ++counts[k][from[i + k]];
    }
    for (; i < at; ++i) ++counts[0][from[i]];
    pieces_.push_back({static_cast<std::uint32_t>(at - begun), static_cast<std::uint32_t>(run)});
  };
  while (at + kLeastRun <= end) {
    if (load(from + at) != load(from + at - 1)) {
      at += kLeastRun;
      continue;
    }
    std::size_t run = kLeastRun;
    while (at + run < end && from[at + run] == from[at - 1]) ++run;
    close(run);
    for (auto left = static_cast<std::uint32_t>(run); left > 0;) {
      const std::uint32_t match = next_match(left);
      ++lengths[kLengthCodes[match].symbol];
      run_bits_ += kLengthCodes[match].extra_bits + 1u;
      left -= match;
    }
    at += run;
    begun = at;
  }
  at = end;
  if (at > begun) close(0);
  counts_ = lengths;
  for (std::size_t s = 0; s < 256; ++s) counts_[s] = counts[0][s] + counts[1][s] + counts[2][s] + counts[3][s];
  counts_[kEndOfBlock] = 1;
}

std::size_t RunDeflate::pack(std::span<const std::byte> from, std::span<std::byte> to) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(from.data());
  auto* const start = reinterpret_cast<std::uint8_t*>(to.data());
  start[0] = 0x78;  // deflate, window of 32 KiB
  start[1] = 0x01;  // the fastest way, and a check of the two
  BitWriter out(start + 2);
  std::size_t first = 0;
  do {
    const std::size_t end = std::min(from.size(), first + kPartBytes);
    const bool last = end == from.size();
    take_apart(bytes, first, end);
    const PartHeader header(counts_);
    if (header.bits + run_bits_ >= stored_bits(end - first)) {
      write_stored(out, from.subspan(first, end - first), last);
      first = end;
      continue;
    }
    header.write(out, last);
    std::array<Code, kSymbols> codes;
    set_codes(header.lengths, codes);
    const std::uint8_t* p = bytes + first;
    for (const Piece& piece : pieces_) {
      const std::uint8_t* const literals_end = p + piece.literals;
      for (; p + 4 <= literals_end; p += 4) {
        for (int k = 0; k < 4; ++k) out.put(codes[p[k]]);
        out.flush();
      }
      for (; p < literals_end; ++p) {
        out.put(codes[*p]);
        out.flush();
      }
      for (std::uint32_t left = piece.run; left > 0;) {
        const std::uint32_t match = next_match(left);
        const LengthCode& length = kLengthCodes[match];
        out.put(codes[length.symbol]);
        out.put(length.extra, length.extra_bits);
        out.put(0, 1);  // distance 1
        out.flush();
        left -= match;
      }
      p += piece.run;
    }
    out.put(codes[kEndOfBlock]);
    out.flush();
    first = end;
  } while (first < from.size());
  std::uint8_t* trailer = out.align();
  const std::uint32_t check = libdeflate_adler32(1, from.data(), from.size());
  for (int shift = 24; shift >= 0; shift -= 8) *trailer++ = static_cast<std::uint8_t>(check >> shift & 0xff);
  return static_cast<std::size_t>(trailer - start);
}

}  // namespace groundshift::codec
