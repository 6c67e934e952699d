// SPDX-License-Identifier: Apache-2.0
// Mixing on maps whose fixed points are known, and the safeguard on maps that mislead it.
#include "kernels/solve/anderson.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace groundshift {
namespace {

using State = AndersonMixer::State;

double largest_difference(const State& a, const State& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

/// Calls of g until |g(x) - x| <= 1e-10.
int calls_to_converge(const std::function<State(const State&)>& g, State x, bool mix, State& result) {
  AndersonMixer mixer(4);
  for (int calls = 1; calls < 2000; ++calls) {
    const State image = g(x);
    result = image;
    if (largest_difference(image, x) <= 1e-10) return calls;
    x = mix ? mixer.next(x, image) : image;
  }
  return 2000;
}

State slow_linear(const State& x) {  // fixed point (1, 2, 3); rates 0.95, 0.8, -0.5
  return {1.0 + 0.95 * (x[0] - 1.0), 2.0 + 0.8 * (x[1] - 2.0) + 0.1 * (x[0] - 1.0), 3.0 - 0.5 * (x[2] - 3.0)};
}

TEST(AndersonMixer, SolvesALinearMapInAFewSteps) {
  State plain, mixed;
  EXPECT_GT(calls_to_converge(slow_linear, {0.0, 0.0, 0.0}, false, plain), 300);
  EXPECT_LE(calls_to_converge(slow_linear, {0.0, 0.0, 0.0}, true, mixed), 8);
  EXPECT_LT(largest_difference(mixed, {1.0, 2.0, 3.0}), 1e-8);
}

TEST(AndersonMixer, SavesCallsOnACurvedMap) {
  const auto curved = [](const State& x) {
    return State{0.9 * std::sin(x[0]) + 0.5, 0.5 * x[1] + 0.3 * x[0] * x[0] / (1.0 + x[0] * x[0])};
  };
  State plain, mixed;
  const int plain_calls = calls_to_converge(curved, {0.0, 0.0}, false, plain);
  const int mixed_calls = calls_to_converge(curved, {0.0, 0.0}, true, mixed);
  EXPECT_LT(mixed_calls, plain_calls);
  EXPECT_LT(largest_difference(plain, mixed), 1e-8);
}

TEST(AndersonMixer, StartsPlain) {
  AndersonMixer mixer(2);
  EXPECT_EQ(mixer.next({0.0, 1.0}, {2.0, 3.0}), (State{2.0, 3.0}));
  EXPECT_FALSE(mixer.mixed());
  mixer.next({2.0, 3.0}, {3.0, 3.5});
  EXPECT_TRUE(mixer.mixed());
}

TEST(AndersonMixer, GoesBackWhenAStepDoesNotHelp) {
  AndersonMixer mixer(4);
  mixer.next({0.0}, {1.0});
  const State image = {1.5};
  const State mixed = mixer.next({1.0}, image);  // residuals 1, 0.5: the line says 2
  EXPECT_DOUBLE_EQ(mixed[0], 2.0);
  EXPECT_EQ(mixer.next(mixed, {2.49}), image);  // residual 0.49: no tenth less
  EXPECT_FALSE(mixer.mixed());
  EXPECT_EQ(mixer.next(image, {1.75}), (State{2.0}));  // the history begins at the image: residuals 0.5, 0.25
  EXPECT_TRUE(mixer.mixed());
}

TEST(AndersonMixer, GivesUpAfterManyFailures) {
  // Plain steps shrink by 0.99; whatever else is tried has a large residual.
  AndersonMixer mixer(4);
  State x = {1.0};
  double on_path = 1.0;
  int mixed = 0;
  for (int call = 0; call < 2000; ++call) {
    const bool plain_state = x[0] == on_path;
    const State image = {plain_state ? 0.99 * x[0] : x[0] + 100.0};
    if (plain_state) on_path = image[0];
    x = mixer.next(x, image);
    mixed += mixer.mixed() ? 1 : 0;
  }
  EXPECT_EQ(mixed, 8);
  EXPECT_LT(on_path, 1e-8);
}

TEST(AndersonMixer, IgnoresStepsThatRepeat) {
  AndersonMixer mixer(4);
  mixer.next({0.0, 0.0}, {1.0, 1.0});
  mixer.next({1.0, 1.0}, {2.0, 2.0});  // the residual did not move: nothing to learn
  EXPECT_FALSE(mixer.mixed());
}

}  // namespace
}  // namespace groundshift
