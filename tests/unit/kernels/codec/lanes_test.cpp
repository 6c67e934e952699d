// SPDX-License-Identifier: Apache-2.0
// No two lanes meet at an element of shared memory or of the output without a sync() between them, and no sync() is
// idle.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <vector>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using test::Bytes;
using test::CheckedLanes;

using Shared = test::InflateCodec::Shared<CheckedLanes>;

DecodeStatus inflate_checked(Shared& shared, const test::DeflateVariant& v, Bytes& out) {
  out.resize(v.raw.size());
  return test::unpack_watched<test::InflateCodec>(shared, v.packed, out);
}

TEST(LanesOfInflate, MeetNowhereWithoutSync) {
  CheckedLanes::watch().ignored = {};
  const auto shared = std::make_unique<Shared>();
  for (const auto& v : test::zlib_variants(30000)) {
    Bytes out;
    EXPECT_EQ(inflate_checked(*shared, v, out), DecodeStatus::ok) << v.name;
    EXPECT_TRUE(out == v.raw) << v.name;
    EXPECT_EQ(CheckedLanes::watch().faults, 0u) << v.name;
  }
}

// Streams that end in a refusal leave nothing behind that the next one's lanes could meet at.
TEST(LanesOfInflate, MeetNowhereAfterARefusal) {
  CheckedLanes::watch().ignored = {};
  const auto shared = std::make_unique<Shared>();
  std::mt19937 random(41);
  int refused = 0;
  for (auto v : test::zlib_variants(3000)) {
    for (int k = 0; k < 8; ++k) {
      v.packed[2 + random() % (v.packed.size() - 2)] ^= static_cast<std::uint8_t>(1u << (random() % 8));
      Bytes out;
      refused += inflate_checked(*shared, v, out) != DecodeStatus::ok ? 1 : 0;
      ASSERT_EQ(CheckedLanes::watch().faults, 0u) << v.name;
    }
  }
  EXPECT_GT(refused, 1000);
}

// Each sync() left out in turn shows as a fault: the check can fail, and none is there for nothing.
TEST(LanesOfInflate, EverySyncIsNeeded) {
  const auto variants = test::zlib_variants(30000);
  CheckedLanes::watch().ignored = {};
  CheckedLanes::watch().syncs.clear();
  const auto shared = std::make_unique<Shared>();
  Bytes out;
  for (const auto& v : variants) inflate_checked(*shared, v, out);
  const std::set<CheckedLanes::Place> syncs = CheckedLanes::watch().syncs;
  EXPECT_GE(syncs.size(), 10u);
  for (const CheckedLanes::Place& place : syncs) {
    CheckedLanes::watch().ignored = place;
    std::uint64_t faults = 0;
    for (std::size_t i = 0; i < variants.size() && faults == 0; ++i) {
      inflate_checked(*shared, variants[i], out);
      faults = CheckedLanes::watch().faults;
    }
    EXPECT_GT(faults, 0u) << "nothing shows that the sync at " << place.first << ":" << place.second << " is needed";
  }
  CheckedLanes::watch().ignored = {};
}

}  // namespace
}  // namespace groundshift
