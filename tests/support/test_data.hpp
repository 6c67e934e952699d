// SPDX-License-Identifier: Apache-2.0
// The folder of real scenes: skipped with the reason where it is absent, a failure under CI=true.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace groundshift::test {

inline std::filesystem::path test_data() { return GS_TEST_DATA; }

inline bool skipping_fails() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string(ci) == "true";
}

}  // namespace groundshift::test

/// At the start of a test body: `what` exists, or the test is skipped (under CI=true: fails).
#define GS_NEEDS(what)                                                                          \
  do {                                                                                          \
    if (!std::filesystem::exists(what)) {                                                       \
      if (::groundshift::test::skipping_fails()) FAIL() << (what) << " is missing and CI=true"; \
      GTEST_SKIP() << (what) << " is missing (CMake cache entry GROUNDSHIFT_TEST_DATA)";        \
    }                                                                                           \
  } while (false)
