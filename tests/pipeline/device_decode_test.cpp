// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose tiles the host-run device decodes: the CPU's pixels, whatever the files' form, what is damaged told
// and counted alike, and refusals of --decode cuda.
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/engine/decode_facts.hpp"
#include "host/engine/summary.hpp"
#include "tests/pipeline/detect_in_process.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/fibre/runtime.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

struct Outcome {
  DetectResult result;
  std::string error;      ///< of the run; the result then says nothing
  std::string plan_text;  ///< its lines on decoding
  nlohmann::ordered_json summary;
  std::int64_t refusal_warnings = 0;
};

class DeviceDecode : public ::testing::Test {
 protected:
  void SetUp() override {
    options_ = detect_options(folder_ / "before.tif", folder_ / "after.tif", folder_ / "out.tif");
    options_.method.normalize = NormalizationKind::none;
    options_.method.scores = {ScoreName::difference};
    options_.method.smooth = {3};
    allocations_ = gs_fibre::live_allocations();
  }
  void TearDown() override {
    gs_fibre::set_device_bytes(gs_fibre::kDeviceBytes);
    EXPECT_EQ(gs_fibre::live_allocations(), allocations_);
  }

  struct Scene {
    SceneSpec spec;
    double scale = 1.0, offset = 0.0;  ///< of values 1..250
  };
  static Scene scene(GDALDataType type, std::vector<std::string> creation_options) {
    Scene out;
    out.spec.width = 290;
    out.spec.height = 270;
    out.spec.type = type;
    out.spec.creation_options = std::move(creation_options);
    out.spec.nodata = 0.0;
    return out;
  }

  static void write_date(const std::filesystem::path& path, const Scene& scene, int date) {
    write_scene(path, scene.spec, [&](int b, int x, int y) {
      if ((x * 7 + y * 3) % 101 == date) return 0.0;
      if (scene.spec.type == GDT_Float32 && (x + y * 5) % 97 == date) return std::numeric_limits<double>::quiet_NaN();
      const double change = date == 2 && x > 120 && x < 180 && y > 100 && y < 170 ? 40.0 : 0.0;
      const double v = 10.0 + 0.6 * texture(1, b, x / 3, y / 3) + 0.1 * texture(std::uint64_t(date), b, x, y) + change;
      return scene.offset + scene.scale * std::floor(v);
    });
  }
  void write_pair(const Scene& before, const Scene& after) {
    write_date(options_.before, before, 1);
    write_date(options_.after, after, 2);
  }

  /// decode : with cuda on the host-run device, else on the CPU
  Outcome run_as(DecodeChoice decode) {
    Outcome out;
    Warnings warnings;
    SilentProgress progress;
    NoProducts products;
    BackendShelf shelf;
    options_.resources.decode = decode;
    options_.resources.backend = decode == DecodeChoice::cuda ? BackendChoice::cuda : BackendChoice::cpu;
    if (decode == DecodeChoice::cuda) shelf.put(options_.resources, {make_fibre_backend(), "host-run"});
    try {
      DetectPlan plan = plan_detect(options_, warnings, {}, &shelf);
      EXPECT_EQ(plan.decode.on_device, decode == DecodeChoice::cuda);
      out.plan_text = decode_text(plan);
      out.result = run_detect(plan, products, {&progress, &warnings, {}});
      out.summary = summary_json(plan, out.result, warnings);
    } catch (const Error& e) {
      out.error = e.what();
    }
    for (const Warning& w : warnings.list()) {
      if (w.code == "device_refused_blocks") out.refusal_warnings += w.count;
    }
    return out;
  }

  static std::string hash(const Outcome& run) {
    return run.result.products.empty() ? "no product: " + run.error : run.result.products.front().pixel_hash;
  }
  /// The same pixels by both, all of them decoded by the device.
  void expect_same_pixels(const std::string& what) {
    const Outcome cpu = run_as(DecodeChoice::cpu), device = run_as(DecodeChoice::cuda);
    EXPECT_EQ(hash(device), hash(cpu)) << what;
    EXPECT_EQ(device.result.valid_pixels, cpu.result.valid_pixels) << what;
    EXPECT_GT(device.result.decode.device_blocks, 0) << what;
    EXPECT_EQ(device.result.decode.cpu_blocks, 0) << what;
    EXPECT_EQ(device.refusal_warnings, 0) << what;
    EXPECT_EQ(cpu.result.decode.device_blocks, 0) << what;
  }

  TemporaryFolder folder_;
  DetectOptions options_;
  std::size_t allocations_ = 0;
};

const std::vector<std::string> kTiles = {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"};

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

TEST_F(DeviceDecode, GivesTheCpusPixels) {
  write_pair(scene(GDT_UInt16, with(kTiles, {"PREDICTOR=2"})), scene(GDT_UInt16, {"COMPRESS=DEFLATE", "BLOCKYSIZE=9"}));
  expect_same_pixels("u16");
}

}  // namespace
}  // namespace groundshift::test
