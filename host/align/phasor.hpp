// SPDX-License-Identifier: Apache-2.0
// Points of the unit circle without libm, so that every machine has the same twiddle factors and windows.
#pragma once

namespace groundshift {

/// A complex number of modulus 1.
struct Phasor {
  double re = 1.0;
  double im = 0.0;
};

/// e^(2 pi i turns), each part within 2e-16; exact at multiples of a quarter. `turns` finite, |turns| < 2^50.
/// agreement : exact (+ - * and floor in one order)
Phasor phasor(double turns);

}  // namespace groundshift
