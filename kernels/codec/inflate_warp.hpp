// SPDX-License-Identifier: Apache-2.0
// Inflates one zlib stream (RFC 1950, RFC 1951) with one warp, all 32 lanes decoding.
#pragma once

#include <cstdint>

#include "kernels/codec/adler_warp.hpp"
#include "kernels/codec/bit_window.hpp"
#include "kernels/codec/block_header_warp.hpp"
#include "kernels/codec/decode_status.hpp"
#include "kernels/codec/inflate_work.hpp"
#include "kernels/codec/window_bytes.hpp"
#include "kernels/codec/window_lanes.hpp"

namespace groundshift::codec {

/// Where a stream stands, the same for all lanes.
struct InflatePlace {
  std::uint32_t bit;   ///< of the stream: taken so far
  std::uint32_t made;  ///< bytes written so far
  std::uint32_t work;  ///< spent so far
  bool block_ended;
};

/// The symbols of the next window, of as many lanes as the chip stages bytes for.
template <class Warp, class Sizes>
GS_LANE_FN DecodeStatus inflate_window(const Warp& warp, InflateShared<Warp, Sizes>& shared, const PackedBytes& packed,
                                       typename Warp::Output& out, std::uint32_t out_byte_count, InflatePlace& at) {
  stage(warp, shared, packed, at.bit >> 5);
  warp.tally(Step::window, 1);
  const std::uint32_t first_bit = at.bit & 31u;
  const WindowLanes<Warp> w = agree_on_symbols(warp, shared, first_bit);
  at.work += kWindowWork + kRoundWork * w.round_count;

  std::uint32_t byte_count = 0;
  const LaneOf<Warp, std::uint32_t> place = warp.exclusive_sum(w.byte_count, byte_count);
  LaneOf<Warp, bool> over;
  for (const int lane : warp.lanes()) {
    over[lane] = lane <= w.last && place[lane] + w.byte_count[lane] > static_cast<std::uint32_t>(Sizes::kStagedBytes);
  }
  const std::uint32_t overs = warp.ballot(over);
  // Where lane 0's symbols alone are too many, matches are long, and the whole window is copied by all lanes together.
  const bool together = (overs & 1u) != 0;
  const int lane_count = overs != 0 && !together ? Warp::first_bit(overs) : w.last + 1;
  byte_count = warp.get(place, lane_count - 1) + warp.get(w.byte_count, lane_count - 1);
  const std::uint32_t halt = warp.get(w.halt, lane_count - 1);
  const std::uint32_t end_bit = warp.get(w.end, lane_count - 1);

  const std::uint32_t stream_bit = (at.bit & ~31u) + end_bit;
  if (stream_bit > packed.byte_count * 8) return DecodeStatus::truncated;
  if (halt == kNoSymbol) return DecodeStatus::bad_symbol;
  if (byte_count > out_byte_count - at.made) return DecodeStatus::too_much;
  if (together) {
    if (!copy_together(warp, shared, first_bit, end_bit, out, at.made)) return DecodeStatus::bad_distance;
  } else {
    if (!note_bytes(warp, shared, w, place, lane_count, at.made)) return DecodeStatus::bad_distance;
    resolve_bytes(warp, shared, byte_count, out, at.made);
  }
  at.made += byte_count;
  at.bit = stream_bit;
  at.block_ended = halt == kEndedBlock;
  return DecodeStatus::ok;
}

/// A stored block whose header ends before bit `at.bit`.
template <class Warp>
GS_LANE_FN DecodeStatus copy_stored(const Warp& warp, const PackedBytes& packed, typename Warp::Output& out,
                                    std::uint32_t out_byte_count, InflatePlace& at) {
  const std::uint32_t first = (at.bit + 7) / 8 + 4;
  if (first > packed.byte_count) return DecodeStatus::truncated;
  const std::uint32_t byte_count = packed.byte(first - 4) | packed.byte(first - 3) << 8;
  const std::uint32_t complement = packed.byte(first - 2) | packed.byte(first - 1) << 8;
  if ((byte_count ^ complement) != 0xffffu) return DecodeStatus::bad_block;
  if (byte_count > packed.byte_count - first) return DecodeStatus::truncated;
  if (byte_count > out_byte_count - at.made) return DecodeStatus::too_much;
  const auto* stored = reinterpret_cast<const std::uint8_t*>(packed.words) + first;  // inside, as just checked
  for (const int lane : warp.lanes()) {
    for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < byte_count; k += kLaneCount) {
      out[at.made + k] = stored[k];
    }
  }
  warp.tally(Step::stored, (byte_count + kLaneCount - 1) / kLaneCount);
  at.made += byte_count;
  at.bit = (first + byte_count) * 8;
  return DecodeStatus::ok;
}

