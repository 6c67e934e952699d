// SPDX-License-Identifier: Apache-2.0
// One pixel hash per job whatever tile, threads, memory and backend: promise P1 over files of every kernel type.
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <regex>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/io/pixel_hash.hpp"
#include "tests/pipeline/detect_in_process.hpp"
#include "tests/pipeline/hash_matrix.hpp"
#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr MatrixSize kSize{1501, 1103};

/// Every other score and normalization, over integer and float input.
const std::vector<Job>& all_jobs() {
  using N = NormalizationKind;
  using S = ScoreName;
  static const std::vector<Job> jobs = {
      job("RegressionDifference", N::regression, {S::difference}, {1}),
      job("HistogramRelative", N::histogram, {S::relative}, {3}),
      job("HuberCva", N::huber, {S::cva}, {1}, [](MethodOptions& m) { m.tolerate_shift = 1; }),
      job("PifScva", N::pif, {S::scva}, {3}),
      job("CantyPifScva", N::pif, {S::scva}, {1}, [](MethodOptions& m) { m.irmad = IrmadMode::canty; }),
      job("ContextualScvaMad", N::contextual, {S::scva, S::mad}, {3, 9}),
      job("ContextualTexture", N::contextual, {S::scva}, {9, 21}, [](MethodOptions& m) { m.texture = true; }),
      job("ZscoreMahalanobis", N::zscore, {S::mahalanobis}, {1}, [](MethodOptions& m) { m.local_contrast = 31; }),
      job("Mad", N::none, {S::mad}, {1}),
      job("IrmadCanty", N::none, {S::irmad}, {1}, [](MethodOptions& m) { m.irmad = IrmadMode::canty; }),
      job("Irmad", N::none, {S::irmad}, {1}),
      job("Isfa", N::none, {S::isfa}, {1}),
      job("ChronochromeForward", N::none, {S::chronochrome}, {3}),
      job("ChronochromeSmallerWeighted", N::none, {S::chronochrome}, {1},
          [](MethodOptions& m) {
            m.chronochrome = ChronochromeDirection::smaller;
            m.weights = WeightSource::irmad;
          }),
      job("Hacd", N::none, {S::hacd}, {3}),
      job("OrthogonalSsim", N::orthogonal, {S::ssim}, {1}),
      job("Ncc", N::none, {S::ncc}, {1}),
      job("MultilookLogRatio", N::none, {S::log_ratio}, {3, 9}, [](MethodOptions& m) { m.window = 3; }),
      job("Index", N::none, {S::index}, {1}, [](MethodOptions& m) { m.index = "(2-1)/(2+1)"; }),
      job("SampledIrmad", N::none, {S::irmad}, {1}, [](MethodOptions& m) { m.fit_pixels = 200000; }),
      job("SampledContextual", N::contextual, {S::scva, S::mad}, {3}, [](MethodOptions& m) { m.fit_pixels = 200000; })};
  return jobs;
}

/// The least budget that the planner takes, as it says itself.
std::int64_t smallest_memory(DetectOptions options) {
  Warnings warnings;
  options.resources.memory_bytes = 1 << 20;
  try {
    plan_detect(options, warnings);
  } catch (const BudgetError& e) {
    std::smatch match;
    const std::string text = e.what();
    if (std::regex_search(text, match, std::regex("needs (\\d+) MiB"))) return std::stoll(match[1]) << 20;
  }
  ADD_FAILURE() << "1 MiB was enough, or the refusal names no budget";
  return std::int64_t{1} << 30;
}

using Case = std::tuple<PixelType, bool, Job, BackendChoice>;

