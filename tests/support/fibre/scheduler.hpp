// SPDX-License-Identifier: Apache-2.0
// Runs a kernel's blocks one after the other, the threads of each as fibres.
#pragma once

#include <cstddef>
#include <functional>

#include "tests/support/fibre/block.hpp"

namespace gs_fibre {

struct LaunchShape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;
  const char* kernel = "";
};

/// Runs `body` once a thread. Throws std::runtime_error, naming kernel, block and source line, when threads of a block
/// wait for each other in vain; and whatever `body` throws.
void run_blocks(const LaunchShape& shape, const std::function<void()>& body);

}  // namespace gs_fibre
