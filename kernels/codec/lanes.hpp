// SPDX-License-Identifier: Apache-2.0
// How the 32 lanes of a warp are written once: the rules that code for a `Warp` keeps, and its markers.
#pragma once

#include <cstdint>

/// Functions that a warp runs: device code under the device compiler, plain code under any other. GS_LANE_CALL is a
/// call on the device, where inlining would cost registers.
#if defined(__CUDACC__)
#define GS_LANE_FN __device__ __forceinline__
#define GS_LANE_CALL __device__ __noinline__
#else
#define GS_LANE_FN inline
#define GS_LANE_CALL inline
#endif

namespace groundshift::codec {

// A `Warp` (a template parameter) runs the code between two collectives either in 32 threads or in a loop over 32
// lanes:
//
//   Lane<T>               a value a lane; x[lane]
//   Array<T, Count>       memory that all lanes see
//   Output                bytes in device memory that all lanes see; byte_pointer(output, count) reads them all
//   lanes()               for (const int lane : warp.lanes()): a region that every lane runs for itself
//   sync()                what lanes wrote before it, every lane sees behind it. Nothing else promises that
//   ballot(Lane<bool>)    bit l: lane l's predicate
//   get(Lane<T>, source)  lane `source`'s value
//   gather(Lane<T>, Lane<uint32_t>)   the value of the lane that each lane names
//   shift_up(Lane<T>)     the value of the lane below (lane 0: its own)
//   exclusive_sum(Lane<T>, total)   sum over the lower lanes; the sum of all in `total`
//   match(Lane<uint32_t>) bit l: lane l holds the same value
//   reverse_bits, bit_count, first_bit, funnel_right         of 32-bit words
//   tally(Step, Lane<uint32_t>), tally(Step, uint32_t)       counts steps where somebody wants to know them
//
// Rules: (1) a value that lives across a collective is a Lane<T>, or is the same for all lanes; (2) in a region a lane
// writes its own Lane<T>s and, in memory that all see, only what no other lane touches before the next sync();
// (3) collectives and sync() stand outside regions, where all lanes meet; (4) a region is not left by break or return.
// tests/support/lanes has a Warp that checks (2).

inline constexpr int kLaneCount = 32;

template <class Warp, class T>
using LaneOf = typename Warp::template Lane<T>;
template <class Warp, class T, int Count>
using ArrayOf = typename Warp::template Array<T, Count>;

/// What a step of a warp does; a step is one symbol, byte or table entry in up to 32 lanes at once.
enum class Step : std::uint8_t {
  block,        ///< not a step: DEFLATE blocks
  window,       ///< not a step: windows of compressed bits, groups of LZW's codes
  round,        ///< not a step: rounds in which lanes agreed on symbol boundaries, or followed each other's strings
  code_length,  ///< symbols of a block's header, one after the other
  table_entry,  ///< entries of decoding tables
  synchronise,  ///< symbols decoded to find the boundaries
  decode,       ///< symbols decoded for good
  note,         ///< bytes of matches noted
  far,          ///< bytes fetched from before the window (LZW: each lane those of its own string)
  near,         ///< bytes, or references followed, inside the window
  together,     ///< symbols that all lanes decoded, of long runs (LZW: bytes that they copied of a long string)
  stored,       ///< bytes of stored blocks
  sum           ///< words summed for the checksum
};
inline constexpr int kStepKinds = 13;

}  // namespace groundshift::codec
