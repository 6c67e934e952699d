// SPDX-License-Identifier: Apache-2.0
// Errors keep their kind and their story on the way up.
#include "host/base/error.hpp"

#include <new>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

[[noreturn]] void fail_deep() {
  with_context("running the job", [] {
    with_context("reading tile (12,7)", []() -> int { throw InputError("before.tif, band 2: corrupt data"); });
  });
  std::abort();
}

TEST(Error, TellsTheWholeChainOutermostFirst) {
  try {
    fail_deep();
  } catch (const std::exception& e) {
    EXPECT_EQ(describe(e), "running the job: reading tile (12,7): before.tif, band 2: corrupt data");
  }
}

TEST(Error, ContextKeepsTheKind) {
  try {
    fail_deep();
  } catch (const std::exception& e) {
    EXPECT_EQ(exit_code_of(e), 3);
  }
  try {
    with_context("writing", [] { throw OutputError("disk full"); });
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::output);
  }
}

TEST(Error, ContextLeavesOtherExceptionsAlone) {
  EXPECT_THROW(with_context("x", [] { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_THROW(with_context("x", [] { throw 3; }), int);
}

TEST(Error, ContextHandsTheResultThrough) {
  int value = 1;
  EXPECT_EQ(with_context("x", [] { return 42; }), 42);
  int& same = with_context("x", [&]() -> int& { return value; });
  EXPECT_EQ(&same, &value);
}

TEST(ExitCodeOf, IsTheKindsNumber) {
  EXPECT_EQ(exit_code_of(UsageError("")), 2);
  EXPECT_EQ(exit_code_of(InputError("")), 3);
  EXPECT_EQ(exit_code_of(OutputError("")), 4);
  EXPECT_EQ(exit_code_of(DeviceError("")), 5);
  EXPECT_EQ(exit_code_of(BudgetError("")), 6);
  EXPECT_EQ(exit_code_of(std::bad_alloc()), 6);
  EXPECT_EQ(exit_code_of(Error(ErrorKind::interrupted, "")), 130);
  EXPECT_EQ(exit_code_of(std::runtime_error("")), 1);
}

TEST(Expects, ThrowsOnABrokenPromiseOnly) {
  EXPECT_NO_THROW(expects(true, "fine"));
  EXPECT_THROW(expects(false, "a pass needs a slot"), std::logic_error);
}

}  // namespace
}  // namespace groundshift
