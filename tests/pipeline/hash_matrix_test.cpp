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
#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr int kWidth = 1501, kHeight = 1103;

struct Job {
  std::string name;
  MethodOptions method;
};

Job job(std::string name, NormalizationKind normalize, std::vector<ScoreName> scores, std::vector<std::int32_t> smooth,
        const std::function<void(MethodOptions&)>& more = {}) {
  Job out{std::move(name), {}};
  out.method.normalize = normalize;
  out.method.scores = std::move(scores);
  out.method.smooth = std::move(smooth);
  if (more) more(out.method);
  return out;
}

/// The three jobs that run over every type, tile and thread count.
const std::vector<Job>& core_jobs() {
  static const std::vector<Job> jobs = {job("OrthogonalScva3", NormalizationKind::orthogonal, {ScoreName::scva}, {3}),
                                        job("NoneLogRatio1", NormalizationKind::none, {ScoreName::log_ratio}, {1}),
                                        job("ZscoreAngle5", NormalizationKind::zscore, {ScoreName::angle}, {5})};
  return jobs;
}

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

/// Reaches into negative values, large ones or fractions, as the type allows. Dates share structure and differ in
/// gain, offset and noise; a block of change stands out.
double pixel(PixelType type, int date, int band, int x, int y) {
  const double ground = 60.0 + 40.0 * ((x / 37 + y / 53 + band) % 3) + 0.1 * texture(7, band, x / 2, y / 2);
  const double change = date == 2 && x > 700 && x < 790 && y > 500 && y < 600 ? 45.0 : 0.0;
  const double v = (date == 1 ? ground : 0.9 * ground + 11.0) + change + 0.04 * texture(date, band, x, y);
  switch (type) {
    case PixelType::u8: return std::floor(v);
    case PixelType::u16: return std::floor(v * 200.0);
    case PixelType::i16: return std::floor(v * 100.0) - 9000.0;
    case PixelType::f32: break;
  }
  return v * 0.0123 - 0.4;
}

/// Scattered pixels and a slanted border, not the same on both dates.
bool hole(int date, int x, int y) { return (x * 31 + y * 17 + date) % 211 == 0 || x + 2 * y < 180 * date; }

double nodata_of(PixelType type) {
  if (type == PixelType::f32) return std::numeric_limits<double>::quiet_NaN();
  return type == PixelType::i16 ? -32768.0 : 0.0;
}

GDALDataType gdal_type(PixelType type) {
  constexpr GDALDataType kTypes[] = {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_Float32};
  return kTypes[static_cast<int>(type)];
}

void write_date(const std::string& path, PixelType type, bool holed, int date,
                const std::string& packing = "COMPRESS=LZW") {
  SceneSpec spec;
  spec.width = kWidth;
  spec.height = kHeight;
  spec.type = gdal_type(type);
  // BEFORE in odd tiles, AFTER in strips: their units never fall together.
  spec.creation_options = date == 1 ? std::vector<std::string>{"TILED=YES", "BLOCKXSIZE=240", "BLOCKYSIZE=176", packing}
                                    : std::vector<std::string>{"BLOCKYSIZE=37", packing};
  if (holed && type != PixelType::f32) spec.nodata = nodata_of(type);
  write_scene(path, spec, [&](int b, int x, int y) {
    return holed && hole(date, x, y) ? nodata_of(type) : pixel(type, date, b, x, y);
  });
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

/// What must not depend on the cut: pixels, statistics to the last bit, and the fit.
struct Fingerprint {
  std::string hash;
  std::vector<double> numbers;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

Fingerprint fingerprint_of(const DetectOptions& options) {
  const DetectResult result = run(options);
  const ProductRecord& heatmap = result.products.front();
  Fingerprint f{heatmap.pixel_hash, {double(result.valid_pixels), result.fit.epsilon}};
  const BandStatistics& s = *heatmap.statistics;
  f.numbers.insert(f.numbers.end(), {s.min, s.max, s.mean, s.std, double(s.valid)});
  for (const BandNormalization& fit : result.fit.fits) {
    f.numbers.insert(f.numbers.end(), {fit.gain, fit.offset, fit.sigma, fit.rmse_after});
  }
  f.numbers.insert(f.numbers.end(), result.fit.mad_rho.begin(), result.fit.mad_rho.end());
  if (result.fit.null) f.numbers.insert(f.numbers.end(), {result.fit.null->k, result.fit.null->nu});
  if (result.thresholds) f.numbers.push_back(result.thresholds->used.value);
  return f;
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
    write_date(folder_ / "before.tif", type, holed, 1);
    write_date(folder_ / "after.tif", type, holed, 2);
    options_ = detect_options(folder_ / "before.tif", folder_ / "after.tif", folder_ / "out.tif");
    options_.method = job.method;
    options_.creation_options = {"COMPRESS=NONE"};
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
          EXPECT_TRUE(fingerprint_of(options_) == expected)
              << "tile " << tile << ", threads " << thread_count << ", memory " << (memory >> 20) << " MiB";
        }
      }
    }
  }

  /// The job in one piece on one CPU thread.
  Fingerprint whole() {
    options_.resources = {BackendChoice::cpu, 0, 1, std::int64_t{4} << 30, kWholeTile};
    return fingerprint_of(options_);
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
  for (const int date : {1, 2}) {
    write_date(folder_ / (date == 1 ? "before.tif" : "after.tif"), std::get<0>(GetParam()), std::get<1>(GetParam()),
               date, "COMPRESS=DEFLATE");
  }
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
