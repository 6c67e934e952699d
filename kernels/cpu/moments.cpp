// SPDX-License-Identifier: Apache-2.0
// Moments of integer rows under weights that are all or nothing: exact dot products of chunks of pixels.
#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "kernels/cpu/gram.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

constexpr std::int32_t kChunk = 512;

// How a pixel is held while products are formed, and what a chunk's sum fits in. u8: 512 * 255^2 < 2^25, which a
// multiply-add of 16-bit pairs does; u16: products < 2^32; i16: |products| <= 2^30.
template <class T>
struct Exact;
template <>
struct Exact<std::uint8_t> {
  using Held = std::int16_t;
  using Sum = std::int32_t;
};
template <>
struct Exact<std::uint16_t> {
  using Held = std::uint32_t;
  using Sum = std::uint64_t;
};
template <>
struct Exact<std::int16_t> {
  using Held = std::int32_t;
  using Sum = std::int64_t;
};

template <class T>
using Held = typename Exact<T>::Held;

// Zero where not valid: a zero adds nothing to any sum.
template <class T>
GS_CLONES void hold(const T* __restrict pixels, const std::uint8_t* __restrict valid, std::int32_t count,
                    Held<T>* __restrict held) {
  for (std::int32_t x = 0; x < count; ++x) held[x] = static_cast<Held<T>>(valid[x] == 1 ? pixels[x] : T{0});
}

// All sums of a chunk, in the order of TileGram after the first. held : variable_count rows of kChunk pixels.
template <class T>
GS_CLONES void add_chunk(const Held<T>* __restrict held, std::int32_t variable_count, std::int32_t count,
                         std::int64_t* __restrict sums) {
  using Sum = typename Exact<T>::Sum;
  for (std::int32_t i = 0; i < variable_count; ++i) {
    const Held<T>* a = held + i * kChunk;
    Sum first = 0;
    for (std::int32_t x = 0; x < count; ++x) first += static_cast<Sum>(a[x]);
    sums[i] += static_cast<std::int64_t>(first);
  }
  std::int64_t* gram = sums + variable_count;
  for (std::int32_t i = 0; i < variable_count; ++i) {
    const Held<T>* a = held + i * kChunk;
    for (std::int32_t j = i; j < variable_count; ++j) {
      const Held<T>* b = held + j * kChunk;
      Sum product = 0;
      for (std::int32_t x = 0; x < count; ++x) product += static_cast<Sum>(a[x]) * static_cast<Sum>(b[x]);
      *gram++ += static_cast<std::int64_t>(product);
    }
  }
}

// Places of the valid pixels, in order; `places` has room for one more than `count`.
std::int32_t find_valid(const std::uint8_t* valid, std::int32_t count, std::int32_t* places) {
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    places[found] = x;
    found += valid[x] == 1 ? 1 : 0;
  }
  return found;
}

template <class T>
void gather(const T* pixels, const std::int32_t* places, std::int32_t count, Held<T>* held) {
  for (std::int32_t k = 0; k < count; ++k) held[k] = static_cast<Held<T>>(pixels[places[k]]);
}

GS_CLONES std::int64_t count_valid(const std::uint8_t* valid, std::int32_t count) {
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) found += valid[x] == 1 ? 1 : 0;
  return found;
}

}  // namespace

template <class T>
void add_moments(const PairPlanes<T>& core, std::int32_t first_row, std::int32_t last_row,
                 std::vector<std::int64_t>& sums, std::int64_t& count) {
  const std::int32_t band_count = core.before.band_count;
  std::vector<Held<T>> held(static_cast<std::size_t>(2 * band_count) * kChunk);
  std::array<std::int32_t, kChunk + 1> places;
  for (std::int32_t y = first_row; y < last_row; ++y) {
    for (std::int32_t x0 = 0; x0 < core.valid.width; x0 += kChunk) {
      const std::int32_t pixels = std::min(kChunk, core.valid.width - x0);
      const std::uint8_t* valid = core.valid.row(y) + x0;
      const std::int64_t found = count_valid(valid, pixels);
      if (found == 0) continue;
      count += found;
      // Where few count (a fit's held-out third), products of these alone: the sums are exact in any order.
      const bool few = 2 * found < pixels;
      if (few) find_valid(valid, pixels, places.data());
      const auto bring = [&](const T* row, Held<T>* to) {
        few ? gather<T>(row, places.data(), static_cast<std::int32_t>(found), to) : hold<T>(row, valid, pixels, to);
      };
      for (std::int32_t b = 0; b < band_count; ++b) {
        bring(core.before.band(b).row(y) + x0, held.data() + b * kChunk);
        bring(core.after.band(b).row(y) + x0, held.data() + (band_count + b) * kChunk);
      }
      add_chunk<T>(held.data(), 2 * band_count, few ? static_cast<std::int32_t>(found) : pixels, sums.data());
    }
  }
}

template void add_moments(const PairPlanes<std::uint8_t>&, std::int32_t, std::int32_t, std::vector<std::int64_t>&,
                          std::int64_t&);
template void add_moments(const PairPlanes<std::uint16_t>&, std::int32_t, std::int32_t, std::vector<std::int64_t>&,
                          std::int64_t&);
template void add_moments(const PairPlanes<std::int16_t>&, std::int32_t, std::int32_t, std::vector<std::int64_t>&,
                          std::int64_t&);

}  // namespace groundshift::cpu