/// All blocks of a stream, from behind its header on.
template <class Warp, class Sizes>
GS_LANE_FN DecodeStatus inflate_blocks(const Warp& warp, InflateShared<Warp, Sizes>& shared, const PackedBytes& packed,
                                       typename Warp::Output& out, std::uint32_t out_byte_count,
                                       std::uint32_t work_limit, InflatePlace& at) {
  const std::uint32_t bit_count = packed.byte_count * 8;
  for (bool last = false; !last;) {
    if (at.bit >= bit_count) return DecodeStatus::truncated;
    stage(warp, shared, packed, at.bit >> 5);
    const std::uint32_t header = peek<Warp, Sizes>(shared, at.bit & 31u);
    last = (header & 1u) != 0;
    const std::uint32_t type = header >> 1 & 3u;
    warp.tally(Step::block, 1);
    DecodeStatus status = DecodeStatus::ok;
    if (type == 3) return DecodeStatus::bad_block;
    if (type == 0) {
      at.bit += 3;
      at.work += kStoredBlockWork;
      status = copy_stored(warp, packed, out, out_byte_count, at);
    } else {
      at.work += kCodedBlockWork;
      if (at.work > work_limit) return DecodeStatus::too_much_work;
      const BlockHeader codes = read_block_header(warp, shared, (at.bit & 31u) + 3, type == 1);
      at.bit = (at.bit & ~31u) + codes.bit;
      if (at.bit > bit_count) return DecodeStatus::truncated;
      status = codes.status;
      at.block_ended = false;
      while (status == DecodeStatus::ok && !at.block_ended) {
        if (at.bit >= bit_count) return DecodeStatus::truncated;
        status = inflate_window(warp, shared, packed, out, out_byte_count, at);
        if (at.work > work_limit) return DecodeStatus::too_much_work;
      }
    }
    if (status != DecodeStatus::ok) return status;
    if (at.work > work_limit) return DecodeStatus::too_much_work;
  }
  return DecodeStatus::ok;
}

/// Inflates `packed` into exactly `out_byte_count` bytes of `out` (at a multiple of 4 bytes); the same result in all
/// lanes. Bytes behind the checksum are ignored, as zlib ignores them. Whatever the input: nothing is read outside
/// `packed` nor touched outside `out`, and work ends at `work_limit` (inflate_work.hpp). Not ok: the bytes of `out` are
/// unspecified, and the CPU's decoder decides.
template <class Warp, class Sizes>
GS_LANE_FN DecodeStatus inflate_stream(const Warp& warp, InflateShared<Warp, Sizes>& shared, const PackedBytes& packed,
                                       typename Warp::Output out, std::uint32_t out_byte_count,
                                       std::uint32_t work_limit) {
  if (packed.byte_count >= kTooLargeByteCount || out_byte_count >= kTooLargeByteCount) return DecodeStatus::too_large;
  if (packed.byte_count < 6) return DecodeStatus::truncated;
  const std::uint32_t method = packed.byte(0);
  const std::uint32_t flags = packed.byte(1);
  if ((method & 15u) != 8 || method >> 4 > 7 || (flags & 32u) != 0 || (method * 256 + flags) % 31 != 0) {
    return DecodeStatus::bad_header;
  }
  InflatePlace at{16, 0, 0, false};
  const DecodeStatus status = inflate_blocks(warp, shared, packed, out, out_byte_count, work_limit, at);
  if (status != DecodeStatus::ok) return status;
  if (at.made != out_byte_count) return DecodeStatus::too_little;
  const std::uint32_t tail = (at.bit + 7) / 8;
  if (tail + 4 > packed.byte_count) return DecodeStatus::truncated;
  const std::uint32_t expected =
      packed.byte(tail) << 24 | packed.byte(tail + 1) << 16 | packed.byte(tail + 2) << 8 | packed.byte(tail + 3);
  warp.sync();
  const std::uint8_t* const bytes = Warp::byte_pointer(out, out_byte_count);
  return adler32(warp, bytes, out_byte_count) == expected ? DecodeStatus::ok : DecodeStatus::bad_sum;
}

}  // namespace groundshift::codec
