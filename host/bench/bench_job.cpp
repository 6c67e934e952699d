// SPDX-License-Identifier: Apache-2.0
// Running and timing jobs, and measuring what they are held against.
#include "host/bench/bench_job.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/utc_text.hpp"
#include "host/bench/device_decode_rates.hpp"
#include "host/bench/machine_limits.hpp"
#include "host/bench/process_facts.hpp"

namespace groundshift {
namespace {

/// How often a run decoded the pair's pixels: its plan decides, as it says which tiles and blocks stay. Units carry a
/// byte of validity a pixel, which is none of the file's; those at a border are counted whole, so 1 is the least told.
double decodes_of(const DetectPlan& plan, const DetectResult& result, std::int64_t raw_bytes) {
  const auto pixel_share = [&](std::int32_t bands) {
    const double bytes = double(bands) * static_cast<double>(byte_count(plan.type));
    return bytes / (bytes + 1.0);
  };
  const double decoded = double(result.decoded_bytes_before) * pixel_share(plan.bands().before) +
                         double(result.decoded_bytes_after) * pixel_share(plan.bands().after);
  return std::max(1.0, decoded / static_cast<double>(std::max<std::int64_t>(raw_bytes, 1)));
}

std::string plan_words(const DetectPlan& plan, const JobWork& work) {
  std::string words = fmt::format("decodes {:.2f}", work.decodes);
  if (plan.sampled()) words += ", fit on a sample";
  if (work.scratch_bytes > 0) {
    words += fmt::format(", {} MB spilled", work.scratch_bytes / 1000000);
  } else if (plan.keep != KeptTiles::none) {
    words += ", tiles kept";
  }
  return words;
}

/// Pixels of the heatmap and, in a COG, of its overviews: halves down to a block of 512.
std::int64_t heatmap_pixels(const DetectPlan& plan) {
  std::int64_t width = plan.grid.width, height = plan.grid.height, pixels = width * height;
  while (plan.options.format == RasterFormat::cog && std::max(width, height) > 512) {
    width = (width + 1) / 2;
    height = (height + 1) / 2;
    pixels += width * height;
  }
  return pixels;
}

JobWork work_of(const DetectPlan& plan, const DetectResult& result) {
  JobWork work;
  const std::int64_t grid = pixel_count(plan.grid);
  const auto sample_bytes = static_cast<std::int64_t>(byte_count(plan.type));
  work.stored_bytes = plan.before.description.file_bytes + plan.after.description.file_bytes;
  work.raw_bytes = grid * (plan.bands().before + plan.bands().after) * sample_bytes;
  work.decoded_bytes = result.decoded_bytes_before + result.decoded_bytes_after;
  work.decodes = decodes_of(plan, result, work.raw_bytes);
  work.pair_bytes = 2 * plan.band_count * sample_bytes + 1;
  work.scratch_bytes = result.residency.scratch_bytes;
  work.kept_bytes = result.residency.resident_bytes;
  for (const PassTiming& pass : result.passes) {
    const bool sampled_load = pass.name == "statistics" && result.fit.sample.sampled;  // in rounds of unlike size
    const std::int64_t pixels =
        sampled_load ? std::min(grid, result.fit.sample.cells * kCellSize * kCellSize) : pass.pixel_count * pass.runs;
    work.passes.push_back({pass.name, pixels});
    if (pass.name != "statistics" && (pass.name != "score" || !plan.sampled())) work.scratch_reads += pass.runs;
  }
  work.output_bytes = result.products.front().byte_count;
  const int score_bytes = plan.options.type == ScoreType::float32 ? 4 : plan.options.type == ScoreType::uint16 ? 2 : 1;
  work.heatmap_bytes = heatmap_pixels(plan) * score_bytes;
  work.hashed_bytes = grid * score_bytes;
  work.on_device = plan.backend.backend->has_device_memory();
  work.decoded_there = plan.decode.on_device;
  return work;
}

class SceneBench {
 public:
  SceneBench(const BenchRequest& request, const JobContext& context) : request_(request), context_(context) {}

