// SPDX-License-Identifier: Apache-2.0
// Of LZW too: no two lanes meet at an element of shared memory or of the output without a sync() between them, and no
// sync() is idle.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <vector>

#include "tests/support/codec/lzw_runs.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using test::Bytes;
using test::CheckedLanes;

using Shared = test::LzwCodec::Shared<CheckedLanes>;

DecodeStatus unpack_checked(Shared& shared, const test::LzwVariant& v, Bytes& out) {
  out.resize(v.raw.size());
  return test::unpack_watched<test::LzwCodec>(shared, v.packed, out);
}

TEST(LanesOfLzw, MeetNowhereWithoutSync) {
  CheckedLanes::watch().ignored = {};
  const auto shared = std::make_unique<Shared>();
  for (const auto& v : test::lzw_variants(30000)) {
    Bytes out;
    EXPECT_EQ(unpack_checked(*shared, v, out), DecodeStatus::ok) << v.name;
    EXPECT_TRUE(out == v.raw) << v.name;
    EXPECT_EQ(CheckedLanes::watch().faults, 0u) << v.name;
  }
}

std::vector<test::LzwVariant> damaged_streams() {
  std::mt19937_64 random(43);
  std::vector<test::LzwVariant> streams;
  for (const auto& v : test::lzw_variants(2000)) {
    for (int k = 0; k < 4; ++k) {
      streams.push_back(v);
      if (v.packed.size() > 3) test::damage_lzw(streams.back().packed, random);
    }
  }
  return streams;
}

// Streams that end in a refusal leave nothing behind that the next one's lanes could meet at.
TEST(LanesOfLzw, MeetNowhereAfterARefusal) {
  CheckedLanes::watch().ignored = {};
  const auto shared = std::make_unique<Shared>();
  int refused = 0;
  for (const auto& v : damaged_streams()) {
    Bytes out;
    refused += unpack_checked(*shared, v, out) != DecodeStatus::ok ? 1 : 0;
    ASSERT_EQ(CheckedLanes::watch().faults, 0u) << v.name;
  }
  EXPECT_GT(refused, 200);
}

// Each sync() left out in turn shows as a fault: the check can fail, and none is there for nothing.
TEST(LanesOfLzw, EverySyncIsNeeded) {
  auto streams = test::lzw_variants(3000);
  for (auto& v : damaged_streams()) streams.push_back(std::move(v));
  CheckedLanes::watch().ignored = {};
  CheckedLanes::watch().syncs.clear();
  const auto shared = std::make_unique<Shared>();
  Bytes out;
  for (const auto& v : streams) unpack_checked(*shared, v, out);
  const std::set<CheckedLanes::Place> syncs = CheckedLanes::watch().syncs;
  EXPECT_EQ(syncs.size(), 2u);
  for (const CheckedLanes::Place& place : syncs) {
    CheckedLanes::watch().ignored = place;
    std::uint64_t faults = 0;
    for (std::size_t i = 0; i < streams.size() && faults == 0; ++i) {
      unpack_checked(*shared, streams[i], out);
      faults = CheckedLanes::watch().faults;
    }
    EXPECT_GT(faults, 0u) << "nothing shows that the sync at " << place.first << ":" << place.second << " is needed";
  }
  CheckedLanes::watch().ignored = {};
}

}  // namespace
}  // namespace groundshift
