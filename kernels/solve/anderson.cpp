// SPDX-License-Identifier: Apache-2.0
// The least squares step of Anderson mixing by Gram-Schmidt, and its safeguard.
#include "kernels/solve/anderson.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

#include "kernels/solve/linear_algebra.hpp"

namespace groundshift {
namespace {

using State = AndersonMixer::State;

/// A mixed step must leave less than this share of the residual, and after so many that did not there are no more:
/// where the residual has a minimum that is no fixed point, mixing would stay. Chosen by the passes to 1e-4 and 1e-6 on
/// taizhou, dsifn-1-1 and aster-rotated (which has such a minimum).
constexpr double kLeastGain = 0.9;
constexpr int kMostRejected = 8;

State difference(const State& a, const State& b) {
  State out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] - b[i];
  return out;
}

void subtract_scaled(State& target, double factor, const State& other) {
  for (std::size_t i = 0; i < target.size(); ++i) target[i] -= factor * other[i];
}

}  // namespace

State AndersonMixer::next(const State& x, const State& image) {
  State residual = difference(image, x);
  const double norm = std::sqrt(dot(residual, residual));
  if (mixed_ && !(norm <= kLeastGain * residual_norm_)) return plain();
  if (!image_.empty()) {
    residual_steps_.push_back(difference(residual, residual_));
    image_steps_.push_back(difference(image, image_));
    if (residual_steps_.size() > static_cast<std::size_t>(depth_)) {
      residual_steps_.erase(residual_steps_.begin());
      image_steps_.erase(image_steps_.begin());
    }
  }
  residual_ = std::move(residual);
  image_ = image;
  residual_norm_ = norm;

  // Subtracts from the residual its part along the steps, newest first, and from the image the same combination of
  // image steps: orthonormal steps carry their images along.
  State rest = residual_, out = image_;
  std::vector<State> units, images;
  mixed_ = false;
  for (std::size_t k = residual_steps_.size(); rejected_ < kMostRejected && k-- > 0;) {
    State step = residual_steps_[k], moved = image_steps_[k];
    const double length = std::sqrt(dot(step, step));
    for (std::size_t j = 0; j < units.size(); ++j) {
      const double along = dot(step, units[j]);
      subtract_scaled(step, along, units[j]);
      subtract_scaled(moved, along, images[j]);
    }
    const double left = std::sqrt(dot(step, step));
    constexpr double kIndependent = 1e-6;  // a step this close to the newer ones says nothing but rounding
    if (!(left > kIndependent * length)) continue;
    for (double& value : step) value /= left;
    for (double& value : moved) value /= left;
    const double along = dot(rest, step);
    subtract_scaled(rest, along, step);
    subtract_scaled(out, along, moved);
    units.push_back(std::move(step));
    images.push_back(std::move(moved));
    mixed_ = true;
  }
  return out;
}

State AndersonMixer::plain() {
  ++rejected_;
  residual_steps_.clear();
  image_steps_.clear();
  mixed_ = false;
  return image_;
}

}  // namespace groundshift
