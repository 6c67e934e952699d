// SPDX-License-Identifier: Apache-2.0
// Differences of neighbouring samples, and floats taken apart into planes of bytes.
#include "kernels/codec/apply_predictor.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

// The loops carry nothing from one sample to the next, as they read one buffer and write another.
GS_CLONES void difference_u8(const std::uint8_t* from, std::uint8_t* to, std::ptrdiff_t count, std::ptrdiff_t stride) {
  for (std::ptrdiff_t i = stride; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i] - from[i - stride]);
}

GS_CLONES void difference_u16(const std::uint16_t* from, std::uint16_t* to, std::ptrdiff_t count,
                              std::ptrdiff_t stride) {
  for (std::ptrdiff_t i = stride; i < count; ++i) to[i] = static_cast<std::uint16_t>(from[i] - from[i - stride]);
}

GS_CLONES void difference_u32(const std::uint32_t* from, std::uint32_t* to, std::ptrdiff_t count,
                              std::ptrdiff_t stride) {
  for (std::ptrdiff_t i = stride; i < count; ++i) to[i] = from[i] - from[i - stride];
}

GS_CLONES void split_bytes(const std::uint32_t* from, std::uint8_t* __restrict most, std::uint8_t* __restrict high,
                           std::uint8_t* __restrict low, std::uint8_t* __restrict least, std::ptrdiff_t count) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const std::uint32_t v = from[i];
    most[i] = static_cast<std::uint8_t>(v >> 24);
    high[i] = static_cast<std::uint8_t>(v >> 16);
    low[i] = static_cast<std::uint8_t>(v >> 8);
    least[i] = static_cast<std::uint8_t>(v);
  }
}

template <class T, class Difference>
void difference(const SampleRow& row, const std::byte* from, std::byte* to, Difference&& rest) {
  const std::ptrdiff_t count = std::ptrdiff_t{row.pixel_count} * row.sample_count;
  std::memcpy(to, from, static_cast<std::size_t>(std::min<std::ptrdiff_t>(count, row.sample_count)) * sizeof(T));
  rest(reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to), count, row.sample_count);
}

}  // namespace

void apply_predictor(BlockPredictor predictor, const SampleRow& row, const std::byte* from, std::byte* to,
                     std::byte* scratch) {
  if (predictor == BlockPredictor::none) {
    std::memcpy(to, from, static_cast<std::size_t>(row.byte_count()));
  } else if (predictor == BlockPredictor::horizontal) {
    if (row.sample_bytes == 1) difference<std::uint8_t>(row, from, to, difference_u8);
    if (row.sample_bytes == 2) difference<std::uint16_t>(row, from, to, difference_u16);
    if (row.sample_bytes == 4) difference<std::uint32_t>(row, from, to, difference_u32);
  } else {
    const std::ptrdiff_t count = std::ptrdiff_t{row.pixel_count} * row.sample_count;
    auto* planes = reinterpret_cast<std::uint8_t*>(scratch);
    split_bytes(reinterpret_cast<const std::uint32_t*>(from), planes, planes + count, planes + 2 * count,
                planes + 3 * count, count);
    difference<std::uint8_t>({static_cast<std::int32_t>(4 * std::ptrdiff_t{row.pixel_count}), row.sample_count, 1},
                             scratch, to, difference_u8);
  }
}

}  // namespace groundshift
