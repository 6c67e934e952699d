// SPDX-License-Identifier: Apache-2.0
// Scores to integer codes, as the host calls it.
#pragma once

#include <cstdint>
#include <span>

namespace groundshift {

/// Codes of ops/quantise.hpp with 65535 (UInt16) or 255 (Byte) for NaN. step > 0; both spans of one length.
void quantise_scores(std::span<const float> scores, float step, std::span<std::uint16_t> codes);
void quantise_scores(std::span<const float> scores, float step, std::span<std::uint8_t> codes);

}  // namespace groundshift
