// SPDX-License-Identifier: Apache-2.0
// Kernels sampled at every phase and rounded so that sums stay exact.
#include "kernels/solve/resample_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace groundshift {
namespace {

double lobes(ResampleMethod method) {
  switch (method) {
    case ResampleMethod::nearest: break;
    case ResampleMethod::bilinear: return 1.0;
    case ResampleMethod::cubic: return 2.0;
    case ResampleMethod::lanczos: return 3.0;
  }
  return 0.5;
}

// sin(pi x) / pi of x in [0, 3): the series of the sine up to its 19th power, below 1e-15 off on a quarter wave.
double sine(double x) {
  const double whole = std::floor(x);
  const double rest = x - whole;
  const double part = rest > 0.5 ? 1.0 - rest : rest;
  constexpr double kPi = 3.14159265358979323846;
  const double square = (kPi * part) * (kPi * part);
  double term = part, sum = part;
  for (int power = 3; power <= 19; power += 2) {
    term = -term * square / (power * (power - 1.0));
    sum = sum + term;
  }
  return whole == 1.0 ? -sum : sum;
}

// The kernel at distance x >= 0, up to a factor.
double kernel(ResampleMethod method, double x) {
  switch (method) {
    case ResampleMethod::nearest: break;
    case ResampleMethod::bilinear: return x < 1.0 ? 1.0 - x : 0.0;
    case ResampleMethod::cubic:
      if (x < 1.0) return (1.5 * x - 2.5) * x * x + 1.0;
      return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
    case ResampleMethod::lanczos:
      if (x == 0.0) return 1.0;
      return x < 3.0 ? sine(x) * sine(x / 3.0) / (x * (x / 3.0)) : 0.0;
  }
  return 1.0;
}

struct AxisTable {
  std::int32_t taps = 0;
  std::vector<std::int16_t> weights;
};

// One phase: `exact` normalised, times 2^14, rounded down; what is missing goes to the largest remainders, of equal
// ones to the nearest (`distance` rises with it).
std::vector<std::int32_t> rounded(const std::vector<double>& exact, const std::vector<double>& distance) {
  const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
  std::vector<std::int32_t> weights(exact.size());
  std::vector<double> remainders(exact.size());
  std::vector<std::size_t> order(exact.size());
  std::int32_t missing = kResampleWeightOne;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    const double scaled = exact[k] / sum * kResampleWeightOne;
    weights[k] = static_cast<std::int32_t>(std::floor(scaled));
    remainders[k] = scaled - std::floor(scaled);
    missing -= weights[k];
    order[k] = k;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : distance[a] < distance[b];
  });
  for (std::size_t k = 0; missing > 0; ++k, --missing) ++weights[order[k]];
  return weights;
}

AxisTable axis_table(ResampleMethod method, double scale) {
  if (!(scale > 0.0) || !std::isfinite(scale)) throw std::invalid_argument("a scale is finite and above 0");
  if (method == ResampleMethod::nearest) {
    return {1, std::vector<std::int16_t>(kResamplePhases, kResampleWeightOne)};
  }
  const double stretch = scale > kUnstretchedScale ? scale : 1.0;
  // A kernel that ends within 2^-16 pixel behind a pixel has less than half a unit of weight there.
  const double half_width = std::ceil(lobes(method) * stretch - 0x1p-16);
  if (half_width > kMaxResampleTaps / 2) throw std::invalid_argument("a scale is too large for its kernel");
  const auto half = static_cast<std::int32_t>(half_width);
  const auto taps = static_cast<std::size_t>(2 * half);
  AxisTable table{2 * half, std::vector<std::int16_t>(static_cast<std::size_t>(kResamplePhases) * taps)};
  std::vector<double> exact(taps), distance(taps);
  for (std::int32_t phase = 0; phase <= kResamplePhases / 2; ++phase) {
    for (std::size_t k = 0; k < taps; ++k) {
      const double offset = static_cast<double>(k) - (half - 1.0);
      distance[k] = std::abs(offset - static_cast<double>(phase) / kResamplePhases);
      exact[k] = kernel(method, distance[k] / stretch);
    }
    std::vector<std::int32_t> weights = rounded(exact, distance);
    if (stretch == 1.0 && method != ResampleMethod::lanczos) {  // their exact first moment is the phase itself
      std::int32_t moment = -phase * (kResampleWeightOne / kResamplePhases);
      for (std::size_t k = 0; k < taps; ++k) moment += weights[k] * (static_cast<std::int32_t>(k) - (half - 1));
      weights[static_cast<std::size_t>(half)] -= moment;
      weights[static_cast<std::size_t>(half) - 1] += moment;
    }
    std::int16_t* const row = table.weights.data() + static_cast<std::size_t>(phase) * taps;
    std::copy(weights.begin(), weights.end(), row);
    if (phase == 0 || phase == kResamplePhases / 2) continue;
    std::reverse_copy(row, row + taps, table.weights.data() + static_cast<std::size_t>(kResamplePhases - phase) * taps);
  }
  return table;
}

}  // namespace

ResampleWeights resample_weights(ResampleMethod method, double scale_x, double scale_y) {
  AxisTable x = axis_table(method, scale_x);
  AxisTable y = axis_table(method, scale_y);
  return {method, scale_x, scale_y, x.taps, y.taps, std::move(x.weights), std::move(y.weights)};
}

}  // namespace groundshift
