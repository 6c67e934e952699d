// SPDX-License-Identifier: Apache-2.0
// Scores as integer codes, for UInt16 and Byte outputs.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// Integer code of a score: the nearest integer of score / step (halves up), the highest code standing for no data.
/// step     : units of the score, > 0
/// max_code : 255 or 65535; scores are clipped to 0 .. (max_code - 1) * step, which a step of largest score /
///            (max_code - 1) makes no loss
/// nodata   : NaN gives max_code        agreement : exact (one division, one addition, truncation in range)
struct Quantise {
  float step;
  std::int32_t max_code;

  GS_HD std::int32_t operator()(float score) const {
    const float top = static_cast<float>(max_code - 1);
    const float steps = score / step + 0.5f;
    const float above = steps > 0.0f ? steps : 0.0f;  // NaN and negatives become 0
    const std::int32_t code = static_cast<std::int32_t>(above < top ? above : top);
    return score == score ? code : max_code;
  }
};

}  // namespace groundshift
