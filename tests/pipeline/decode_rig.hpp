// SPDX-License-Identifier: Apache-2.0
// One job run with its tiles decoded by the CPU or by the host-run device, everything that can differ kept.
#pragma once

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
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

struct DecodeOutcome {
  DetectResult result;
  std::string error;  ///< of plan or run; the result then says nothing
  ErrorKind kind{};
  std::string plan_text;  ///< its lines on decoding
  nlohmann::ordered_json summary;
  std::int64_t refusal_warnings = 0;
  std::vector<std::string> hashes;  ///< of the products
};

/// A date's file: values 1..250 times scale plus offset, holes, and for floats NaN.
struct DateForm {
  SceneSpec spec;
  double scale = 1.0, offset = 0.0;

  DateForm(GDALDataType type, std::vector<std::string> creation_options) {
    spec.width = 290;
    spec.height = 270;
    spec.type = type;
    spec.creation_options = std::move(creation_options);
    spec.nodata = 0.0;
    if (type == GDT_UInt16) scale = 200.0;
    if (type == GDT_Int16) std::tie(scale, offset) = std::pair{150.0, -20000.0};
    if (type == GDT_Float32) std::tie(scale, offset) = std::pair{0.0123, -0.4};
  }
};

class DecodeRig : public ::testing::Test {
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

  static void write_date(const std::filesystem::path& path, const DateForm& form, int date) {
    write_scene(path, form.spec, [&](int b, int x, int y) {
      if ((x * 7 + y * 3) % 101 == date) return 0.0;
      if (form.spec.type == GDT_Float32 && (x + y * 5) % 97 == date) return std::numeric_limits<double>::quiet_NaN();
      const double change = date == 2 && x > 120 && x < 180 && y > 100 && y < 170 ? 40.0 : 0.0;
      const double v = 10.0 + 0.6 * texture(1, b, x / 3, y / 3) + 0.1 * texture(std::uint64_t(date), b, x, y) + change;
      return form.offset + form.scale * std::floor(v);
    });
  }
  void write_pair(const DateForm& before, const DateForm& after) {
    write_date(options_.before, before, 1);
    write_date(options_.after, after, 2);
  }

  /// decode : with cuda on the host-run device, else on the CPU. adjust : changes the plan before it is run
  DecodeOutcome run_as(DecodeChoice decode, const std::function<void(DetectPlan&)>& adjust = {}) {
    DecodeOutcome out;
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
      if (adjust) adjust(plan);
      out.result = run_detect(plan, products, {&progress, &warnings, {}});
      out.summary = summary_json(plan, out.result, warnings);
      for (const ProductRecord& product : out.result.products) out.hashes.push_back(product.pixel_hash);
    } catch (const Error& e) {
      out.error = describe(e);
      out.kind = e.kind();
    }
    for (const Warning& w : warnings.list()) {
      if (w.code == "device_refused_blocks") out.refusal_warnings += w.count;
    }
    return out;
  }

  /// The same pixels by both, all of the blocks decoded by the device. Returns the device's outcome.
  DecodeOutcome expect_same_pixels(const std::string& what) {
    const DecodeOutcome cpu = run_as(DecodeChoice::cpu);
    DecodeOutcome device = run_as(DecodeChoice::cuda);
    EXPECT_EQ(device.error, "") << what;
    EXPECT_EQ(device.hashes, cpu.hashes) << what;
    EXPECT_FALSE(device.hashes.empty()) << what;
    EXPECT_EQ(device.result.valid_pixels, cpu.result.valid_pixels) << what;
    EXPECT_GT(device.result.decode.device_blocks, 0) << what;
    EXPECT_EQ(device.result.decode.cpu_blocks, 0) << what;
    EXPECT_EQ(device.refusal_warnings, 0) << what;
    EXPECT_EQ(cpu.result.decode.device_blocks, 0) << what;
    return device;
  }

  TemporaryFolder folder_;
  DetectOptions options_;
  std::size_t allocations_ = 0;
};

}  // namespace groundshift::test
