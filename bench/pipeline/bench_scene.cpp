// SPDX-License-Identifier: Apache-2.0
// Making the pair with synth, in process.
#include "bench/pipeline/bench_scene.hpp"

#include <cstdlib>
#include <stdexcept>

#include "host/synth/synth_job.hpp"

namespace groundshift::bench {
namespace fs = std::filesystem;
namespace {

class NoProducts final : public ProductMaker {
 public:
  std::vector<fs::path> outputs(const fs::path&) const override { return {}; }
  void begin(const Grid&) override {}
  void add(const Window&, RasterView<const float>) override {}
  std::vector<ProductRecord> finish(const HeatmapFacts&) override { return {}; }
};

}  // namespace

BenchScene::BenchScene() {
  std::string name = (fs::temp_directory_path() / "gs_bench_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  folder_ = name;
  SynthOptions options;
  options.folder = folder_;
  if (const char* side = std::getenv("GS_BENCH_SIDE"))
    options.width = options.height = std::atoi(side);
  else
    options.width = options.height = 3072;
  SilentProgress progress;
  Warnings warnings;
  run_synth(options, {&progress, &warnings, {}});
}

BenchScene::~BenchScene() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

DetectOptions BenchScene::options(int threads, RasterFormat format) const {
  DetectOptions options;
  options.before = before();
  options.after = after();
  options.out = file("change.tif");
  options.format = format;
  options.overwrite = true;
  options.resources = {BackendChoice::cpu, 0, threads, std::int64_t{1} << 30, kAutoTile};
  return options;
}

DetectResult run(const DetectOptions& options) {
  SilentProgress progress;
  Warnings warnings;
  DetectPlan plan = plan_detect(options, warnings);
  NoProducts products;
  return run_detect(plan, products, {&progress, &warnings, {}});
}

}  // namespace groundshift::bench
