// SPDX-License-Identifier: Apache-2.0
// The quantising functor over a row of scores.
#include "kernels/ops/quantise.hpp"

#include <cstddef>
#include <limits>

#include "kernels/api/quantise.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

template <class T>
GS_CLONES void quantise(const float* __restrict scores, std::size_t count, Quantise op, T* __restrict codes) {
  for (std::size_t i = 0; i < count; ++i) codes[i] = static_cast<T>(op(scores[i]));
}

}  // namespace

void quantise_scores(std::span<const float> scores, float step, std::span<std::uint16_t> codes) {
  quantise(scores.data(), scores.size(), Quantise{step, std::numeric_limits<std::uint16_t>::max()}, codes.data());
}

void quantise_scores(std::span<const float> scores, float step, std::span<std::uint8_t> codes) {
  quantise(scores.data(), scores.size(), Quantise{step, std::numeric_limits<std::uint8_t>::max()}, codes.data());
}

}  // namespace groundshift
