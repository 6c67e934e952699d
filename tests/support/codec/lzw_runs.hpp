// SPDX-License-Identifier: Apache-2.0
// LZW streams through the warps' decoder on the host, and through libtiff, which packs and judges.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/support/codec/stream_by_lanes.hpp"

namespace groundshift::test {

/// unpack_by_lanes of stream_by_lanes.hpp.
Inflated lzw_by_lanes(std::span<const std::uint8_t> packed, std::size_t raw_byte_count,
                      codec::LaneOrder order = codec::LaneOrder::forward,
                      std::uint32_t work_limit = codec::kUnlimitedWork, codec::StepCounts* counts = nullptr);

/// What libtiff makes of it as the one strip of a file: exactly raw_byte_count bytes (> 0), or nothing.
std::optional<Bytes> lzw_by_libtiff(std::span<const std::uint8_t> packed, std::size_t raw_byte_count);
/// Whether libtiff takes it for a stream of before 1990, whose codes lie in another order.
bool is_old_lzw(std::span<const std::uint8_t> packed);

Bytes libtiff_pack_lzw(const Bytes& raw);

struct LzwVariant {
  std::string name;
  Bytes packed;
  Bytes raw;  ///< not empty
};

/// Kinds of data x libtiff, and a plain packer with tables of 1 to 4862 codes and without an end.
std::vector<LzwVariant> lzw_variants(std::size_t raw_byte_count);

/// One bit, a cut, some bytes of the head, a run of bytes, bytes doubled, or bytes taken out; seldom the first two.
void damage_lzw(Bytes& packed, std::mt19937_64& random);

}  // namespace groundshift::test
