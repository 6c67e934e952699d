// SPDX-License-Identifier: Apache-2.0
// Scores as integer codes, for UInt16 and Byte outputs.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// Integer code of a score: 0 stands for no data, 1 for scores <= 0, and score ~ (code - 1) * step above.
/// step     : units of the score, > 0          max_code : 255 or 65535; larger scores get max_code
/// returns  : 0..max_code; code = 1 + nearest integer of score / step (halves up)
/// nodata   : NaN gives 0        agreement : exact (one division, one addition, truncation in range)
struct Quantise {
  float step;
  std::int32_t max_code;

  GS_HD std::int32_t operator()(float score) const {
    const float top = static_cast<float>(max_code - 1);
    const float steps = score / step + 0.5f;
    const float above = steps > 0.0f ? steps : 0.0f;  // NaN and negatives become 0
    const std::int32_t code = 1 + static_cast<std::int32_t>(above < top ? above : top);
    return score == score ? code : 0;
  }
};

}  // namespace groundshift