class HashMatrix : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto [type, holed, job, backend] = GetParam();
    if (backend == BackendChoice::cuda && capabilities().devices.empty()) {
      const char* required = std::getenv("GS_REQUIRE_GPU");
      if (required != nullptr && std::string(required) == "1") FAIL() << capabilities().cuda_unusable_because;
      GTEST_SKIP() << capabilities().cuda_unusable_because;
    }
    write_dates("COMPRESS=LZW", "COMPRESS=LZW");
    options_ = detect_options(folder_ / "before.tif", folder_ / "after.tif", folder_ / "out.tif");
    options_.method = job.method;
    options_.creation_options = {"COMPRESS=NONE"};
  }

  void write_dates(const std::string& before, const std::string& after) {
    const auto [type, holed, job, backend] = GetParam();
    write_matrix_date(folder_ / "before.tif", kSize, type, holed, 1, before);
    write_matrix_date(folder_ / "after.tif", kSize, type, holed, 2, after);
  }

  /// The matrix over these tiles and threads against `expected`.
  void expect_everywhere(const Fingerprint& expected, const std::vector<std::int32_t>& tiles,
                         const std::vector<int>& threads) {
    options_.resources.backend = std::get<3>(GetParam());
    for (const std::int32_t tile : tiles) {
      options_.resources.tile = tile;
      for (const int thread_count : threads) {
        options_.resources.threads = thread_count;
        for (const std::int64_t memory : {smallest_memory(options_), std::int64_t{4} << 30}) {
          options_.resources.memory_bytes = memory;
          EXPECT_TRUE(fingerprint_of(run(options_)) == expected)
              << "tile " << tile << ", threads " << thread_count << ", memory " << (memory >> 20) << " MiB";
        }
      }
    }
  }

  /// The job in one piece on one CPU thread.
  Fingerprint whole() {
    options_.resources = {BackendChoice::cpu, 0, 1, std::int64_t{4} << 30, kWholeTile};
    return fingerprint_of(run(options_));
  }

  TemporaryFolder folder_;
  DetectOptions options_;
};

std::string name_of_case(const ::testing::TestParamInfo<Case>& info) {
  const auto [type, holed, job, backend] = info.param;
  return job.name + name_of(type) + (holed ? "Holed" : "Clean") + (backend == BackendChoice::cuda ? "Cuda" : "");
}

TEST_P(HashMatrix, IsOnePoint) {
  const Fingerprint expected = whole();
  EXPECT_EQ(hash_file(options_.out.string()), expected.hash);
#if defined(__SANITIZE_ADDRESS__)
  expect_everywhere(expected, {256, kWholeTile}, {4});  // the same code at a sixth of the runs, each some times slower
#else
  expect_everywhere(expected, {256, 512, 1024, kWholeTile}, {1, 2, 4});
#endif
}

INSTANTIATE_TEST_SUITE_P(Jobs, HashMatrix,
                         ::testing::Combine(::testing::Values(PixelType::u8, PixelType::u16, PixelType::i16,
                                                              PixelType::f32),
                                            ::testing::Bool(), ::testing::ValuesIn(core_jobs()),
                                            ::testing::Values(BackendChoice::cpu, BackendChoice::cuda)),
                         name_of_case);

class MethodMatrix : public HashMatrix {};

TEST_P(MethodMatrix, IsOnePoint) {
  const Fingerprint expected = whole();
  EXPECT_EQ(hash_file(options_.out.string()), expected.hash);
  expect_everywhere(expected, {256, 1024}, {1, 4});
}

INSTANTIATE_TEST_SUITE_P(Methods, MethodMatrix,
                         ::testing::Combine(::testing::Values(PixelType::u16, PixelType::f32), ::testing::Values(true),
                                            ::testing::ValuesIn(all_jobs()),
                                            ::testing::Values(BackendChoice::cpu, BackendChoice::cuda)),
                         name_of_case);

/// Tiles decoded by the device.
class DecodeMatrix : public HashMatrix {};

TEST_P(DecodeMatrix, IsOnePoint) {
  const bool holed = std::get<1>(GetParam());  // each codec in tiles and in strips
  write_dates(holed ? "COMPRESS=LZW" : "COMPRESS=DEFLATE", holed ? "COMPRESS=DEFLATE" : "COMPRESS=LZW");
  const Fingerprint expected = whole();
  options_.resources.decode = DecodeChoice::cuda;
  expect_everywhere(expected, {256, 1024, kWholeTile}, {1, 4});
}

INSTANTIATE_TEST_SUITE_P(
    Decoded, DecodeMatrix,
    ::testing::Combine(::testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32),
                       ::testing::Bool(), ::testing::ValuesIn(core_jobs()), ::testing::Values(BackendChoice::cuda)),
    name_of_case);

}  // namespace
}  // namespace groundshift::test
