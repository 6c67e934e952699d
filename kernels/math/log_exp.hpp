// SPDX-License-Identifier: Apache-2.0
// Natural logarithm and exponential of a float32 with the same bits on both sides.
#pragma once

#include <cstdint>

#include "kernels/math/arithmetic.hpp"

namespace groundshift::math {

/// Natural logarithm. Error at most 1 ulp over all positive floats (0.93 measured), denormals included.
/// log(+-0) = -inf, log(+inf) = +inf, NaN below 0 and for NaN. No branches: loops over it vectorize.
/// method : x = 2^e m, m in [2/3, 4/3); log m = f - f^2/2 + f^3 Q(f), f = m - 1, Q minimax of relative error 2^-27.6
///          with coefficients rounded one after the other
/// agreement : exact (integer operations, + - *, explicit fma)
GS_HD float log(float x) {
  const bool tiny = x < 0x1p-126f;
  const float scaled = tiny ? x * 0x1p23f : x;
  const std::uint32_t bits = to_bits(scaled);
  const std::uint32_t exponent = (bits - 0x3f2aaaabu) & 0xff800000u;  // e as 2^23 e; 0x3f2aaaab is 2/3
  const float f = from_bits(bits - exponent) - 1.0f;
  const float e = fma(static_cast<float>(static_cast<std::int32_t>(exponent)), 0x1p-23f, tiny ? -23.0f : 0.0f);

  float q = -0x1.07c976p-3f;
  q = fma(q, f, 0x1.1e67a0p-3f);
  q = fma(q, f, -0x1.f332a2p-4f);
  q = fma(q, f, 0x1.1ed660p-3f);
  q = fma(q, f, -0x1.559c46p-3f);
  q = fma(q, f, 0x1.99d044p-3f);
  q = fma(q, f, -0x1.fffefcp-3f);
  q = fma(q, f, 0x1.555506p-2f);
  q = fma(q, f, -0.5f);
  const float log_m = fma(q, f * f, f);
  const float finite = fma(e, 0x1.62e430p-1f, log_m);  // ln 2

  const float outside = x == 0.0f ? -infinity() : (x > 0.0f ? x : quiet_nan());  // x > 0: only +inf gets here
  return (x > 0.0f && x < infinity()) ? finite : outside;
}

/// Exponential. Error at most 1.5 ulp over all floats (1.01 measured), denormal results included. exp(x) = +inf above
/// 88.7228, 0 below -103.973; exp(-inf) = 0, exp(+inf) = +inf, NaN for NaN. No branches: loops over it vectorize.
/// method : x = n ln 2 + r, |r| <= ln 2 / 2; e^r = 1 + r + r^2 Q(r), Q minimax of relative error 2^-28.2 with
///          coefficients rounded one after the other; 2^n in two steps, so that a denormal result is rounded once
/// agreement : exact (integer operations, + - *, explicit fma)
GS_HD float exp(float x) {
  const float low = x > -105.0f ? x : -105.0f;  // NaN too
  const float clamped = low < 90.0f ? low : 90.0f;
  const float magic = 0x1.8p23f;  // adding it rounds to an integer, which the low bits then hold
  const float shifted = fma(clamped, 0x1.715476p+0f, magic);  // 1 / ln 2
  const float n = shifted - magic;
  const std::int32_t exponent = static_cast<std::int32_t>(to_bits(shifted) - 0x4b400000u);
  float r = fma(n, -0x1.62e400p-1f, clamped);  // ln 2 in two parts, the first of 15 bits
  r = fma(n, -0x1.7f7d1cp-20f, r);

  float q = 0x1.6a4d60p-10f;
  q = fma(q, r, 0x1.12398ep-7f);
  q = fma(q, r, 0x1.5558b0p-5f);
  q = fma(q, r, 0x1.555492p-3f);
  q = fma(q, r, 0x1.fffffcp-2f);
  const float power = 1.0f + fma(q, r * r, r);

  const std::int32_t half = exponent >> 1;
  const float scale_1 = from_bits(static_cast<std::uint32_t>(half + 127) << 23);
  const float scale_2 = from_bits(static_cast<std::uint32_t>(exponent - half + 127) << 23);
  const float result = power * scale_1 * scale_2;
  return x == x ? result : quiet_nan();
}

}  // namespace groundshift::math
