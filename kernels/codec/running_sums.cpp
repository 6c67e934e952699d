// SPDX-License-Identifier: Apache-2.0
// Prefix sums modulo 2^n, 16 bytes at a time: log2(lanes) shifted adds and the last vector's sum.
#include "kernels/codec/running_sums.hpp"

#include <cstring>
#include <type_traits>
#include <utility>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

constexpr std::size_t kVectorBytes = 16;

template <class T>
struct Lanes {
  static constexpr int kCount = kVectorBytes / sizeof(T);
  using Vector __attribute__((vector_size(kVectorBytes))) = T;
};

/// The lanes moved up by Shift, zeros below.
template <int Shift, class Vector, int... I>
inline __attribute__((always_inline)) Vector moved_up(Vector v, std::integer_sequence<int, I...>) {
  constexpr int kCount = sizeof...(I);
  return __builtin_shufflevector(v, Vector{}, (I < Shift ? kCount + I : I - Shift)...);
}

/// Every lane i becomes lane (last stride of lanes) + i % Stride.
template <int Stride, class Vector, int... I>
inline __attribute__((always_inline)) Vector last_of(Vector v, std::integer_sequence<int, I...>) {
  constexpr int kCount = sizeof...(I);
  return __builtin_shufflevector(v, v, (kCount - Stride + I % Stride)...);
}

/// values[i] += values[i - Stride], left to right. Stride divides the lanes of a vector.
template <class T, int Stride>
inline __attribute__((always_inline)) void sum_in_vectors(T* values, std::int64_t count) {
  using Vector = typename Lanes<T>::Vector;
  constexpr int kCount = Lanes<T>::kCount;
  constexpr auto kAll = std::make_integer_sequence<int, kCount>{};
  Vector before{};
  std::int64_t i = 0;
  for (; i + kCount <= count; i += kCount) {
    Vector v;
    std::memcpy(&v, values + i, sizeof v);
    if constexpr (Stride < kCount) v += moved_up<Stride>(v, kAll);
    if constexpr (2 * Stride < kCount) v += moved_up<2 * Stride>(v, kAll);
    if constexpr (4 * Stride < kCount) v += moved_up<4 * Stride>(v, kAll);
    if constexpr (8 * Stride < kCount) v += moved_up<8 * Stride>(v, kAll);
    // The chain from vector to vector is one add and one shuffle.
    const Vector sum = v + before;
    before = last_of<Stride>(v, kAll) + before;
    std::memcpy(values + i, &sum, sizeof sum);
  }
  for (i = i < Stride ? Stride : i; i < count; ++i) values[i] = static_cast<T>(values[i] + values[i - Stride]);
}

GS_CLONES void sum_u8(std::uint8_t* values, std::int64_t count) { sum_in_vectors<std::uint8_t, 1>(values, count); }
GS_CLONES void sum_u16(std::uint16_t* values, std::int64_t count) { sum_in_vectors<std::uint16_t, 1>(values, count); }
GS_CLONES void sum_u32(std::uint32_t* values, std::int64_t count) { sum_in_vectors<std::uint32_t, 1>(values, count); }
GS_CLONES void sum_u64(std::uint64_t* values, std::int64_t count) { sum_in_vectors<std::uint64_t, 1>(values, count); }

GS_CLONES void sum_pairs(std::uint8_t* bytes, std::int64_t count) { sum_in_vectors<std::uint8_t, 2>(bytes, count); }
GS_CLONES void sum_fours(std::uint8_t* bytes, std::int64_t count) { sum_in_vectors<std::uint8_t, 4>(bytes, count); }
GS_CLONES void sum_eights(std::uint8_t* bytes, std::int64_t count) { sum_in_vectors<std::uint8_t, 8>(bytes, count); }

/// Three bytes in registers: a store that the next load waits for costs five times as much.
void sum_threes(std::uint8_t* bytes, std::int64_t count) {
  std::uint8_t a = 0, b = 0, c = 0;
  std::int64_t i = 0;
  for (; i + 3 <= count; i += 3) {
    bytes[i] = a = static_cast<std::uint8_t>(a + bytes[i]);
    bytes[i + 1] = b = static_cast<std::uint8_t>(b + bytes[i + 1]);
    bytes[i + 2] = c = static_cast<std::uint8_t>(c + bytes[i + 2]);
  }
  for (i = i < 3 ? 3 : i; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(bytes[i] + bytes[i - 3]);
}

void sum_strided(std::uint8_t* bytes, std::int64_t count, std::int32_t stride) {
  for (std::int64_t i = stride; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(bytes[i] + bytes[i - stride]);
}

}  // namespace

void sum_along_row(std::byte* values, std::int64_t count, std::int32_t sample_bytes) {
  switch (sample_bytes) {
    case 1: return sum_u8(reinterpret_cast<std::uint8_t*>(values), count);
    case 2: return sum_u16(reinterpret_cast<std::uint16_t*>(values), count);
    case 4: return sum_u32(reinterpret_cast<std::uint32_t*>(values), count);
    default: return sum_u64(reinterpret_cast<std::uint64_t*>(values), count);
  }
}

void sum_bytes_along_row(std::span<std::byte> row, std::int32_t stride) {
  auto* bytes = reinterpret_cast<std::uint8_t*>(row.data());
  const auto count = static_cast<std::int64_t>(row.size());
  switch (stride) {
    case 1: return sum_u8(bytes, count);
    case 2: return sum_pairs(bytes, count);
    case 3: return sum_threes(bytes, count);
    case 4: return sum_fours(bytes, count);
    case 8: return sum_eights(bytes, count);
    default: return sum_strided(bytes, count, stride);
  }
}

}  // namespace groundshift
