// SPDX-License-Identifier: Apache-2.0
// Seconds of work on a device by the device's own clock.
#pragma once

#include "kernels/cuda/runtime.hpp"

namespace groundshift::bench {

/// Events that take times (the executor's own do not).
class DeviceTimer {
 public:
  DeviceTimer() {
    GS_CUDA_TRY(cudaEventCreate(&begin_));
    GS_CUDA_TRY(cudaEventCreate(&end_));
  }
  ~DeviceTimer() {
    GS_CUDA_CHECK_NOTHROW(cudaEventDestroy(begin_));
    GS_CUDA_CHECK_NOTHROW(cudaEventDestroy(end_));
  }
  DeviceTimer(const DeviceTimer&) = delete;
  DeviceTimer& operator=(const DeviceTimer&) = delete;

  /// Seconds that what `work` starts on `stream` takes there.
  template <class F>
  double seconds(cudaStream_t stream, const F& work) {
    GS_CUDA_TRY(cudaEventRecord(begin_, stream));
    work();
    GS_CUDA_TRY(cudaEventRecord(end_, stream));
    GS_CUDA_TRY(cudaEventSynchronize(end_));
    float milliseconds = 0;
    GS_CUDA_TRY(cudaEventElapsedTime(&milliseconds, begin_, end_));
    return milliseconds * 1e-3;
  }

 private:
  cudaEvent_t begin_ = nullptr;
  cudaEvent_t end_ = nullptr;
};

}  // namespace groundshift::bench
