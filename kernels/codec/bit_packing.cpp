// SPDX-License-Identifier: Apache-2.0
// Frame of reference, by lanes: a block's sample i lies in lane i % 32, and a lane's 16 samples fill as many words as
// they have bits, so that 32 words are written and read side by side and no sample crosses lanes.
#include "kernels/codec/bit_packing.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

using Word = std::uint16_t;

constexpr int kLanes = 32, kDepth = 16, kBlock = kLanes * kDepth;
constexpr std::size_t kAlignment = 64;
static_assert(kLanes * sizeof(Word) == kAlignment);

/// Of a block, in the directory before the words.
struct Range {
  Word least = 0;
  Word bits = 0;
};

struct Shape {
  std::int32_t width, blocks_a_row;
  std::size_t blocks;
  std::size_t directory_bytes() const { return (blocks * sizeof(Range) + kAlignment - 1) / kAlignment * kAlignment; }
  int samples(std::int32_t block_of_row) const { return std::min<std::int32_t>(kBlock, width - block_of_row * kBlock); }
};

Shape shape_of(std::int32_t width, std::int32_t height, std::int32_t bands) {
  const std::int32_t across = (width + kBlock - 1) / kBlock;
  return {width, across,
          static_cast<std::size_t>(across) * static_cast<std::size_t>(height) * static_cast<std::size_t>(bands)};
}

/// Groups of 32 words that so many samples take as they are; a block takes the fewer of these and its bits.
constexpr int plain_words(int samples) { return (samples + kLanes - 1) / kLanes; }

template <int Bits>
inline __attribute__((always_inline)) void pack_block(const Word* __restrict in, Word least, Word* __restrict out) {
  for (int lane = 0; lane < kLanes; ++lane) {
    unsigned open = 0;
#pragma GCC unroll 16
    for (int i = 0; i < kDepth; ++i) {
      const int word = i * Bits / kDepth, shift = i * Bits % kDepth;
      const Word sample = static_cast<Word>(in[i * kLanes + lane] - least);
      open |= static_cast<Word>(sample << shift);
      if (shift + Bits >= kDepth) {
        out[word * kLanes + lane] = static_cast<Word>(open);
        open = shift + Bits > kDepth ? static_cast<Word>(sample >> (kDepth - shift)) : Word{0};
      }
    }
  }
}

template <int Bits>
inline __attribute__((always_inline)) void unpack_block(const Word* __restrict in, Word least, Word* __restrict out) {
  constexpr Word kMask = static_cast<Word>((1U << Bits) - 1);
  for (int lane = 0; lane < kLanes; ++lane) {
#pragma GCC unroll 16
    for (int i = 0; i < kDepth; ++i) {
      const int word = i * Bits / kDepth, shift = i * Bits % kDepth;
      Word sample = static_cast<Word>(in[word * kLanes + lane] >> shift);
      if (shift + Bits > kDepth) {
        sample = static_cast<Word>(sample | static_cast<Word>(in[(word + 1) * kLanes + lane] << (kDepth - shift)));
      }
      out[i * kLanes + lane] = static_cast<Word>((sample & kMask) + least);
    }
  }
}

using EveryWidth = std::make_integer_sequence<int, kDepth>;  // 16 bits are no fewer than the samples'

template <int... Bits>
inline __attribute__((always_inline)) void pack_by(int bits, const Word* in, Word least, Word* out,
                                                   std::integer_sequence<int, Bits...>) {
  ((bits == Bits ? pack_block<Bits>(in, least, out) : void()), ...);
}

template <int... Bits>
inline __attribute__((always_inline)) void unpack_by(int bits, const Word* in, Word least, Word* out,
                                                     std::integer_sequence<int, Bits...>) {
  ((bits == Bits ? unpack_block<Bits>(in, least, out) : void()), ...);
}

