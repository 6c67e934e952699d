// SPDX-License-Identifier: Apache-2.0
// The correctly rounded single steps that everything else in math is built of, by one name on both sides.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/view/hd.hpp"

#if defined(GS_OPAQUE_FMA) && defined(__CUDA_ARCH__)
// Only the check of the generated device code defines this: wanted fused steps become calls, so that every fma.rn that
// is left is one that nobody wrote.
extern "C" __device__ float gs_opaque_fma(float, float, float);
#endif

namespace groundshift::math {

/// a * b + c rounded once. The only place of the project that fuses; exact on both sides (in hardware or in libm).
GS_HD float fma(float a, float b, float c) {
#if defined(GS_OPAQUE_FMA) && defined(__CUDA_ARCH__)
  return gs_opaque_fma(a, b, c);
#else
  return ::fmaf(a, b, c);
#endif
}

/// |x|, the sign bit cleared.
GS_HD float fabs(float x) { return ::fabsf(x); }

/// Correctly rounded square root; a NaN below 0, -0 for -0.
GS_HD float sqrt(float x) { return ::sqrtf(x); }
GS_HD double sqrt(double x) { return ::sqrt(x); }

/// The one NaN that results hold: 0x7fc00000.
GS_HD float quiet_nan() { return __builtin_bit_cast(float, 0x7fc00000u); }
GS_HD float infinity() { return __builtin_bit_cast(float, 0x7f800000u); }

/// The pattern of a float and back.
GS_HD std::uint32_t to_bits(float x) { return __builtin_bit_cast(std::uint32_t, x); }
GS_HD float from_bits(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

}  // namespace groundshift::math
