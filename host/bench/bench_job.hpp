// SPDX-License-Identifier: Apache-2.0
// Jobs run in turn over one scene, each run timed as a whole and by its stages, beside the limits of the machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/bench/floor.hpp"
#include "host/engine/decode_rates.hpp"
#include "host/engine/detect_job.hpp"

namespace groundshift {

/// A job by its name in the table. options : complete but for the paths
struct BenchJob {
  std::string name;
  DetectOptions options;
};

struct BenchRequest {
  std::string before, after;
  std::filesystem::path folder;  ///< of the outputs
  std::vector<BenchJob> jobs;
  int runs = 5;
  bool decode_rates = false;  ///< those that a plan predicts by are taken too
  /// Pictures and pages of a job, as `detect` makes them.
  std::function<std::unique_ptr<ProductMaker>(const DetectOptions&)> products;
};

/// One run. cpu_s : of all threads. peak_bytes : largest resident set during the run, with what the process held before
struct BenchRun {
  double wall_s = 0.0, cpu_s = 0.0;
  std::int64_t peak_bytes = 0;
};

/// passes : of the run with the median time
struct BenchedJob {
  std::string name, method;  ///< method: "orthogonal, scva, smooth 3"
  std::string plan;          ///< "decoded once", "kept in memory", ...
  std::string backend, backend_why, pixel_hash;
  std::vector<BenchRun> runs;
  BenchRun median;
  std::vector<PassTiming> passes;
  JobWork work;
  Limits limits;
  Floor floor;
  std::int64_t pixels = 0;
  int threads = 1;

  double time_over_floor() const { return floor.seconds > 0.0 ? median.wall_s / floor.seconds : 0.0; }
  /// Share of the cores' time in which none of them worked.
  double idle() const;
};

struct BenchedScene {
  std::string before, after;
  std::int32_t width = 0, height = 0, bands = 0;
  std::string type, codec, page_cache;
  std::int64_t stored_bytes = 0, raw_bytes = 0;
  std::optional<DecodeRates> decode_rates;
  std::vector<BenchedJob> jobs;
};

/// Reads both files once, so that they lie in the page cache as far as memory allows; runs every job `runs` times in
/// turn, job after job, and once before that does not count; measures the limits before the first round, after the
/// middle one and after the last, of which the medians count; the kernels' rates are taken once, with the recipe that a
/// job's own fit gave. Throws what the jobs throw, Error when two runs of a job give different pixels, and where decode
/// rates are wanted InputError for a scene that none are kept of.
BenchedScene bench_scene(const BenchRequest& request, const JobContext& context);

}  // namespace groundshift