/// flip : the sign bit of signed samples, so that order of words is order of samples
inline __attribute__((always_inline)) Range range_of(const Word* samples, int count, Word flip) {
  Word least = 0xffff, largest = 0;
  for (int i = 0; i < count; ++i) {
    const Word ordered = static_cast<Word>(samples[i] ^ flip);
    least = std::min(least, ordered);
    largest = std::max(largest, ordered);
  }
  return {static_cast<Word>(least ^ flip), static_cast<Word>(std::bit_width(static_cast<Word>(largest - least)))};
}

GS_CLONES std::size_t pack_row(const Word* row, const Shape& shape, Word flip, Range* ranges, Word* out) {
  Word* const start = out;
  for (std::int32_t b = 0; b < shape.blocks_a_row; ++b) {
    const Word* samples = row + b * kBlock;
    const int count = shape.samples(b), plain = plain_words(count);
    // A count that is known while compiling needs no loop for the rest.
    ranges[b] = count == kBlock ? range_of(samples, kBlock, flip) : range_of(samples, count, flip);
    const int bits = ranges[b].bits;
    if (bits >= plain) {
      std::copy_n(samples, count, out);
      out += plain * kLanes;
      continue;
    }
    Word filled[kBlock];
    if (count < kBlock) {
      std::copy_n(samples, count, filled);
      std::fill(filled + count, filled + kBlock, ranges[b].least);
      samples = filled;
    }
    pack_by(bits, samples, ranges[b].least, out, EveryWidth{});
    out += bits * kLanes;
  }
  return static_cast<std::size_t>(out - start);
}

GS_CLONES std::size_t unpack_row(const Word* in, const Shape& shape, const Range* ranges, Word* row) {
  const Word* const start = in;
  for (std::int32_t b = 0; b < shape.blocks_a_row; ++b) {
    Word* const samples = row + b * kBlock;
    const int count = shape.samples(b), plain = plain_words(count), bits = ranges[b].bits;
    if (bits >= plain) {
      std::copy_n(in, count, samples);
      in += plain * kLanes;
      continue;
    }
    Word filled[kBlock];
    unpack_by(bits, in, ranges[b].least, count < kBlock ? filled : samples, EveryWidth{});
    if (count < kBlock) std::copy_n(filled, count, samples);
    in += bits * kLanes;
  }
  return static_cast<std::size_t>(in - start);
}

}  // namespace

std::size_t packed_bits_bound(std::int32_t width, std::int32_t height, std::int32_t bands) {
  const Shape shape = shape_of(width, height, bands);
  const auto row_words = static_cast<std::size_t>(plain_words(width) * kLanes);
  return shape.directory_bytes() +
         row_words * sizeof(Word) * static_cast<std::size_t>(height) * static_cast<std::size_t>(bands);
}

std::size_t pack_bits(const PlanarView<const std::uint16_t>& planes, bool is_signed, std::byte* out) {
  const Shape shape = shape_of(planes.width, planes.height, planes.band_count);
  auto* ranges = reinterpret_cast<Range*>(out);
  auto* words = reinterpret_cast<Word*>(out + shape.directory_bytes());
  for (std::int32_t band = 0; band < planes.band_count; ++band) {
    for (std::int32_t y = 0; y < planes.height; ++y) {
      words += pack_row(planes.band(band).row(y), shape, is_signed ? Word{0x8000} : Word{0}, ranges, words);
      ranges += shape.blocks_a_row;
    }
  }
  return static_cast<std::size_t>(reinterpret_cast<std::byte*>(words) - out);
}

std::size_t unpack_bits(const std::byte* in, const PlanarView<std::uint16_t>& planes) {
  const Shape shape = shape_of(planes.width, planes.height, planes.band_count);
  const auto* ranges = reinterpret_cast<const Range*>(in);
  const auto* words = reinterpret_cast<const Word*>(in + shape.directory_bytes());
  for (std::int32_t band = 0; band < planes.band_count; ++band) {
    for (std::int32_t y = 0; y < planes.height; ++y) {
      words += unpack_row(words, shape, ranges, planes.band(band).row(y));
      ranges += shape.blocks_a_row;
    }
  }
  return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(words) - in);
}

}  // namespace groundshift
