// SPDX-License-Identifier: Apache-2.0
// Steps of a warp on fixed LZW streams: exact numbers that stand in for speed where there is no device.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/lane_steps.hpp"
#include "tests/support/codec/lzw_runs.hpp"
#include "tests/support/codec/lzw_writer.hpp"

namespace groundshift {
namespace {

using codec::Step;
using codec::StepCounts;
using test::Bytes;

// Scene and packer are this project's alone, so that no library's version changes a bit. A change that makes one of
// them larger makes the device slower: say in the commit why.
TEST(LzwSteps, OfAScene) {
  constexpr std::size_t kKib = 2048;
  const Bytes raw = test::differenced_scene(kKib * 1024);
  const Bytes packed = test::lzw_pack_plainly(raw);
  ASSERT_EQ(test::lzw_by_libtiff(packed, raw.size()), raw);
  const StepCounts steps = test::steps_of<test::LzwCodec>(packed, raw);
  EXPECT_EQ(packed.size(), 1002066u);
  EXPECT_EQ(steps[Step::window], 22249u);
  EXPECT_EQ(steps[Step::round], 4929u);
  EXPECT_EQ(steps[Step::far], 97286u);
  EXPECT_EQ(steps[Step::near], 5143u);
  EXPECT_EQ(steps[Step::together], 0u);
}

// Long strings are copied by all lanes.
TEST(LzwSteps, OfABlockOfNodata) {
  const Bytes raw(std::size_t{1} << 20, 0);
  const StepCounts steps = test::steps_of<test::LzwCodec>(test::lzw_pack_plainly(raw), raw);
  EXPECT_EQ(steps[Step::window], 46u);
  EXPECT_EQ(steps[Step::round], 274u);
  EXPECT_EQ(steps[Step::far], 46u);
  EXPECT_EQ(steps[Step::near], 1446u);
  EXPECT_EQ(steps[Step::together], 32025u);
}

}  // namespace
}  // namespace groundshift
