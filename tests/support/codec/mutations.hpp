// SPDX-License-Identifier: Apache-2.0
// How many damaged streams a run of the tests tries.
#pragma once

#include <cstdlib>

namespace groundshift::test {

inline constexpr int kMutationShards = 10;

/// 10^4 over all shards, or what GS_MUTATIONS says (scripts/test.sh --all: 10^6).
inline long mutation_count() {
  const char* asked = std::getenv("GS_MUTATIONS");
  return asked != nullptr ? std::atol(asked) : 10000;
}

}  // namespace groundshift::test
