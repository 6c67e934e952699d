// SPDX-License-Identifier: Apache-2.0
// Unpacks one stream of TIFF's LZW with one warp, 32 codes at a time.
#pragma once

#include <cstdint>

#include "kernels/codec/decode_status.hpp"
#include "kernels/codec/lzw_group.hpp"
#include "kernels/codec/packed_bytes.hpp"

namespace groundshift::codec {

/// Whether a stream begins with a Clear, as all but libtiff's of before 1990 do (whose codes lie in another order).
GS_LANE_FN bool begins_with_clear(const PackedBytes& packed) {
  return packed.byte(0) == 0x80u && (packed.byte(1) & 0x80u) == 0;
}

/// Unpacks `packed` into exactly `out_byte_count` bytes of `out`; the same result in all lanes. As libtiff does: what
/// comes behind the last byte wanted is not looked at, be it the rest of a string, and the end needs no code.
/// Whatever the input: nothing is read outside `packed` nor touched outside `out`, and work ends at `work_limit`
/// (lzw_code.hpp). Not ok: the bytes of `out` are unspecified, and the CPU's decoder decides.
template <class Warp>
GS_LANE_FN DecodeStatus unpack_lzw(const Warp& warp, LzwShared<Warp>& shared, const PackedBytes& packed,
                                   typename Warp::Output out, std::uint32_t out_byte_count, std::uint32_t work_limit) {
  if (packed.byte_count >= kTooLargeByteCount || out_byte_count >= kTooLargeByteCount) return DecodeStatus::too_large;
  if (packed.byte_count < 2) return DecodeStatus::truncated;
  if (!begins_with_clear(packed)) return DecodeStatus::bad_header;
  const std::uint32_t bit_count = packed.byte_count * 8;
  LzwPlace at{9, 0, 0};
  std::uint32_t window = 0;
  std::uint32_t work = 0;
  stage_codes(warp, shared, packed, window);  // the stream before has been read up to its last group's second sync()
  while (at.made < out_byte_count) {
    if (++work > work_limit) return DecodeStatus::too_much_work;
    if (at.bit + kLzwGroupBits > 32 * (window + kLzwWindowWords)) {
      window = at.bit >> 5;
      stage_codes(warp, shared, packed, window);
    }
    warp.sync();
    LzwGroup<Warp> group = read_codes(warp, shared, at, window, bit_count);
    find_strings(warp, shared, at, group);
    place_strings(warp, out_byte_count - at.made, group);
    copy_strings(warp, shared, at, group, out);
    warp.sync();
    append_bytes(warp, shared, at, group, out);
    warp.tally(Step::window, 1);

    at.made += group.byte_count_of_all;
    if (at.made == out_byte_count) break;
    switch (group.halt) {
      case LzwHalt::none:
        at.bit += lzw_bits_before(at.number + kLaneCount) - lzw_bits_before(at.number);
        at.number += kLaneCount;
        break;
      case LzwHalt::clear:
        at.bit = group.end_bit;
        at.number = 0;
        break;
      case LzwHalt::end: return DecodeStatus::too_little;
      case LzwHalt::no_string: return DecodeStatus::bad_string;
      case LzwHalt::cut: return DecodeStatus::truncated;
    }
  }
  return DecodeStatus::ok;
}

}  // namespace groundshift::codec
