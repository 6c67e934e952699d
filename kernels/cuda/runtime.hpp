// SPDX-License-Identifier: Apache-2.0
// The CUDA runtime as this room uses it: its header, the room's namespace, and failures turned into exceptions.
#pragma once

#include <cuda_runtime.h>

#include <cstdio>
#include <string>

#include "kernels/api/backend.hpp"

// A test build compiles this room a second time, against a stand-in for the runtime, under another name.
#ifndef GS_CUDA_NAMESPACE
#define GS_CUDA_NAMESPACE cuda
#endif

namespace groundshift::GS_CUDA_NAMESPACE {

/// Throws DeviceFault naming the call and the runtime's error unless `error` is cudaSuccess.
inline void throw_on_error(cudaError_t error, const char* call) {
  if (error == cudaSuccess) return;
  // Whoever goes on without the room shall not find the next launch told of it.
  if (error == cudaErrorMemoryAllocation) static_cast<void>(cudaGetLastError());
  throw DeviceFault(std::string(call) + ": " + cudaGetErrorName(error) + " (" + cudaGetErrorString(error) + ")");
}

/// For destructors: tells stderr instead of throwing. A runtime that is shutting down has freed everything itself.
inline void report_error(cudaError_t error, const char* call) noexcept {
  if (error == cudaSuccess || error == cudaErrorCudartUnloading) return;
  std::fprintf(stderr, "%s: %s (%s)\n", call, cudaGetErrorName(error), cudaGetErrorString(error));
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

#define GS_CUDA_TRY(...) ::groundshift::GS_CUDA_NAMESPACE::throw_on_error((__VA_ARGS__), #__VA_ARGS__)
#define GS_CUDA_CHECK_NOTHROW(...) ::groundshift::GS_CUDA_NAMESPACE::report_error((__VA_ARGS__), #__VA_ARGS__)
