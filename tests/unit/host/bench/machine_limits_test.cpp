// SPDX-License-Identifier: Apache-2.0
// Limits of several rounds: rate by rate the median, each for itself.
#include "host/bench/machine_limits.hpp"

#include <gtest/gtest.h>

namespace groundshift {
namespace {

Limits sample(double rate, bool raw_blocks) {
  Limits l;
  l.threads = 2;
  l.codec = "deflate";
  if (raw_blocks) {
    l.unpack = Rates{rate, 2 * rate};
    l.pack = Rates{3 * rate, 4 * rate};
    l.storage.cached = 5 * rate;
    l.storage.direct = 6 * rate;
  }
  l.decode = {7 * rate, 8 * rate};
  l.hash = {9 * rate, 10 * rate};
  l.triad = {11 * rate, 12 * rate};
  l.fresh_memory = {13 * rate, 14 * rate};
  l.storage.write = 15 * rate;
  l.kernels.score.all = 16 * rate;
  return l;
}

TEST(MachineLimits, AreMediansOfTheirRounds) {
  std::vector<Limits> rounds = {sample(5.0, true), sample(1.0, true), sample(2.0, true)};
  rounds[1].hash.all = 1000.0;  // a rate that jumps alone moves no other
  const Limits l = median_of(rounds);
  EXPECT_EQ(l.codec, "deflate");
  EXPECT_EQ(l.unpack->one, 2.0);
  EXPECT_EQ(l.unpack->all, 4.0);
  EXPECT_EQ(l.pack->one, 6.0);
  EXPECT_EQ(l.pack->all, 8.0);
  EXPECT_EQ(l.storage.cached, 10.0);
  EXPECT_EQ(l.storage.direct, 12.0);
  EXPECT_EQ(l.decode.one, 14.0);
  EXPECT_EQ(l.decode.all, 16.0);
  EXPECT_EQ(l.hash.one, 18.0);
  EXPECT_EQ(l.hash.all, 50.0);
  EXPECT_EQ(l.triad.all, 24.0);
  EXPECT_EQ(l.fresh_memory.one, 26.0);
  EXPECT_EQ(l.storage.write, 30.0);
  EXPECT_EQ(l.kernels.score.all, 80.0);  // measured once, with the first
}

TEST(MachineLimits, OfWhatIsNotMeasuredStayAbsent) {
  const Limits l = median_of({sample(1.0, false), sample(3.0, false)});
  EXPECT_FALSE(l.unpack || l.pack || l.storage.cached || l.storage.direct);
  EXPECT_EQ(l.decode.one, 14.0);  // of two the mean
}

}  // namespace
}  // namespace groundshift
