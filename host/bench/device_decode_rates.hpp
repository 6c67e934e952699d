// SPDX-License-Identifier: Apache-2.0
// How fast a device decodes the blocks of a file, by how many of them it has at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/engine/decode_rates.hpp"
#include "host/io/stored_blocks.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// What the lanes' decoder is looked at with (docs/device-decode.md).
inline constexpr std::int64_t kBlocksInFlight[] = {121, 512, 1024, 2048};

/// Why a device's rates cannot be taken on these blocks; empty: they can. Rates are kept of DEFLATE, samples of 1, 2 or
/// 4 bytes.
std::string unfit_for_rates(const StoredBlocks& blocks);

/// Bytes of pixels a second of Backend::decode, one call with so many blocks, the same ones in turn: their bytes to the
/// device, unpacked into planes there, statuses back. counts : ascending; those whose packed bytes exceed
/// `memory_bytes` or for which the device has no room are left out. Throws DeviceError where none is left, and where
/// the device refuses a block.
std::vector<DecodeRate> device_decode_rates(Backend& backend, const StoredBlocks& blocks,
                                            std::span<const std::int64_t> counts, std::int64_t memory_bytes);

}  // namespace groundshift
