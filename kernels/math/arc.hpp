// SPDX-License-Identifier: Apache-2.0
// Arc cosine and the angle of a vector, float32, with the same bits on both sides.
#pragma once

#include <cstdint>

#include "kernels/math/arithmetic.hpp"

namespace groundshift::math {

inline constexpr float kPi = 0x1.921fb6p+1f;
inline constexpr float kPiTail = -0x1.777a5cp-24f;  // pi - kPi

/// Arc cosine in radians, 0..pi. Error at most 1.5 ulp over [-1, 1] (1.14 measured); NaN outside and for NaN.
/// No branches: loops over it vectorize.
/// method : asin(s) = s + s z P(z), z = s^2 <= 1/4, P minimax of relative error 2^-27.6; acos(x) = pi/2 - asin(x) for
///          |x| <= 1/2, else 2 asin(sqrt((1 - |x|) / 2)), reflected for x < 0
/// agreement : exact (+ - * / sqrt, explicit fma)
GS_HD float acos(float x) {
  const float a = fabs(x);
  const bool outer = a > 0.5f;
  const float half = 0.5f - 0.5f * a;  // exact for a >= 1/2
  const float z = outer ? half : x * x;
  const float s = outer ? sqrt(half > 0.0f ? half : 0.0f) : x;

  float p = 0x1.595c60p-5f;
  p = fma(p, z, 0x1.8c3e50p-6f);
  p = fma(p, z, 0x1.747bb8p-5f);
  p = fma(p, z, 0x1.330204p-4f);
  p = fma(p, z, 0x1.5555c8p-3f);
  const float tail = p * z * s;  // asin(s) - s

  const float middle = 0.5f * kPi - (s - (0.5f * kPiTail - tail));
  const float right = 2.0f * (s + tail);
  const float left = kPi - (2.0f * s - (kPiTail - 2.0f * tail));
  const float result = outer ? (x > 0.0f ? right : left) : middle;
  return a <= 1.0f ? result : quiet_nan();
}

/// Angle of the vector (x, y) in radians, -pi..pi. Error at most 2 ulp over all quadrants and sizes (1.67 measured).
/// Signs as in IEEE 754 atan2: the result has the sign of y, signed zeros count: atan2(+-0, x) = +-0 for x > 0 or
/// x = +0 (so atan2(0, 0) = 0) and +-pi for x < 0 or x = -0; atan2(y, +-0) = +-pi/2. Infinities: atan2(inf, inf) = pi/4
/// and so on by quadrant. NaN when either is. No branches: loops over it vectorize.
/// method : q = min / max of the two sizes, atan(q) = q + q z P(z), z = q^2, P minimax of relative error 2^-28.5
///          with coefficients nudged by single places until atan(1) is the float nearest pi/4; folded back by octants
/// agreement : exact (+ - * /, explicit fma)
GS_HD float atan2(float y, float x) {
  const float a = fabs(x);
  const float b = fabs(y);
  const bool steep = b > a;
  const float small = steep ? a : b;
  const float large = steep ? b : a;
  const float ratio = small / large;
  const float q = small == large ? (large > 0.0f ? 1.0f : 0.0f) : ratio;  // inf / inf and 0 / 0 among them
  const float z = q * q;

  float p = -0x1.d35a7ep-10f;
  p = fma(p, z, 0x1.6424eep-7f);
  p = fma(p, z, -0x1.fd7e22p-6f);
  p = fma(p, z, 0x1.da2a10p-5f);
  p = fma(p, z, -0x1.58091ap-4f);
  p = fma(p, z, 0x1.c08c52p-4f);
  p = fma(p, z, -0x1.242084p-3f);
  p = fma(p, z, 0x1.9991e4p-3f);
  p = fma(p, z, -0x1.555540p-2f);
  const float tail = p * z * q;  // atan(q) - q

  // angle = turn +- (q + tail), with the low part of the turn beside the small terms
  const bool back = (to_bits(x) >> 31) != 0;
  const float turn = steep ? 0.5f * kPi : (back ? kPi : 0.0f);
  const float turn_tail = steep ? 0.5f * kPiTail : (back ? kPiTail : 0.0f);
  const bool minus = steep != back;
  const float signed_q = minus ? -q : q;
  const float signed_tail = minus ? -tail : tail;
  const float angle = turn + (signed_q + (signed_tail + turn_tail));
  const float result = from_bits(to_bits(angle) | (to_bits(y) & 0x80000000u));
  return (x == x && y == y) ? result : quiet_nan();
}

}  // namespace groundshift::math
