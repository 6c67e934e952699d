// SPDX-License-Identifier: Apache-2.0
// Bench results as tables.
#include <algorithm>

#include <fmt/format.h>

#include "host/bench/bench_report.hpp"
#include "host/bench/process_facts.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/version.hpp"

namespace groundshift {
namespace {

std::string giga(double per_second) { return per_second > 0.0 ? fmt::format("{:.3f}", 1e-9 * per_second) : "-"; }
std::string mega(double per_second) { return per_second > 0.0 ? fmt::format("{:.0f}", 1e-6 * per_second) : "-"; }

void limit_line(std::string& text, const std::string& what, const std::string& one, const std::string& all,
                const char* unit) {
  text += fmt::format("  {:<44} {:>9} {:>9}  {}\n", what, one, all, unit);
}

std::string limits_text(const BenchedScene& scene) {
  const Limits& l = scene.jobs.front().limits;
  std::string text = fmt::format("\n  {:<44} {:>9} {:>9}\n", "limits, measured in this run", "1 thread",
                                 fmt::format("{} threads", l.threads));
  const char* const gigabytes = "GB/s";
  if (l.unpack) {
    limit_line(text, fmt::format("codec alone ({})", l.codec), giga(l.unpack->one), giga(l.unpack->all),
               "GB/s of pixels");
  }
  limit_line(text, "decode by the source in use", giga(l.decode.one), giga(l.decode.all), "GB/s of pixels");
  if (l.pack)
    limit_line(text, fmt::format("encode alone ({})", l.packer), giga(l.pack->one), giga(l.pack->all),
               "GB/s of pixels");
  limit_line(text, "hash, SHA-256", giga(l.hash.one), giga(l.hash.all), gigabytes);
  limit_line(text, "memory, triad", giga(l.triad.one), giga(l.triad.all), gigabytes);
  limit_line(text, "memory, pages brought in and given back", giga(l.fresh_memory.one), giga(l.fresh_memory.all),
             gigabytes);
  limit_line(text, "read, from the page cache", "", giga(l.storage.cached.value_or(0.0)), gigabytes);
  limit_line(text, "read, past the page cache", "", giga(l.storage.direct.value_or(0.0)), gigabytes);
  limit_line(text, "write, synced to the device", giga(l.storage.write), "", gigabytes);
  if (scene.decode_rates && scene.decode_rates->device) {
    for (const DecodeRate& rate : scene.decode_rates->device->decode) {
      limit_line(text, fmt::format("decode by the device, {} blocks in flight", rate.blocks_in_flight), "",
                 giga(rate.bytes_per_s), "GB/s of pixels");
    }
  }
  if (l.device) {
    limit_line(text, "copy to the device", giga(l.device->copy_in), "", gigabytes);
    limit_line(text, "copy from the device", giga(l.device->copy_out), "", gigabytes);
    limit_line(text, "copy within the device, read + written", giga(l.device->copy), "", gigabytes);
  }
  return text;
}

std::string jobs_text(const BenchedScene& scene) {
  std::string text = fmt::format("\n  {:<10} {:>8} {:>15} {:>9} {:>8} {:>8} {:>10} {:>6} {:>8}  {}\n", "job", "wall s",
                                 "min..max", "Mpixel/s", "floor s", "x floor", "floor is", "idle", "peak MiB", "plan");
  for (const BenchedJob& job : scene.jobs) {
    const auto [least, most] = std::minmax_element(job.runs.begin(), job.runs.end(),
                                                   [](const auto& a, const auto& b) { return a.wall_s < b.wall_s; });
    text += fmt::format("  {:<10} {:>8.3f} {:>15} {:>9.1f} {:>8.3f} {:>8.2f} {:>10} {:>4.0f} % {:>8}  {}\n", job.name,
                        job.median.wall_s, fmt::format("{:.3f}..{:.3f}", least->wall_s, most->wall_s),
                        1e-6 * static_cast<double>(job.pixels) / job.median.wall_s, job.floor.seconds,
                        job.time_over_floor(), job.floor.resource, 100.0 * job.idle(), job.median.peak_bytes >> 20,
                        job.plan);
  }
  return text;
}

/// amount and rate of one stage alone, and the time that makes.
void stage_line(std::string& text, const std::string& stage, const std::string& rate, double seconds, double wall) {
  if (seconds <= 0.0) return;
  text += fmt::format("  {:<22} {:>18} {:>10.3f} {:>7.1f} %\n", stage, rate, seconds, 100.0 * seconds / wall);
}

std::string stages_text(const BenchedJob& job) {
  const Limits& l = job.limits;
  const double wall = job.median.wall_s;
  std::string text = fmt::format("\n  {} ({}; backend {}): stages alone, all threads\n  {:<22} {:>18} {:>10} {:>9}\n",
                                 job.name, job.method, job.backend, "stage", "rate", "seconds", "of wall");
  const auto term = [](const std::vector<Floor::Term>& terms, const char* name) {
    const auto found = std::find_if(terms.begin(), terms.end(), [&](const auto& t) { return t.resource == name; });
    return found == terms.end() ? 0.0 : found->seconds;
  };
  const Floor& f = job.floor;
  stage_line(text, "read", giga(l.storage.cached.value_or(0.0)) + " GB/s", term(f.cores, "read"), wall);
  stage_line(text, "decode", giga(l.unpack ? l.unpack->all : l.decode.all) + " GB/s", term(f.cores, "decode"), wall);
  if (l.device) {
    stage_line(text, "copy in", giga(l.device->copy_in) + " GB/s", term(f.terms, "copy in"), wall);
    stage_line(text, "copy out", giga(l.device->copy_out) + " GB/s", term(f.terms, "copy out"), wall);
  }
  for (const PassWork& pass : job.work.passes) {
    const double rate = kernel_rate(l.kernels, pass.name);
    stage_line(text, "compute, " + pass.name,
               fmt::format("{} GB/s {:>5} Mpx/s", giga(rate * static_cast<double>(job.work.pair_bytes)), mega(rate)),
               rate > 0.0 ? static_cast<double>(pass.pixels) / rate : 0.0, wall);
  }
  if (l.pack) stage_line(text, "encode", giga(l.pack->all) + " GB/s", term(f.cores, "encode"), wall);
  stage_line(text, "hash", giga(l.hash.all) + " GB/s", term(f.cores, "hash"), wall);
  stage_line(text, "keep tiles", giga(l.fresh_memory.all) + " GB/s", term(f.cores, "keep"), wall);
  stage_line(text, "write", giga(l.storage.write) + " GB/s", term(f.terms, "write"), wall);
  stage_line(text, "scratch", giga(l.storage.cached.value_or(0.0)) + " GB/s", term(f.terms, "scratch"), wall);
  text += fmt::format("  in the job: {:<10} {:>5} {:>9} {:>12} {:>12} {:>12}\n", "pass", "runs", "wall s",
                      "read busy s", "compute busy", "write busy");
  double in_passes = 0.0;
  for (const PassTiming& pass : job.passes) {
    in_passes += pass.wall_s;
    text += fmt::format("              {:<10} {:>5} {:>9.3f} {:>12.3f} {:>12.3f} {:>12.3f}\n", pass.name, pass.runs,
                        pass.wall_s, pass.read_busy_s, pass.compute_busy_s, pass.consume_busy_s);
  }
  text += fmt::format("              {:<10} {:>5} {:>9.3f}\n", "outside", "", std::max(0.0, wall - in_passes));
  return text;
}

}  // namespace

std::string machine_text() {
  const Capabilities have = capabilities();
  std::string text =
      fmt::format("groundshift {} (commit {}; {})\n{}, {} threads, {} GiB, {}\n", version_text(), commit_text(),
                  build_text(), cpu_model(), available_threads(), machine_memory_bytes() >> 30, system_text());
  if (have.devices.empty()) text += fmt::format("no device: {}\n", have.cuda_unusable_because);
  for (const DeviceDescription& d : have.devices) text += fmt::format("device {}: {}\n", d.index, d.name);
  return text;
}

std::string scene_text(const BenchedScene& scene) {
  std::string text =
      fmt::format("\n{} x {} x {} {}, {}; {} MB stored, {} MB of pixels; page cache: {}\n  {}\n  {}\n", scene.width,
                  scene.height, scene.bands, scene.type, scene.codec, scene.stored_bytes / 1000000,
                  scene.raw_bytes / 1000000, scene.page_cache, scene.before, scene.after);
  text += limits_text(scene) + jobs_text(scene);
  for (const BenchedJob& job : scene.jobs) text += stages_text(job);
  return text;
}

}  // namespace groundshift
