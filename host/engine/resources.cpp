// SPDX-License-Identifier: Apache-2.0
// Cores, memory and devices of this process.
#include "host/engine/resources.hpp"

#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

/// First number of a cgroup file; absent for "max" or no such file.
std::optional<std::int64_t> cgroup_number(const char* path, std::int64_t* second = nullptr) {
  std::ifstream file(path);
  std::string word;
  if (!(file >> word) || word == "max") return std::nullopt;
  if (second != nullptr) file >> *second;
  try {
    return std::stoll(word);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  std::int64_t period = 0;
  if (const auto quota = cgroup_number("/sys/fs/cgroup/cpu.max", &period); quota && period > 0) {
    count = std::min(count, static_cast<int>(std::ceil(static_cast<double>(*quota) / static_cast<double>(period))));
  }
  return std::max(1, count);
}

std::optional<std::string> proc_field(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto first = line.find_first_not_of(" \t", colon + 1);
    return first == std::string::npos ? std::string() : line.substr(first);
  }
  return std::nullopt;
}

std::string cpu_model() { return proc_field("/proc/cpuinfo", "model name").value_or("unknown"); }

std::int64_t default_memory_bytes() {
  std::int64_t total = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE);
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (const auto limit = cgroup_number(path)) total = std::min(total, *limit);
  }
  return std::min(8 * kGiB, total / 2);
}

std::int64_t peak_memory_bytes() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

void return_free_memory() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

std::int64_t huge_page_slack_bytes() {
  constexpr std::int64_t kHugePageBytes = 2 << 20;
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string modes;
  std::getline(file, modes);
  return modes.find("[always]") != std::string::npos ? kHugePageBytes / 2 : 0;
}

ResourceOptions resolved(ResourceOptions options) {
  if (options.threads == 0) options.threads = available_threads();
  if (options.memory_bytes == 0) options.memory_bytes = default_memory_bytes();
  return options;
}

ChosenBackend choose_backend(const ResourceOptions& options) {
  const auto cuda = [&] {
    try {
      return make_cuda_backend(options.device);
    } catch (const DeviceFault& fault) {
      throw DeviceError(fmt::format("--backend cuda: {}", fault.what()));
    }
  };
  if (options.backend == BackendChoice::cuda) return {cuda(), "asked for"};
  if (options.backend == BackendChoice::cpu) return {make_cpu_backend(options.threads), "asked for"};
  const Capabilities have = capabilities();
  if (have.cuda_unusable_because.empty() && !have.devices.empty()) {
    return {cuda(), fmt::format("device {} ({}) is usable", options.device, have.devices.front().name)};
  }
  return {make_cpu_backend(options.threads), "no usable CUDA device: " + have.cuda_unusable_because};
}

ChosenBackend BackendShelf::choose(const ResourceOptions& options) {
  const bool same = kept_.backend != nullptr && options.backend == asked_.backend && options.device == asked_.device &&
                    options.threads == asked_.threads;
  if (!same) {
    clear();
    kept_ = choose_backend(options);
    asked_ = options;
  }
  return kept_;
}

}  // namespace groundshift
