// SPDX-License-Identifier: Apache-2.0
// The numbers that weights tables and executors of resampling agree on, and what a resampled pixel is.
#pragma once

#include <cstdint>

namespace groundshift {

/// Positions are rounded half up to 1/kResamplePhases source pixel before weights are looked up.
inline constexpr int kResamplePhaseBits = 10;
inline constexpr std::int32_t kResamplePhases = 1 << kResamplePhaseBits;
/// The weights of a phase sum to 2^kResampleWeightBits along each axis.
inline constexpr int kResampleWeightBits = 14;
inline constexpr std::int32_t kResampleWeightOne = 1 << kResampleWeightBits;
/// Taps along one axis at most; sums of absolute weights stay below 2 kResampleWeightOne, so that a row's sum of 16-bit
/// pixels fits in 32 bits.
inline constexpr std::int32_t kMaxResampleTaps = 256;
/// Source windows are at most this wide and high (kFarthestPosition).
inline constexpr std::int32_t kMaxSourceSide = 1 << 24;

/// What a resampled pixel is. Valid are `whole` and `renormalised`; the others hold 0 in every band.
enum class ResampledState : std::uint8_t {
  outside = 0,       ///< no position, or one that no pixel of the source image covers
  whole = 1,         ///< every tap with a weight is valid
  renormalised = 2,  ///< some are not, or lie beyond the source's edge: the others, divided by their weight
  from_invalid = 3   ///< in the source image, but without a value
};

}  // namespace groundshift
