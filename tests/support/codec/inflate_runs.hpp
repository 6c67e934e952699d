// SPDX-License-Identifier: Apache-2.0
// Streams through the warps' decoder on the host, and through zlib and libdeflate, which judge it.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/codec/stream_by_lanes.hpp"

namespace groundshift::test {

/// unpack_by_lanes of stream_by_lanes.hpp.
Inflated inflate_by_lanes(std::span<const std::uint8_t> packed, std::size_t raw_byte_count,
                          codec::LaneOrder order = codec::LaneOrder::forward,
                          std::uint32_t work_limit = codec::kUnlimitedWork, codec::StepCounts* counts = nullptr);

/// With the two cursors of TwinInflate, beside a stream of its own that comes before or behind it.
std::optional<Bytes> inflate_by_cursors(std::span<const std::uint8_t> packed, std::size_t raw_byte_count);

/// What zlib makes of it: exactly `raw_byte_count` bytes, or nothing. `message`: zlib's, where it has one.
std::optional<Bytes> inflate_by_zlib(std::span<const std::uint8_t> packed, std::size_t raw_byte_count,
                                     std::string* message = nullptr);
/// Bytes that zlib gets out of it before its end or its first fault, `most` at most.
std::size_t zlib_byte_count(std::span<const std::uint8_t> packed, std::size_t most);
/// What libdeflate makes of it. It takes a few streams that zlib refuses; what both the lanes and zlib take, it takes.
std::optional<Bytes> inflate_by_libdeflate(std::span<const std::uint8_t> packed, std::size_t raw_byte_count);

/// Where the stream is right but for its checksum: the checksum put right. Returns whether it did.
bool repair_checksum(Bytes& packed, std::size_t raw_byte_count);

}  // namespace groundshift::test
