// SPDX-License-Identifier: Apache-2.0
// What a warp's steps over one stream come to.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/codec/stream_by_lanes.hpp"

namespace groundshift::test {

/// Steps over a right stream; expects its bytes, and as many steps whichever order the lanes go in.
template <class Codec>
codec::StepCounts steps_of(const Bytes& packed, const Bytes& raw) {
  codec::StepCounts counts;
  const auto forward =
      unpack_by_lanes<Codec>(packed, raw.size(), codec::LaneOrder::forward, codec::kUnlimitedWork, &counts);
  EXPECT_EQ(forward.status, codec::DecodeStatus::ok);
  EXPECT_TRUE(forward.bytes == raw);
  codec::StepCounts backwards;
  unpack_by_lanes<Codec>(packed, raw.size(), codec::LaneOrder::reversed, codec::kUnlimitedWork, &backwards);
  EXPECT_EQ(counts.of, backwards.of) << "steps depend on the order of the lanes";
  return counts;
}

}  // namespace groundshift::test
