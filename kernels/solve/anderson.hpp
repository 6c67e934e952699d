// SPDX-License-Identifier: Apache-2.0
// Safeguarded Anderson mixing: fewer passes to the same fixed point.
#pragma once

#include <vector>

namespace groundshift {

/// Iterates x <- g(x), g being expensive. A step is accepted when it lowers the residual |g(x) - x| by a tenth; one
/// that does not is undone: the history is dropped and the iteration goes on from the last good g(x), as if plain.
/// After eight of those all steps are plain, so that it converges wherever the plain iteration does. The fixed point is
/// that of the plain iteration, as a step only chooses where g is taken next. arithmetic : + - * / sqrt in a fixed
/// order       source : Walker & Ni, SIAM J. Numer. Anal. 49(4) 2011 1715-1735
class AndersonMixer {
 public:
  using State = std::vector<double>;

  /// depth : most differences of residuals that a step is made of, at least 1
  explicit AndersonMixer(int depth) : depth_(depth) {}

  /// Where to take g next. x, image : the state and g of it, all of one length
  State next(const State& x, const State& image);
  /// The last state that next() gave: was it more than a plain step?
  bool mixed() const { return mixed_; }
  /// The caller could not use the mixed state (no image, or a degenerate one): history dropped, plain step given.
  State plain();

 private:
  int depth_;
  bool mixed_ = false;
  int rejected_ = 0;
  double residual_norm_ = 0.0;         // of the last good state
  State residual_, image_;             // of the last good state; empty before the first
  std::vector<State> residual_steps_;  // differences of successive residuals, oldest first
  std::vector<State> image_steps_;     // differences of the images, alike
};

}  // namespace groundshift
