// SPDX-License-Identifier: Apache-2.0
// The calls of the CUDA runtime that kernels/cuda makes, done on the host. Streams hold their work back until somebody
// waits for them, so that a missing wait shows as stale results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>

#include "tests/support/fibre/scheduler.hpp"

namespace gs_fibre {

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorCudartUnloading = 4,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidPitchValue = 12,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorLaunchFailure = 719
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum : unsigned { cudaStreamNonBlocking = 1, cudaEventBlockingSync = 1, cudaEventDisableTiming = 2 };

struct StreamState;
struct EventState;
using cudaStream_t = StreamState*;
using cudaEvent_t = EventState*;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int major;
  int minor;
};
struct cudaFuncAttributes {
  int maxThreadsPerBlock;
};

const char* cudaGetErrorName(cudaError_t error);
/// For a failed launch the scheduler's report of the calling thread's last failure.
const char* cudaGetErrorString(cudaError_t error);

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* all_bytes);
/// Only an allocation without room leaves an error here; a launch that finds one fails with it, as a checked one would.
cudaError_t cudaGetLastError();
cudaError_t cudaMalloc(void** data, std::size_t byte_count);
cudaError_t cudaFree(void* data);
cudaError_t cudaMallocHost(void** data, std::size_t byte_count);
cudaError_t cudaFreeHost(void* data);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t byte_count, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t byte_count, cudaStream_t stream);
template <class... Args>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void (*)(Args...)) {
  attributes->maxThreadsPerBlock = 1024;
  return cudaSuccess;
}

/// Puts a kernel into the stream's queue. cudaErrorInvalidConfiguration for shapes that a device refuses.
cudaError_t enqueue_launch(const LaunchShape& shape, cudaStream_t stream, std::function<void()> body);

template <class Kernel, class... Args>
cudaError_t launch(const LaunchShape& shape, cudaStream_t stream, Kernel kernel, Args... args) {
  return enqueue_launch(
      shape, stream, [kernel, arguments = std::tuple<Args...>(std::move(args)...)] { std::apply(kernel, arguments); });
}

/// Makes the runtime call after the next `calls_before` ones fail with `error`, once. For tests of the error paths.
void fail_call(int calls_before, cudaError_t error);
/// Ends fail_call; true when it had not come to that call yet.
bool cancel_failure();
/// Device and page-locked allocations that have not been freed.
std::size_t live_allocations();
/// Bytes of the device's memory: what it has (1 GiB unless a test says otherwise), and what is allocated.
inline constexpr std::size_t kDeviceBytes = std::size_t{1} << 30;
void set_device_bytes(std::size_t byte_count);
std::size_t allocated_device_bytes();
/// Makes the next `count` allocations on the device find no room, whatever is free.
void refuse_allocations(int count);
/// Bytes copied from the host to the device since the process began.
std::uint64_t bytes_copied_in();

}  // namespace gs_fibre
