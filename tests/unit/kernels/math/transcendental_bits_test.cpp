// SPDX-License-Identifier: Apache-2.0
// The same bits from scalar code, from vector code with hardware fma, and as recorded from another compiler.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/math/transcendental.hpp"

namespace groundshift {
namespace {

#if defined(__x86_64__)
#define GS_TEST_V3 __attribute__((target("arch=x86-64-v3"), noinline))
#define GS_TEST_V4 __attribute__((target("arch=x86-64-v4"), noinline))
#else
#define GS_TEST_V3 __attribute__((noinline))
#define GS_TEST_V4 __attribute__((noinline))
#endif

struct Results {
  std::vector<float> log, exp, acos, atan2;
  explicit Results(std::size_t n) : log(n), exp(n), acos(n), atan2(n) {}
};

/// One loop body, compiled thrice below: for the plain machine (fma from libm) and for two widths of vectors with fma.
GS_HD void evaluate(const float* x, const float* y, Results& out, std::size_t n) {
  float* log = out.log.data();
  float* exp = out.exp.data();
  float* acos = out.acos.data();
  float* atan2 = out.atan2.data();
  for (std::size_t i = 0; i < n; ++i) log[i] = math::log(x[i]);
  for (std::size_t i = 0; i < n; ++i) exp[i] = math::exp(x[i]);
  for (std::size_t i = 0; i < n; ++i) acos[i] = math::acos(x[i]);
  for (std::size_t i = 0; i < n; ++i) atan2[i] = math::atan2(y[i], x[i]);
}

GS_TEST_V3 void evaluate_v3(const float* x, const float* y, Results& out, std::size_t n) { evaluate(x, y, out, n); }
GS_TEST_V4 void evaluate_v4(const float* x, const float* y, Results& out, std::size_t n) { evaluate(x, y, out, n); }
__attribute__((noinline)) void evaluate_plain(const float* x, const float* y, Results& out, std::size_t n) {
  evaluate(x, y, out, n);
}

std::vector<float> inputs(std::size_t n, std::uint32_t seed, bool any_pattern) {
  std::vector<float> out(n);
  std::uint32_t state = seed;
  for (float& value : out) {
    state = state * 1664525u + 1013904223u;
    const float unit = static_cast<float>(static_cast<std::int32_t>(state)) * 0x1p-31f;
    value = any_pattern ? math::from_bits(state) : unit;
  }
  return out;
}

std::uint64_t hash_of(const std::vector<float>& values) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over the words
  for (float value : values) hash = (hash ^ math::to_bits(value)) * 0x100000001b3u;
  return hash;
}

void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b, const char* name) {
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(math::to_bits(a[i]), math::to_bits(b[i])) << name << " " << i;
}

using Evaluate = void (*)(const float*, const float*, Results&, std::size_t);

void expect_the_bits_of_scalars(Evaluate evaluate_vectors) {
  const std::size_t n = 400003;  // odd: the loop's remainder is tested too
  for (bool any_pattern : {false, true}) {
    const auto x = inputs(n, 17, any_pattern);
    const auto y = inputs(n, 99, any_pattern);
    Results plain(n), vectors(n);
    evaluate_plain(x.data(), y.data(), plain, n);
    evaluate_vectors(x.data(), y.data(), vectors, n);
    expect_same_bits(plain.log, vectors.log, "log");
    expect_same_bits(plain.exp, vectors.exp, "exp");
    expect_same_bits(plain.acos, vectors.acos, "acos");
    expect_same_bits(plain.atan2, vectors.atan2, "atan2");
  }
}

TEST(Transcendental, VectorsGiveTheBitsOfScalars) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("x86-64-v3")) GTEST_SKIP() << "this machine has no AVX2";
#endif
  expect_the_bits_of_scalars(evaluate_v3);
}

TEST(Transcendental, WideVectorsGiveTheBitsOfScalars) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("x86-64-v4")) GTEST_SKIP() << "this machine has no AVX-512";
#endif
  expect_the_bits_of_scalars(evaluate_v4);
}

// Recorded from this source built by g++ 12 -O0 without vectors; any backend, compiler and flag must repeat them.
TEST(Transcendental, RepeatsRecordedBits) {
  const std::size_t n = 65536;
  const auto x = inputs(n, 17, true);
  const auto y = inputs(n, 99, true);
  Results out(n);
  evaluate_plain(x.data(), y.data(), out, n);
  EXPECT_EQ(hash_of(out.log), 3213929074960052338u);
  EXPECT_EQ(hash_of(out.exp), 17403163442317842580u);
  EXPECT_EQ(hash_of(out.acos), 4078719608721134276u);
  EXPECT_EQ(hash_of(out.atan2), 12343722320091904427u);
}

}  // namespace
}  // namespace groundshift
