// SPDX-License-Identifier: Apache-2.0
// Moments of integer rows under weights that are all or nothing: exact dot products of chunks of pixels.
#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/cpu/gram.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

constexpr std::int32_t kChunk = 256;

// Products are formed by multiply-adds of 16-bit pairs into 32 bits, the widest that a vector has. A pixel less kBias
// is a signed 16-bit number; one factor of a product is cut into a low and a high part of at most 128 in magnitude, so
// that 256 products stay below 2^31. Bytes need no cut: 256 * 255^2 < 2^24.
template <class T>
struct Factor {
  static constexpr int kParts = 2;
  static constexpr std::int64_t kBias = 0;
};
template <>
struct Factor<std::uint8_t> {
  static constexpr int kParts = 1;
  static constexpr std::int64_t kBias = 0;
};
template <>
struct Factor<std::uint16_t> {
  static constexpr int kParts = 2;
  static constexpr std::int64_t kBias = 32768;
};

// Of one variable, or a mask. Aligned: a vector as wide as a cache line else touches two.
struct alignas(64) Chunk {
  std::int16_t at[kChunk] = {};
};

// A chunk of every variable; parts [part][variable].
struct HeldChunk {
  explicit HeldChunk(std::int32_t variables, int part_count)
      : whole(static_cast<std::size_t>(variables)),
        parts(static_cast<std::size_t>(part_count) * static_cast<std::size_t>(variables)) {}
  std::vector<Chunk> whole, parts;
};

// mask : all bits where the pixel counts; returns how many do
GS_CLONES std::int32_t mask_valid(const std::uint8_t* __restrict valid, std::int32_t count, Chunk* __restrict mask) {
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    mask->at[x] = static_cast<std::int16_t>(valid[x] == 1 ? -1 : 0);
    found += valid[x] == 1 ? 1 : 0;
  }
  return found;
}

GS_CLONES std::int32_t mask_held_out(const std::uint8_t* __restrict held_out, std::int32_t count,
                                     const Chunk* __restrict valid, Chunk* __restrict mask) {
  for (std::int32_t x = 0; x < count; ++x) mask->at[x] = static_cast<std::int16_t>(valid->at[x] & -held_out[x]);
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) found -= mask->at[x];
  return found;
}

// Zero where a pixel does not count: a zero adds nothing to any sum. Asks for the chunk behind: of so many planes, a
// chunk at a time, the processor does not see that they are read on and on.
template <class T>
GS_CLONES void hold(const T* __restrict pixels, const Chunk* __restrict mask, std::int32_t count,
                    Chunk* __restrict whole, Chunk* __restrict low, Chunk* __restrict high) {
  for (std::int32_t x = 0; x < kChunk; x += 64 / static_cast<std::int32_t>(sizeof(T))) {
    __builtin_prefetch(pixels + kChunk + x);
  }
  for (std::int32_t x = 0; x < count; ++x) {
    const auto shifted = static_cast<std::uint16_t>(pixels[x] ^ static_cast<std::uint16_t>(Factor<T>::kBias));
    const auto value = static_cast<std::int16_t>(static_cast<std::int16_t>(shifted) & mask->at[x]);
    whole->at[x] = value;
    if constexpr (Factor<T>::kParts == 2) {
      const auto rest =
          static_cast<std::int16_t>(static_cast<std::int16_t>(static_cast<std::uint16_t>(value) << 8) >> 8);
      low->at[x] = rest;
      high->at[x] = static_cast<std::int16_t>((value >> 8) - (rest >> 15));
    }
  }
}

GS_CLONES void keep_masked(const Chunk* __restrict whole, const Chunk* __restrict mask, Chunk* __restrict kept) {
  for (std::int32_t x = 0; x < kChunk; ++x) kept->at[x] = static_cast<std::int16_t>(whole->at[x] & mask->at[x]);
}

// Adds all sums of a chunk, in the order of TileGram after the first.
template <int Parts>
GS_CLONES void add_chunk(const Chunk* __restrict whole, const Chunk* __restrict parts, std::int32_t variable_count,
                         GramProducts products, std::int64_t* __restrict sums) {
  for (std::int32_t i = 0; i < variable_count; ++i) {
    const std::int16_t* a = whole[i].at;
    std::int32_t first = 0;
    for (std::int32_t x = 0; x < kChunk; ++x) first += a[x];
    sums[i] += first;
  }
  std::int64_t* gram = sums + variable_count;
  for (std::int32_t i = 0; i < variable_count; ++i) {
    const std::int16_t* a = whole[i].at;
    for (std::int32_t j = i; j < variable_count; ++j, ++gram) {
      if (!sums_product(products, i, j, variable_count / 2)) continue;
      const std::int16_t* low = (Parts == 1 ? whole : parts)[j].at;
      std::int32_t sum = 0;
      for (std::int32_t x = 0; x < kChunk; ++x) sum += a[x] * low[x];
      std::int64_t product = sum;
      if constexpr (Parts == 2) {
        const std::int16_t* high = parts[variable_count + j].at;
        std::int32_t upper = 0;
        for (std::int32_t x = 0; x < kChunk; ++x) upper += a[x] * high[x];
        product += std::int64_t{256} * upper;
      }
      *gram += product;
    }
  }
}

