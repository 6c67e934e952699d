// SPDX-License-Identifier: Apache-2.0
// Strided copies, with all bands of two, three and four at once where they are wanted so.
#include "kernels/codec/split_bands.hpp"

#include <bit>
#include <cstring>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are written as a little-endian machine reads them");

template <class T>
inline T swapped_bytes(T v) {
  if constexpr (sizeof(T) == 2) return static_cast<T>(v << 8 | v >> 8);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(v);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(v);
  return v;
}

template <class T>
inline __attribute__((always_inline)) void two_bands(const T* from, std::int32_t width, T* __restrict a,
                                                     T* __restrict b) {
  for (std::int32_t x = 0; x < width; ++x) {
    a[x] = from[2 * x];
    b[x] = from[2 * x + 1];
  }
}

template <class T>
inline __attribute__((always_inline)) void three_bands(const T* from, std::int32_t width, T* __restrict a,
                                                       T* __restrict b, T* __restrict c) {
  for (std::int32_t x = 0; x < width; ++x) {
    a[x] = from[3 * x];
    b[x] = from[3 * x + 1];
    c[x] = from[3 * x + 2];
  }
}

template <class T>
inline __attribute__((always_inline)) void four_bands(const T* from, std::int32_t width, T* __restrict a,
                                                      T* __restrict b, T* __restrict c, T* __restrict d) {
  for (std::int32_t x = 0; x < width; ++x) {
    a[x] = from[4 * x];
    b[x] = from[4 * x + 1];
    c[x] = from[4 * x + 2];
    d[x] = from[4 * x + 3];
  }
}

template <class T>
inline __attribute__((always_inline)) void one_of_many(const T* from, std::int32_t width, std::int32_t band_count,
                                                       T* __restrict to) {
  for (std::int32_t x = 0; x < width; ++x) to[x] = from[std::ptrdiff_t{x} * band_count];
}

template <class T>
inline __attribute__((always_inline)) void swap_row(T* row, std::int32_t width) {
  for (std::int32_t x = 0; x < width; ++x) row[x] = swapped_bytes(row[x]);
}

bool in_order(std::span<const BandRow> wanted, std::int32_t band_count) {
  if (static_cast<std::int32_t>(wanted.size()) != band_count) return false;
  for (std::int32_t i = 0; i < band_count; ++i) {
    if (wanted[i].band != i) return false;
  }
  return true;
}

template <class T>
inline __attribute__((always_inline)) void split(const std::byte* samples, std::int32_t width, std::int32_t band_count,
                                                 bool swapped, std::span<const BandRow> wanted, bool all) {
  const T* from = reinterpret_cast<const T*>(samples);
  const auto row = [&](std::size_t i) { return reinterpret_cast<T*>(wanted[i].to); };
  if (all && band_count == 2) {
    two_bands(from, width, row(0), row(1));
  } else if (all && band_count == 3) {
    three_bands(from, width, row(0), row(1), row(2));
  } else if (all && band_count == 4) {
    four_bands(from, width, row(0), row(1), row(2), row(3));
  } else {
    for (std::size_t i = 0; i < wanted.size(); ++i) one_of_many(from + wanted[i].band, width, band_count, row(i));
  }
  if (!swapped) return;
  for (std::size_t i = 0; i < wanted.size(); ++i) swap_row(row(i), width);
}

using Wanted = std::span<const BandRow>;
GS_CLONES void split_u8(const std::byte* s, std::int32_t w, std::int32_t n, Wanted to, bool all) {
  split<std::uint8_t>(s, w, n, false, to, all);
}
GS_CLONES void split_u16(const std::byte* s, std::int32_t w, std::int32_t n, bool swapped, Wanted to, bool all) {
  split<std::uint16_t>(s, w, n, swapped, to, all);
}
GS_CLONES void split_u32(const std::byte* s, std::int32_t w, std::int32_t n, bool swapped, Wanted to, bool all) {
  split<std::uint32_t>(s, w, n, swapped, to, all);
}
GS_CLONES void split_u64(const std::byte* s, std::int32_t w, std::int32_t n, bool swapped, Wanted to, bool all) {
  split<std::uint64_t>(s, w, n, swapped, to, all);
}

template <class T>
inline __attribute__((always_inline)) void join(const std::uint8_t* planes, std::int64_t row_samples,
                                                std::int32_t width, std::int32_t band_count, std::int32_t band,
                                                T* __restrict to) {
  for (std::int32_t x = 0; x < width; ++x) {
    T v = 0;
    for (std::size_t k = 0; k < sizeof(T); ++k) {
      const std::uint8_t byte =
          planes[static_cast<std::int64_t>(k) * row_samples + std::int64_t{x} * band_count + band];
      v |= static_cast<T>(byte) << (8 * (sizeof(T) - 1 - k));
    }
    to[x] = v;
  }
}

GS_CLONES void join_one_u32(const std::uint8_t* planes, std::int64_t samples, std::int32_t w, std::uint32_t* to) {
  join(planes, samples, w, 1, 0, to);
}
GS_CLONES void join_one_u64(const std::uint8_t* planes, std::int64_t samples, std::int32_t w, std::uint64_t* to) {
  join(planes, samples, w, 1, 0, to);
}

template <class T, class One>
void join_wanted(const std::uint8_t* planes, std::int64_t row_samples, std::int32_t width, std::int32_t band_count,
                 Wanted wanted, One&& one) {
  for (const BandRow& row : wanted) {
    T* to = reinterpret_cast<T*>(row.to);
    if (band_count == 1) {
      one(planes, row_samples, width, to);
    } else {
      join(planes, row_samples, width, band_count, row.band, to);
    }
  }
}

}  // namespace

void split_row(const std::byte* samples, std::int32_t width, std::int32_t band_count, std::int32_t sample_bytes,
               bool swapped, std::span<const BandRow> wanted) {
  if (band_count == 1 && (!swapped || sample_bytes == 1)) {
    for (const BandRow& row : wanted) {
      std::memcpy(row.to, samples, static_cast<std::size_t>(width) * static_cast<std::size_t>(sample_bytes));
    }
    return;
  }
  const bool all = in_order(wanted, band_count);
  switch (sample_bytes) {
    case 1: return split_u8(samples, width, band_count, wanted, all);
    case 2: return split_u16(samples, width, band_count, swapped, wanted, all);
    case 4: return split_u32(samples, width, band_count, swapped, wanted, all);
    default: return split_u64(samples, width, band_count, swapped, wanted, all);
  }
}

void join_bytes(const std::byte* planes, std::int64_t row_samples, std::int32_t width, std::int32_t band_count,
                std::int32_t sample_bytes, std::span<const BandRow> wanted) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(planes);
  if (sample_bytes == 4) {
    join_wanted<std::uint32_t>(bytes, row_samples, width, band_count, wanted, join_one_u32);
  } else {
    join_wanted<std::uint64_t>(bytes, row_samples, width, band_count, wanted, join_one_u64);
  }
}

}  // namespace groundshift
