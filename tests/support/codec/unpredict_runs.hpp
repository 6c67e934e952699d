// SPDX-License-Identifier: Apache-2.0
// Blocks through the warps' un-predict on the host, and through a plain loop that says what must come out.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/codec/lane_loop.hpp"
#include "kernels/codec/unpredict_warp.hpp"

namespace groundshift::test {

/// Planes without gaps of the wanted part, and its validity.
struct CutPlanes {
  std::vector<std::byte> samples;
  std::vector<std::uint8_t> valid;

  friend bool operator==(const CutPlanes&, const CutPlanes&) = default;
};

/// With lanes in a loop. raw : the block's bytes; what is not written stays 0xaa, validity begins as 1.
inline CutPlanes unpredict_by_lanes(const std::vector<std::byte>& raw, const codec::BlockLayout& layout,
                                    codec::PackedBlock block, const std::vector<codec::SampleTarget>& targets,
                                    codec::LaneOrder order) {
  const auto pixels = static_cast<std::size_t>(block.width) * static_cast<std::size_t>(block.height);
  const auto bytes = static_cast<std::size_t>(codec::sample_byte_count(layout.type));
  CutPlanes cut{std::vector<std::byte>(pixels * targets.size() * bytes, std::byte{0xaa}),
                std::vector<std::uint8_t>(pixels, 1)};
  block.first_target = 0;
  block.target_count = static_cast<std::uint32_t>(targets.size());
  const codec::DecodedPlanes planes{cut.samples.data(), block.width, static_cast<std::ptrdiff_t>(pixels),
                                    cut.valid.data(), block.width};
  const codec::LaneLoop warp(order);
  codec::with_stored_type(layout.type, [&](auto sample) {
    using T = decltype(sample);
    for (std::int32_t y = 0; y < block.height; ++y) {
      codec::unpredict_row<T>(warp, raw.data(), layout, block, targets.data(), planes, y);
    }
  });
  return cut;
}

/// One row put back as it was before the predictor, by the definitions in TIFF 6.0 section 14 and technical note 3.
template <class T>
std::vector<T> plain_row(const std::byte* row, const codec::BlockLayout& layout) {
  const auto count = static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(layout.sample_count);
  const auto stride = static_cast<std::size_t>(layout.sample_count);
  std::vector<T> samples(count);
  if (layout.predictor == BlockPredictor::floating_point) {
    std::vector<std::uint8_t> bytes(count * sizeof(T));
    std::memcpy(bytes.data(), row, bytes.size());
    for (std::size_t i = stride; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(bytes[i] + bytes[i - stride]);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint8_t little[sizeof(T)];
      for (std::size_t k = 0; k < sizeof(T); ++k) little[k] = bytes[(sizeof(T) - 1 - k) * count + i];
      std::memcpy(&samples[i], little, sizeof(T));
    }
    return samples;
  }
  std::vector<codec::WordOf<T>> words(count);
  std::memcpy(words.data(), row, count * sizeof(T));
  if (layout.predictor == BlockPredictor::horizontal) {
    for (std::size_t i = stride; i < count; ++i) words[i] = static_cast<codec::WordOf<T>>(words[i] + words[i - stride]);
  }
  std::memcpy(samples.data(), words.data(), count * sizeof(T));
  return samples;
}

template <class T>
bool plain_is_value(T value, const codec::SampleTarget& target) {
  if (target.has_nodata) {
    T nodata;
    std::memcpy(&nodata, &target.nodata_bits, sizeof(T));
    if (value == nodata) return false;
  }
  if constexpr (std::is_floating_point_v<T>) return std::isfinite(value);
  return true;
}

/// The same planes by plain loops.
inline CutPlanes unpredict_plainly(const std::vector<std::byte>& raw, const codec::BlockLayout& layout,
                                   const codec::PackedBlock& block, const std::vector<codec::SampleTarget>& targets) {
  CutPlanes cut;
  codec::with_stored_type(layout.type, [&](auto zero) {
    using T = decltype(zero);
    const auto width = static_cast<std::size_t>(block.width);
    const std::size_t pixels = width * static_cast<std::size_t>(block.height);
    std::vector<T> samples(pixels * targets.size());
    cut.valid.assign(pixels, 1);
    for (std::size_t y = 0; y < static_cast<std::size_t>(block.height); ++y) {
      const std::int64_t row_number = block.y + static_cast<std::int64_t>(y);
      const auto row = plain_row<T>(raw.data() + row_number * layout.row_byte_count(), layout);
      for (std::size_t x = 0; x < width; ++x) {
        for (const auto& target : targets) {
          const std::size_t from =
              (static_cast<std::size_t>(block.x) + x) * static_cast<std::size_t>(layout.sample_count);
          const T value = row[from + static_cast<std::size_t>(target.sample)];
          samples[static_cast<std::size_t>(target.plane) * pixels + y * width + x] = value;
          if (!plain_is_value(value, target)) cut.valid[y * width + x] = 0;
        }
      }
    }
    cut.samples.resize(samples.size() * sizeof(T));
    if (!samples.empty()) std::memcpy(cut.samples.data(), samples.data(), cut.samples.size());
  });
  return cut;
}

}  // namespace groundshift::test
