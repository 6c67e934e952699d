// SPDX-License-Identifier: Apache-2.0
// The measured shifts as arrows.
#pragma once

#include "host/align/estimate_shift_field.hpp"
#include "host/io/png.hpp"

namespace groundshift {

/// A plan of the scene (at most 800 pixels wide or high) with an arrow a window from its centre along its shift, all
/// enlarged alike so that the longest accepted one is as long as the windows lie apart: green where it was accepted,
/// red where not; the title says what was found and how long the scale's arrow is.
IndexedImage shift_picture(const AlignResult& alignment, std::int32_t width, std::int32_t height);

}  // namespace groundshift
