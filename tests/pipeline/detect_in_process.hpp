// SPDX-License-Identifier: Apache-2.0
// The main job called as a library, without products beside the heatmap, so that a test can change its parts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/engine/detect_job.hpp"

namespace groundshift::test {

/// Makes nothing; a test may let it fail.
class NoProducts : public ProductMaker {
 public:
  std::vector<std::filesystem::path> outputs(const std::filesystem::path&) const override { return {}; }
  void begin(const Grid&) override {}
  void add(const Window&, RasterView<const float>) override {}
  std::vector<ProductRecord> finish(const HeatmapFacts&) override { return {}; }
};

inline DetectOptions detect_options(const std::string& before, const std::string& after, const std::string& out) {
  DetectOptions options;
  options.before = before;
  options.after = after;
  options.out = out;
  options.format = RasterFormat::gtiff;
  options.overwrite = true;
  options.resources = {BackendChoice::cpu, 0, 2, std::int64_t{1} << 30, 256};
  return options;
}

inline DetectResult run(const DetectOptions& options) {
  Warnings warnings;
  SilentProgress progress;
  DetectPlan plan = plan_detect(options, warnings);
  NoProducts products;
  return run_detect(plan, products, {&progress, &warnings, {}});
}

}  // namespace groundshift::test