// Sums of pixels out of sums of pixels less the bias. Of products that were left out nothing of use comes out.
void add_unbiased(const std::vector<std::int64_t>& biased, std::int64_t count, std::int32_t variable_count,
                  std::int64_t bias, Moments& out) {
  for (std::int32_t i = 0, at = variable_count; i < variable_count; ++i) {
    const std::int64_t a = biased[static_cast<std::size_t>(i)];
    out.sums[static_cast<std::size_t>(i)] += a + bias * count;
    for (std::int32_t j = i; j < variable_count; ++j, ++at) {
      const std::int64_t b = biased[static_cast<std::size_t>(j)];
      out.sums[static_cast<std::size_t>(at)] +=
          biased[static_cast<std::size_t>(at)] + bias * (a + b) + bias * bias * count;
    }
  }
  out.count += count;
}

}  // namespace

template <class T>
void add_moments(const PairPlanes<T>& core, const HeldOutRows& held_out_rows, GramProducts products,
                 Moments& everything, Moments* held_out) {
  constexpr int kParts = Factor<T>::kParts;
  const std::int32_t band_count = core.before.band_count, variables = 2 * band_count;
  const std::size_t sum_count = everything.sums.size();
  HeldChunk held(variables, kParts == 1 ? 0 : kParts);
  std::vector<Chunk> third(held_out != nullptr ? held.whole.size() : 0);
  std::vector<std::int64_t> sums(sum_count, 0), held_sums(held_out != nullptr ? sum_count : 0, 0);
  std::int64_t count = 0, held_count = 0;
  Chunk mask, held_mask;
  std::uint8_t is_held_out[kChunk];
  const auto part = [&](int p, std::int32_t variable) {
    return kParts == 1 ? nullptr : held.parts.data() + p * variables + variable;
  };
  for (std::int32_t y = 0; y < core.valid.height; ++y) {
    for (std::int32_t x0 = 0; x0 < core.valid.width; x0 += kChunk) {
      const std::int32_t pixels = std::min(kChunk, core.valid.width - x0);
      const std::int32_t found = mask_valid(core.valid.row(y) + x0, pixels, &mask);
      if (found == 0) continue;
      count += found;
      if (pixels < kChunk) {  // what lies behind the row's end must add nothing
        std::fill(held.whole.begin(), held.whole.end(), Chunk{});
        std::fill(held.parts.begin(), held.parts.end(), Chunk{});
      }
      for (std::int32_t v = 0; v < variables; ++v) {
        const auto plane = v < band_count ? core.before.band(v) : core.after.band(v - band_count);
        hold<T>(plane.row(y) + x0, &mask, pixels, held.whole.data() + v, part(0, v), part(1, v));
      }
      add_chunk<kParts>(held.whole.data(), held.parts.data(), variables, products, sums.data());
      if (held_out == nullptr) continue;
      held_out_rows(y, x0, pixels, is_held_out);
      held_count += mask_held_out(is_held_out, pixels, &mask, &held_mask);
      std::fill(held_mask.at + pixels, held_mask.at + kChunk, std::int16_t{0});
      for (std::int32_t v = 0; v < variables; ++v) {
        keep_masked(held.whole.data() + v, &held_mask, third.data() + v);
      }
      // One factor without a part is enough where the other has it; bytes have only whole ones.
      add_chunk<kParts>(third.data(), held.parts.data(), variables, products, held_sums.data());
    }
  }
  add_unbiased(sums, count, variables, Factor<T>::kBias, everything);
  if (held_out != nullptr) add_unbiased(held_sums, held_count, variables, Factor<T>::kBias, *held_out);
}

template void add_moments(const PairPlanes<std::uint8_t>&, const HeldOutRows&, GramProducts, Moments&, Moments*);
template void add_moments(const PairPlanes<std::uint16_t>&, const HeldOutRows&, GramProducts, Moments&, Moments*);
template void add_moments(const PairPlanes<std::int16_t>&, const HeldOutRows&, GramProducts, Moments&, Moments*);

}  // namespace groundshift::cpu
