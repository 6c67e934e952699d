// SPDX-License-Identifier: Apache-2.0
// The main of a micro bench: the same cases on one core, on all, and on the device where there is one.
#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <thread>

#include "kernels/api/backend.hpp"

namespace groundshift::bench {

using SharedBackend = std::shared_ptr<Backend>;

/// add_cases(label, backend) registers the cases of one backend.
template <class AddCases>
int run_on_every_backend(int argc, char** argv, const AddCases& add_cases) {
  benchmark::Initialize(&argc, argv);
  const Capabilities found = capabilities();
  benchmark::AddCustomContext("cpu_features", found.cpu_features);
  add_cases("cpu1", SharedBackend(make_cpu_backend(1)));
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  if (cores > 1) add_cases("cpu" + std::to_string(cores), SharedBackend(make_cpu_backend(cores)));
  if (found.devices.empty()) {
    benchmark::AddCustomContext("cuda", "left out: " + found.cuda_unusable_because);
  } else {
    benchmark::AddCustomContext("cuda", found.devices[0].name);
    add_cases("cuda", SharedBackend(make_cuda_backend(0)));
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace groundshift::bench
