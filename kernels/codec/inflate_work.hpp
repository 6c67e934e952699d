// SPDX-License-Identifier: Apache-2.0
// How much work a warp spends on a stream before it leaves it to the CPU: streams of tiny blocks cost 100 times more.
#pragma once

#include <cstdint>

namespace groundshift::codec {

/// In units of about 32 steps of a warp: tables of a block with codes, a stored block, a window beside its bytes, a
/// round of synchronising.
inline constexpr std::uint32_t kCodedBlockWork = 32;
inline constexpr std::uint32_t kStoredBlockWork = 1;
inline constexpr std::uint32_t kWindowWork = 8;
inline constexpr std::uint32_t kRoundWork = 1;

/// Ordinary streams need 7 to 13 units a KiB of packed bytes (a window of 1 KiB, three rounds, few blocks); five times
/// that and more is allowed, so that a tile takes at most some ten times as long as its neighbours.
/// Both counts below 2^28.
constexpr std::uint32_t inflate_work_limit(std::uint32_t packed_byte_count, std::uint32_t raw_byte_count) {
  return 256 + packed_byte_count / 16 + raw_byte_count / 64;
}
inline constexpr std::uint32_t kUnlimitedWork = ~0u;

}  // namespace groundshift::codec
