// SPDX-License-Identifier: Apache-2.0
// Damaged streams: the warps' decoder, the two cursors and zlib all refuse, or give the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"
#include "tests/support/codec/mutations.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using codec::LaneOrder;
using test::Bytes;

const std::vector<test::DeflateVariant>& streams() {
  static const auto all = [] {
    std::vector<test::DeflateVariant> streams;
    for (const std::size_t size : {500u, 4000u, 25000u}) {
      for (auto& v : test::zlib_variants(size)) streams.push_back(std::move(v));
      for (auto& v : test::libdeflate_variants(size)) streams.push_back(std::move(v));
    }
    return streams;
  }();
  return all;
}

class InflateMutations : public testing::TestWithParam<int> {};

TEST_P(InflateMutations, BothRefuseOrSameBytes) {
  std::mt19937_64 random(1000 + static_cast<unsigned>(GetParam()));
  const long count = test::mutation_count() / test::kMutationShards;
  long accepted = 0;
  long repaired = 0;
  int told = 0;
  for (long m = 0; m < count && told < 5; ++m) {
    const test::DeflateVariant& v = streams()[random() % streams().size()];
    Bytes packed = v.packed;
    const int times = 1 + static_cast<int>(random() % 4 == 0);
    for (int k = 0; k < times && packed.size() > 8; ++k) test::damage(packed, random);
    if (random() % 2 == 0 && test::repair_checksum(packed, v.raw.size())) ++repaired;
    const auto expected = test::inflate_by_zlib(packed, v.raw.size());
    const LaneOrder order = random() % 2 == 0 ? LaneOrder::forward : LaneOrder::reversed;
    const test::Inflated result = test::inflate_by_lanes(packed, v.raw.size(), order);
    const bool ok = result.status == DecodeStatus::ok;
    if (ok != expected.has_value() || (ok && result.bytes != *expected)) {
      ADD_FAILURE() << "mutation " << m << " of " << v.name << ", " << v.raw.size() << " bytes: lanes "
                    << name_of(result.status) << ", zlib " << (expected ? "ok" : "refuses");
      ++told;
    }
    if (test::inflate_by_cursors(packed, v.raw.size()) != expected) {
      ADD_FAILURE() << "mutation " << m << " of " << v.name << ", " << v.raw.size()
                    << " bytes: two cursors differ, zlib " << (expected ? "ok" : "refuses");
      ++told;
    }
    if (!ok) continue;
    ++accepted;
    const auto also = test::inflate_by_libdeflate(packed, v.raw.size());
    if (!also || *also != result.bytes) {
      ADD_FAILURE() << "mutation " << m << " of " << v.name << ": libdeflate differs";
      ++told;
    }
  }
  RecordProperty("mutations", std::to_string(count));
  RecordProperty("accepted", std::to_string(accepted));
  RecordProperty("repaired", std::to_string(repaired));
  EXPECT_GT(accepted, count / 50) << "too few damaged streams were right after all to compare bytes";
  EXPECT_GT(repaired, count / 100);
  EXPECT_LT(accepted, count) << "nothing was refused";
}

INSTANTIATE_TEST_SUITE_P(Shards, InflateMutations, testing::Range(0, test::kMutationShards));

}  // namespace
}  // namespace groundshift
