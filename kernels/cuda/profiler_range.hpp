// SPDX-License-Identifier: Apache-2.0
// A named stretch of a thread's time for NVIDIA's profilers: there the overlap of different tiles' copies and kernels
// shows.
#pragma once

#include <nvtx3/nvToolsExt.h>

#include "kernels/cuda/runtime.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// From its making to its end; a few nanoseconds where no profiler is attached. name : a literal
class ProfilerRange {
 public:
  explicit ProfilerRange(const char* name) { nvtxRangePushA(name); }
  ~ProfilerRange() { nvtxRangePop(); }
  ProfilerRange(const ProfilerRange&) = delete;
  ProfilerRange& operator=(const ProfilerRange&) = delete;
};

}  // namespace groundshift::GS_CUDA_NAMESPACE
