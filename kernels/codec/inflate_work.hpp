// SPDX-License-Identifier: Apache-2.0
// How much work a warp spends on a stream before it leaves it to the CPU: streams of tiny blocks cost up to 100 times
// more.
#pragma once

#include <cstdint>

namespace groundshift::codec {

/// In units of about 32 dependent steps of a warp: the header and tables of a block with codes (some 150 code lengths
/// one after the other, 44 steps of table entries), a stored block, a window beside its rounds, a round of
/// synchronising.
inline constexpr std::uint32_t kCodedBlockWork = 16;
inline constexpr std::uint32_t kStoredBlockWork = 1;
inline constexpr std::uint32_t kWindowWork = 8;
inline constexpr std::uint32_t kRoundWork = 1;

/// Satellite tiles need 12 to 14 units a KiB of packed bytes; the limit is 64 a KiB packed and 16 a KiB unpacked, so
/// that no tile keeps a warp some ten times as long as its neighbours keep theirs. The tiles of the test data need at
/// most a third of it. Both counts below 2^28.
constexpr std::uint32_t inflate_work_limit(std::uint32_t packed_byte_count, std::uint32_t raw_byte_count) {
  return 256 + packed_byte_count / 16 + raw_byte_count / 64;
}
inline constexpr std::uint32_t kUnlimitedWork = ~0u;

}  // namespace groundshift::codec
