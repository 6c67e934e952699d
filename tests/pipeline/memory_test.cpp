// SPDX-License-Identifier: Apache-2.0
// Promise P2: a scene ten times the budget stays inside budget + 25 % + 100 MiB.
#include <array>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

struct Output {
  const char *format, *type, *threads, *products;
};

TEST(PeakMemory, StaysNearTheBudgetOnALargeScene) {
  const TemporaryFolder folder;
  RunSetup setup;
  setup.timeout = std::chrono::seconds(400);
  // 6000 x 6000 x 4 u16 x 2 dates = 549 MiB of pixels, made by a process of its own so that this one stays small.
  const ProgramRun made = run_groundshift({"synth", folder / "scene", "--size", "6000", "--quiet"}, setup);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  constexpr std::int64_t kBudget = 48 * kMiB, kAllowed = kBudget + kBudget / 4 + 100 * kMiB;
  for (const Output& r : {Output{"COG", "Float32", "4", "score"}, Output{"GTiff", "Float32", "2", "class,sites,stac"},
                          Output{"COG", "UInt16", "2", "score"}}) {
    const ProgramRun run =
        run_groundshift({"detect", folder / "scene/before.tif", folder / "scene/after.tif", folder / "out.tif",
                         "--overwrite", "--quiet", "--backend", "cpu", "--memory", "48MiB", "--threads", r.threads,
                         "-of", r.format, "-ot", r.type, "--products", r.products},
                        setup);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    RecordProperty(std::string("peak_mib_") + r.format + r.type, static_cast<int>(run.peak_rss_bytes / kMiB));
    EXPECT_LE(run.peak_rss_bytes, kAllowed)
        << r.format << " " << r.type << ": " << run.peak_rss_bytes / kMiB << " MiB of " << kAllowed / kMiB;
  }
}

// Windows are read before the plan's memory is taken, a mask of many bands while tiles are.
TEST(PeakMemory, StaysNearTheBudgetWhileDatesAreAlignedAndMasked) {
  const TemporaryFolder folder;
  RunSetup setup;
  setup.timeout = std::chrono::seconds(400);
  const ProgramRun made =
      run_groundshift({"synth", folder / "scene", "--size", "4096", "--shift", "0.6,-0.4", "--quiet"}, setup);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  SceneSpec spec;  // a mask of 8 bands at a quarter of the resolution
  const OpenDataset before = open_quietly(folder / "scene/before.tif");
  ASSERT_NE(before, nullptr);
  std::array<double, 6> transform{};
  ASSERT_EQ(before->GetGeoTransform(transform.data()), CE_None);
  transform[1] *= 4.0;
  transform[5] *= 4.0;
  spec.geotransform = transform;
  spec.crs = before->GetProjectionRef();
  spec.width = spec.height = 1024;
  spec.band_count = 8;
  write_scene(folder / "udm2.tif", spec,
              [](int band, int x, int y) { return band == 0 && (x / 64 + y / 48) % 9 != 0 ? 1.0 : 0.0; });
  constexpr std::int64_t kBudget = 96 * kMiB, kAllowed = kBudget + kBudget / 4 + 100 * kMiB;
  const ProgramRun run =
      run_groundshift({"detect", folder / "scene/before.tif", folder / "scene/after.tif", folder / "out.tif", "--quiet",
                       "--backend", "cpu", "--memory", "96MiB", "--threads", "2", "-of", "GTiff", "--align", "global",
                       "--after-mask", (folder / "udm2.tif") + ":udm2:dilate=30m", "--products", "score,quality"},
                      setup);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  RecordProperty("peak_mib", static_cast<int>(run.peak_rss_bytes / kMiB));
  EXPECT_LE(run.peak_rss_bytes, kAllowed) << run.peak_rss_bytes / kMiB << " MiB of " << kAllowed / kMiB;
}

}  // namespace
}  // namespace groundshift::test
