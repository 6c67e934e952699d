// SPDX-License-Identifier: Apache-2.0
// The generated pair that the pipeline benches work on, and the job over it.
#pragma once

#include <filesystem>
#include <string>

#include "host/engine/detect_job.hpp"

namespace groundshift::bench {

/// A synth pair (u16, 4 bands, DEFLATE with tiles of 512) in a folder of its own, gone with the object.
/// Side in pixels: GS_BENCH_SIDE, default 3072.
class BenchScene {
 public:
  BenchScene();
  ~BenchScene();
  BenchScene(const BenchScene&) = delete;
  BenchScene& operator=(const BenchScene&) = delete;

  std::string before() const { return (folder_ / "before.tif").string(); }
  std::string after() const { return (folder_ / "after.tif").string(); }
  /// A path in the folder.
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  /// detect of this pair into <folder>/change.tif: orthogonal, scva, smooth 3, CPU.
  DetectOptions options(int threads, RasterFormat format) const;

 private:
  std::filesystem::path folder_;
};

/// Runs a job without products.
DetectResult run(const DetectOptions& options);

}  // namespace groundshift::bench
