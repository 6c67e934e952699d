// SPDX-License-Identifier: Apache-2.0
// One stream through the warps' decoders on the host: lanes in a loop, and lanes that are watched.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "kernels/codec/inflate_warp.hpp"
#include "kernels/codec/lane_loop.hpp"
#include "kernels/codec/lzw_warp.hpp"
#include "tests/support/codec/checked_lanes.hpp"
#include "tests/support/codec/deflate_writer.hpp"

namespace groundshift::test {

struct Inflated {
  codec::DecodeStatus status = codec::DecodeStatus::not_decoded;
  Bytes bytes;
};

struct InflateCodec {
  template <class Warp>
  using Shared = codec::InflateShared<Warp>;
  template <class Warp>
  static codec::DecodeStatus unpack(const Warp& warp, Shared<Warp>& shared, const codec::PackedBytes& packed,
                                    typename Warp::Output out, std::uint32_t byte_count, std::uint32_t work_limit) {
    return codec::inflate_stream(warp, shared, packed, out, byte_count, work_limit);
  }
};

struct LzwCodec {
  template <class Warp>
  using Shared = codec::LzwShared<Warp>;
  template <class Warp>
  static codec::DecodeStatus unpack(const Warp& warp, Shared<Warp>& shared, const codec::PackedBytes& packed,
                                    typename Warp::Output out, std::uint32_t byte_count, std::uint32_t work_limit) {
    return codec::unpack_lzw(warp, shared, packed, out, byte_count, work_limit);
  }
};

/// The packed bytes as words, the last one filled up with ones.
inline std::vector<std::uint32_t> words_of(std::span<const std::uint8_t> packed) {
  std::vector<std::uint32_t> words((packed.size() + 3) / 4, ~0u);
  if (!packed.empty()) std::memcpy(words.data(), packed.data(), packed.size());
  return words;
}

/// With lanes in a loop. Input and output lie in heap blocks of exactly their size (the input's last word filled up),
/// so that a sanitizer sees any excess; shared memory and output hold something else before.
template <class Codec>
Inflated unpack_by_lanes(std::span<const std::uint8_t> packed, std::size_t raw_byte_count, codec::LaneOrder order,
                         std::uint32_t work_limit, codec::StepCounts* counts) {
  using Shared = typename Codec::template Shared<codec::LaneLoop>;
  const auto shared = std::make_unique<Shared>();
  std::memset(shared.get(), 0xcd, sizeof(Shared));
  const std::vector<std::uint32_t> words = words_of(packed);
  Inflated result;
  result.bytes.assign(raw_byte_count, 0xaa);
  result.status =
      Codec::unpack(codec::LaneLoop(order, counts), *shared, {words.data(), static_cast<std::uint32_t>(packed.size())},
                    result.bytes.data(), static_cast<std::uint32_t>(raw_byte_count), work_limit);
  return result;
}

/// With lanes that are watched: CheckedLanes::watch().faults counts where they met. The shared memory may be handed
/// from stream to stream, as a warp does that takes one block after the other. out : of the wanted size
template <class Codec>
codec::DecodeStatus unpack_watched(typename Codec::template Shared<CheckedLanes>& shared,
                                   std::span<const std::uint8_t> packed, Bytes& out) {
  const std::vector<std::uint32_t> words = words_of(packed);
  std::fill(out.begin(), out.end(), std::uint8_t{0xaa});
  std::vector<CheckedLanes::Access> accesses(out.size());
  CheckedLanes::watch().faults = 0;
  return Codec::unpack(CheckedLanes{}, shared, {words.data(), static_cast<std::uint32_t>(packed.size())},
                       CheckedLanes::Output{out.data(), accesses.data()}, static_cast<std::uint32_t>(out.size()),
                       codec::kUnlimitedWork);
}

}  // namespace groundshift::test
