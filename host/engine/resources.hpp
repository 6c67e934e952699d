// SPDX-License-Identifier: Apache-2.0
// What this process may use of the machine, and which backend it gets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/engine/detect_options.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// Cores that this process may run on (affinity mask and cgroup quota), at least 1.
int available_threads();

/// What stands behind "name:" in the first such line of a file as /proc has them.
std::optional<std::string> proc_field(const char* path, const std::string& name);
/// "AMD EPYC 7B13", or "unknown".
std::string cpu_model();

/// Half of the machine's memory or of the cgroup's limit, whichever is less, at most 8 GiB.
std::int64_t default_memory_bytes();

/// Largest resident set of this process so far.
std::int64_t peak_memory_bytes();

/// Gives memory that was freed back to the system, as far as the C library keeps it.
void return_free_memory();

/// Memory that a buffer of its own map takes beyond what is written to it, on average: half of a huge page where the
/// system gives them unasked, else nothing.
std::int64_t huge_page_slack_bytes();

/// threads and memory_bytes filled in where they were 0.
ResourceOptions resolved(ResourceOptions options);

struct ChosenBackend {
  std::shared_ptr<Backend> backend;
  std::string why;  ///< "asked for", "no usable CUDA device: ..."
};
/// Throws DeviceError when cuda is asked for and cannot be had; automatic falls back to cpu and says why.
ChosenBackend choose_backend(const ResourceOptions& options);

/// One backend, with its workers or its device, for the jobs of a process that come one after the other: made anew when
/// a job asks for another than the last one did. One thread.
class BackendShelf {
 public:
  /// As choose_backend().
  ChosenBackend choose(const ResourceOptions& options);
  /// Lends a backend made elsewhere to jobs that ask for these resources.
  void put(const ResourceOptions& asked, ChosenBackend backend) {
    asked_ = asked;
    kept_ = std::move(backend);
  }
  /// Forgets the backend: after a fault of its device.
  void clear() { kept_ = {}; }

 private:
  ResourceOptions asked_;
  ChosenBackend kept_;
};

}  // namespace groundshift
