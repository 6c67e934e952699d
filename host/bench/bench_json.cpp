// SPDX-License-Identifier: Apache-2.0
// Bench results as JSON.
#include <nlohmann/json.hpp>

#include "host/bench/bench_report.hpp"
#include "host/bench/process_facts.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/version.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;  ///< grows when a key changes its meaning

Json rates_json(const Rates& rates) { return {{"one_thread", rates.one}, {"all_threads", rates.all}}; }

template <class T, class F>
Json optional_json(const std::optional<T>& value, const F& as_json) {
  return value ? Json(as_json(*value)) : Json(nullptr);
}

Json number(const std::optional<double>& value) {
  return optional_json(value, [](double v) { return v; });
}

Json limits_json(const Limits& l) {
  const KernelRates& k = l.kernels;
  return {{"threads", l.threads},
          {"codec", l.codec},
          {"unpack_bytes_per_s", optional_json(l.unpack, rates_json)},
          {"decode_bytes_per_s", rates_json(l.decode)},
          {"packer", l.packer},
          {"pack_bytes_per_s", optional_json(l.pack, rates_json)},
          {"triad_bytes_per_s", rates_json(l.triad)},
          {"hash_bytes_per_s", rates_json(l.hash)},
          {"fresh_memory_bytes_per_s", rates_json(l.fresh_memory)},
          {"read_cached_bytes_per_s", number(l.storage.cached)},
          {"read_direct_bytes_per_s", number(l.storage.direct)},
          {"write_synced_bytes_per_s", l.storage.write},
          {"kernels_pixels_per_s",
           {{"moments", rates_json(k.moments)},
            {"weighted", rates_json(k.weighted)},
            {"smoothed", rates_json(k.smoothed)},
            {"histogram", rates_json(k.histogram)},
            {"score", rates_json(k.score)}}},
          {"device", optional_json(l.device, [](const DeviceRates& d) {
             return Json{{"copy_in_bytes_per_s", d.copy_in},
                         {"copy_out_bytes_per_s", d.copy_out},
                         {"copy_bytes_per_s", d.copy}};
           })}};
}

Json terms_json(const std::vector<Floor::Term>& terms) {
  Json json = Json::object();
  for (const Floor::Term& term : terms) json[term.resource] = term.seconds;
  return json;
}

Json run_json(const BenchRun& run) {
  return {{"wall_s", run.wall_s}, {"cpu_s", run.cpu_s}, {"peak_memory_bytes", run.peak_bytes}};
}

Json work_json(const JobWork& work) {
  Json passes = Json::array();
  for (const PassWork& pass : work.passes) passes.push_back({{"name", pass.name}, {"pixels", pass.pixels}});
  return {{"stored_bytes", work.stored_bytes},
          {"raw_bytes", work.raw_bytes},
          {"decodes", work.decodes},
          {"decoded_bytes", work.decoded_bytes},
          {"scratch_bytes", work.scratch_bytes},
          {"kept_bytes", work.kept_bytes},
          {"scratch_reads", work.scratch_reads},
          {"pair_bytes", work.pair_bytes},
          {"output_bytes", work.output_bytes},
          {"heatmap_bytes", work.heatmap_bytes},
          {"hashed_bytes", work.hashed_bytes},
          {"on_device", work.on_device},
          {"passes", passes}};
}

Json job_json(const BenchedJob& job) {
  Json runs = Json::array(), passes = Json::array();
  for (const BenchRun& run : job.runs) runs.push_back(run_json(run));
  for (const PassTiming& pass : job.passes) {
    passes.push_back({{"name", pass.name},
                      {"runs", pass.runs},
                      {"wall_s", pass.wall_s},
                      {"read_busy_s", pass.read_busy_s},
                      {"compute_busy_s", pass.compute_busy_s},
                      {"write_busy_s", pass.consume_busy_s}});
  }
  return {{"name", job.name},
          {"method", job.method},
          {"backend", {{"name", job.backend}, {"why", job.backend_why}}},
          {"threads", job.threads},
          {"plan", job.plan},
          {"pixels", job.pixels},
          {"pixel_hash", job.pixel_hash},
          {"runs", runs},
          {"median", run_json(job.median)},
          {"mpixels_per_s", 1e-6 * static_cast<double>(job.pixels) / job.median.wall_s},
          {"idle_share", job.idle()},
          {"time_over_floor", job.time_over_floor()},
          {"floor",
           {{"seconds", job.floor.seconds},
            {"resource", job.floor.resource},
            {"resources_s", terms_json(job.floor.terms)},
            {"cores_s", terms_json(job.floor.cores)}}},
          {"work", work_json(job.work)},
          {"passes", passes},
          {"limits", limits_json(job.limits)}};
}

Json scene_json(const BenchedScene& scene) {
  Json jobs = Json::array();
  for (const BenchedJob& job : scene.jobs) jobs.push_back(job_json(job));
  return {{"before", scene.before},
          {"after", scene.after},
          {"size", {scene.width, scene.height}},
          {"bands", scene.bands},
          {"type", scene.type},
          {"codec", scene.codec},
          {"stored_bytes", scene.stored_bytes},
          {"raw_bytes", scene.raw_bytes},
          {"page_cache", scene.page_cache},
          {"decode_rates", optional_json(scene.decode_rates, decode_rates_json)},
          {"jobs", jobs}};
}

}  // namespace

Json bench_json(const std::vector<BenchedScene>& scenes) {
  const Capabilities have = capabilities();
  Json devices = Json::array(), list = Json::array();
  for (const DeviceDescription& d : have.devices) {
    devices.push_back(
        {{"name", d.name}, {"memory_bytes", d.memory_bytes}, {"compute_capability", d.compute_capability}});
  }
  for (const BenchedScene& scene : scenes) list.push_back(scene_json(scene));
  return {{"format", kFormat},
          {"groundshift", {{"version", version_text()}, {"commit", commit_text()}, {"build", build_text()}}},
          {"machine",
           {{"cpu", cpu_model()},
            {"cpu_features", have.cpu_features},
            {"threads", available_threads()},
            {"memory_bytes", machine_memory_bytes()},
            {"system", system_text()},
            {"devices", devices},
            {"cuda_unusable_because", have.cuda_unusable_because}}},
          {"scenes", list}};
}

}  // namespace groundshift
