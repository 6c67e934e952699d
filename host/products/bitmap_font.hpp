// SPDX-License-Identifier: Apache-2.0
// A built-in 5 x 7 font, so that a picture's text needs no font file on any machine.
#pragma once

#include <array>
#include <cstdint>

namespace groundshift {

inline constexpr std::int32_t kGlyphWidth = 5;
inline constexpr std::int32_t kGlyphHeight = 7;

/// Rows from the top; bit 4 is the leftmost pixel.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

/// Printable ASCII; any other byte shows as a question mark.
const Glyph& glyph_of(char character);

}  // namespace groundshift
