// SPDX-License-Identifier: Apache-2.0
// Damaged LZW streams: the warps' decoder and libtiff both refuse, or give the same bytes.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/codec/lzw_runs.hpp"
#include "tests/support/codec/mutations.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using codec::LaneOrder;
using test::Bytes;

const std::vector<test::LzwVariant>& streams() {
  static const auto all = [] {
    std::vector<test::LzwVariant> streams;
    for (const std::size_t size : {500u, 4000u, 25000u}) {
      for (auto& v : test::lzw_variants(size)) streams.push_back(std::move(v));
    }
    return streams;
  }();
  return all;
}

class LzwMutations : public testing::TestWithParam<int> {};

TEST_P(LzwMutations, BothRefuseOrSameBytes) {
  std::mt19937_64 random(2000 + static_cast<unsigned>(GetParam()));
  const long count = test::mutation_count() / test::kMutationShards;
  long accepted = 0, changed = 0, old = 0;
  int told = 0;
  for (long m = 0; m < count && told < 5; ++m) {
    const test::LzwVariant& v = streams()[random() % streams().size()];
    Bytes packed = v.packed;
    const int times = 1 + static_cast<int>(random() % 4 == 0);
    for (int k = 0; k < times && packed.size() > 3; ++k) test::damage_lzw(packed, random);
    const LaneOrder order = random() % 2 == 0 ? LaneOrder::forward : LaneOrder::reversed;
    const test::Inflated result = test::lzw_by_lanes(packed, v.raw.size(), order);
    const bool ok = result.status == DecodeStatus::ok;
    if (!ok && test::is_old_lzw(packed)) {  // the CPU's, whatever it is
      ++old;
      continue;
    }
    const auto expected = test::lzw_by_libtiff(packed, v.raw.size());
    if (ok != expected.has_value() || (ok && result.bytes != *expected)) {
      ADD_FAILURE() << "mutation " << m << " of " << v.name << ", " << v.raw.size() << " bytes: lanes "
                    << name_of(result.status) << ", libtiff " << (expected ? "ok" : "refuses");
      ++told;
    }
    accepted += ok ? 1 : 0;
    changed += ok && result.bytes != v.raw ? 1 : 0;
  }
  RecordProperty("mutations", std::to_string(count));
  RecordProperty("accepted", std::to_string(accepted));
  RecordProperty("changed", std::to_string(changed));
  RecordProperty("old", std::to_string(old));
  EXPECT_GT(changed, count / 50) << "too few damaged streams gave other bytes to compare";
  EXPECT_LT(accepted, count - count / 10) << "too few were refused";
  EXPECT_LT(old, count / 50);
}

INSTANTIATE_TEST_SUITE_P(Shards, LzwMutations, testing::Range(0, test::kMutationShards));

}  // namespace
}  // namespace groundshift