  BenchedScene run() {
    scene_.before = request_.before;
    scene_.after = request_.after;
    read_through({request_.before, request_.after});
    for (const BenchJob& job : request_.jobs) warm_up(job);
    const auto share = cached_share({request_.before, request_.after});
    scene_.page_cache = share ? fmt::format("{:.0f} % cached", 100.0 * *share) : "not known";
    for (int round = 0; round < request_.runs; ++round) {
      for (std::size_t j = 0; j < request_.jobs.size(); ++j) timed(j);
      // Not after each: memory that rests is a virtual machine's host's again, and runs apart from each other are
      // slower.
      if (round == request_.runs / 2 || round + 1 == request_.runs) measure_again();
    }
    for (BenchedJob& job : scene_.jobs) conclude(job);
    return std::move(scene_);
  }

 private:
  struct Ran {
    BenchRun run;
    DetectPlan plan;
    DetectResult result;
  };

  DetectOptions options_of(const BenchJob& job) const {
    DetectOptions options = job.options;
    options.before = request_.before;
    options.after = request_.after;
    options.out = request_.folder / (job.name + ".tif");
    options.overwrite = true;
    return options;
  }

  Ran once(const BenchJob& job) {
    const DetectOptions options = options_of(job);
    std::error_code ignored;  // giving the pages of an earlier run's file back is not this run's work
    std::filesystem::remove(options.out, ignored);
    const std::unique_ptr<ProductMaker> products = request_.products(options);
    return_free_memory();
    reset_peak_memory();
    const double cpu = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    DetectPlan plan = plan_detect(options, *context_.warnings, context_.stop, &shelf_);
    DetectResult result = run_detect(plan, *products, context_);
    BenchRun run;
    run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    run.cpu_s = cpu_seconds() - cpu;
    run.peak_bytes = peak_since_reset_bytes();
    return {run, std::move(plan), std::move(result)};
  }

  /// The run that does not count, and the first limits: those of the machine with the first job, those of a job with
  /// each.
  void warm_up(const BenchJob& job) {
    Ran ran = once(job);
    DetectPlan plan = plan_detect(options_of(job), *context_.warnings, context_.stop, &shelf_);
    const int threads = plan.options.resources.threads;
    if (scene_.jobs.empty()) describe(plan, threads);
    BenchedJob out;
    out.name = job.name;
    out.method = fmt::format("{}, {}, smooth {}", name_of(plan.method.normalize), score_text(plan.method),
                             smooth_text(plan.method));
    out.backend = plan.backend.backend->name();
    out.backend_why = plan.backend.why;
    out.pixel_hash = ran.result.products.front().pixel_hash;
    out.pixels = pixel_count(plan.grid);
    out.threads = threads;
    out.work = work_of(plan, ran.result);
    out.plan = plan_words(plan, out.work);
    Limits limits = machine_;
    add_pack_rates(limits, plan.options.out);
    limits.kernels = kernel_rates(plan, ran.result.fit.recipe, out.work.on_device ? plan.tiles.workers : threads);
    limits.device = device_rates(plan);
    limits_.push_back({std::move(limits)});
    scene_.jobs.push_back(std::move(out));
    passes_.emplace_back();
  }

  void describe(DetectPlan& plan, int threads) {
    scene_.width = plan.grid.width;
    scene_.height = plan.grid.height;
    scene_.bands = plan.band_count;
    scene_.type = name_of(plan.type);
    scene_.stored_bytes = plan.before.description.file_bytes + plan.after.description.file_bytes;
    scene_.raw_bytes = pixel_count(plan.grid) * (plan.bands().before + plan.bands().after) *
                       static_cast<std::int64_t>(byte_count(plan.type));
    machine_ = machine_limits(plan, request_.folder);
    scene_.codec = machine_.codec;
    if (request_.decode_rates) take_decode_rates(plan, threads);
  }

