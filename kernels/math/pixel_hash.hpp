// SPDX-License-Identifier: Apache-2.0
// A pixel's own random number: which pixels are held out of a fit is a function of where they are, of nothing else.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// 32 well-mixed bits of a pixel's column and row in the grid (or of any two indices).
/// agreement : exact     source : the finaliser of MurmurHash3 over a Weyl combination of both words
GS_HD std::uint32_t pixel_hash(std::int32_t x, std::int32_t y) {
  std::uint32_t h =
      static_cast<std::uint32_t>(x) * 0x9e3779b1u ^ (static_cast<std::uint32_t>(y) * 0x85ebca77u + 0x165667b1u);
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

}  // namespace groundshift
