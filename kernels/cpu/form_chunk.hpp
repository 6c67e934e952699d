// SPDX-License-Identifier: Apache-2.0
// Quadratic forms of a piece of a row on the CPU: bands outside, pixels inside, in vector registers.
#pragma once

#include <cstdint>

#include "kernels/ops/quadratic_form.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::cpu {

/// Pixels of one call: their centred variables stay in the second-level cache for any band count.
inline constexpr std::int32_t kFormChunk = 256;

/// z_i - center_i of the pixels [x0, x0 + count) of row y, count <= kFormChunk, into `centered`: one row of kFormChunk
/// floats a variable, the bands of before, then those of after. center : one a variable. T: the four pixel types.
template <class T>
void center_chunk(const PairPlanes<T>& planes, const float* center, std::int32_t y, std::int32_t x0, std::int32_t count,
                  float* centered);

/// T of ops/quadratic_form.hpp for the `count` pixels that center_chunk left in `centered`, into `out`; the same bits
/// as QuadraticForm::value. `finite` says that no centred value is an infinity or a NaN (integer pixels): entries of
/// the matrix that are zero may then be passed over.
void form_chunk(const FormRows& rows, const float* centered, std::int32_t count, bool finite, float* out);

}  // namespace groundshift::cpu