  /// The machine's limits drift as its jobs' times do.
  void measure_again() {
    DetectPlan plan = plan_detect(options_of(request_.jobs.front()), *context_.warnings, context_.stop, &shelf_);
    const Limits machine = machine_limits(plan, request_.folder);
    for (std::size_t j = 0; j < request_.jobs.size(); ++j) {
      Limits limits = machine;
      add_pack_rates(limits, options_of(request_.jobs[j]).out);
      limits_[j].push_back(std::move(limits));
    }
  }

  void take_decode_rates(DetectPlan& plan, int threads) {
    const auto blocks = blocks_of(request_.before, request_.after);
    const std::string unfit = blocks ? unfit_for_rates(*blocks) : "its blocks cannot be taken raw";
    if (!unfit.empty()) throw InputError(fmt::format("{}: {}; no decode rates can be kept", request_.before, unfit));
    DecodeRates rates;
    rates.machine = this_machine();
    rates.taken = utc_text(std::time(nullptr));
    rates.content = blocks->text();
    rates.threads = threads;
    rates.one = machine_.decode.one;
    rates.all = machine_.decode.all;
    Backend& backend = *plan.backend.backend;
    if (const auto moved = device_rates(plan)) {
      rates.device = DeviceDecodeRates{
          backend.device_identity(), moved->copy_in,
          device_decode_rates(backend, *blocks, kBlocksInFlight, plan.options.resources.memory_bytes)};
    }
    scene_.decode_rates = std::move(rates);
  }

  void timed(std::size_t j) {
    Ran ran = once(request_.jobs[j]);
    BenchedJob& job = scene_.jobs[j];
    if (ran.result.products.front().pixel_hash != job.pixel_hash) {
      throw Error(ErrorKind::other, fmt::format("job {}: two runs of it give different pixels", job.name));
    }
    job.runs.push_back(ran.run);
    passes_[j].push_back(ran.result.passes);
  }

  /// Medians; the stages are those of the run whose time is nearest to the median.
  void conclude(BenchedJob& job) {
    std::vector<double> wall, cpu;
    for (const BenchRun& run : job.runs) {
      wall.push_back(run.wall_s);
      cpu.push_back(run.cpu_s);
      job.median.peak_bytes = std::max(job.median.peak_bytes, run.peak_bytes);
    }
    job.median.wall_s = median(wall);
    job.median.cpu_s = median(cpu);
    const auto distance = [&](double seconds) { return std::abs(seconds - job.median.wall_s); };
    const auto nearest =
        std::min_element(wall.begin(), wall.end(), [&](double a, double b) { return distance(a) < distance(b); });
    const auto index = static_cast<std::size_t>(&job - scene_.jobs.data());
    job.passes = passes_[index][static_cast<std::size_t>(nearest - wall.begin())];
    job.limits = median_of(limits_[index]);
    job.floor = floor_of(job.work, job.limits);
  }

  const BenchRequest& request_;
  const JobContext& context_;
  BackendShelf shelf_;
  BenchedScene scene_;
  Limits machine_;                           ///< before the first run
  std::vector<std::vector<Limits>> limits_;  ///< of each job: before the first round, after the middle and last one
  std::vector<std::vector<std::vector<PassTiming>>> passes_;  ///< of each job's runs
};

}  // namespace

double BenchedJob::idle() const {
  const double offered = median.wall_s * threads;
  return offered > 0.0 ? std::max(0.0, 1.0 - median.cpu_s / offered) : 0.0;
}

BenchedScene bench_scene(const BenchRequest& request, const JobContext& context) {
  expects(!request.jobs.empty() && request.runs >= 1, "a bench needs a job and a run");
  return SceneBench(request, context).run();
}

}  // namespace groundshift
