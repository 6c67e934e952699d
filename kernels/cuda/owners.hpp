// SPDX-License-Identifier: Apache-2.0
// One owner for each kind of CUDA handle: movable, not copyable, released at scope end.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "kernels/cuda/runtime.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// A stream that does not wait for the default stream.
class Stream {
 public:
  Stream() : handle_(create()) {}
  cudaStream_t get() const noexcept { return handle_.get(); }

 private:
  struct Deleter {
    using pointer = cudaStream_t;
    void operator()(cudaStream_t s) const noexcept { GS_CUDA_CHECK_NOTHROW(cudaStreamDestroy(s)); }
  };
  static cudaStream_t create() {
    cudaStream_t stream = nullptr;
    GS_CUDA_TRY(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    return stream;
  }
  std::unique_ptr<cudaStream_t, Deleter> handle_;
};

/// An event to wait on: the waiting thread sleeps, no times are taken.
class Event {
 public:
  Event() : handle_(create()) {}
  cudaEvent_t get() const noexcept { return handle_.get(); }

 private:
  struct Deleter {
    using pointer = cudaEvent_t;
    void operator()(cudaEvent_t e) const noexcept { GS_CUDA_CHECK_NOTHROW(cudaEventDestroy(e)); }
  };
  static cudaEvent_t create() {
    cudaEvent_t event = nullptr;
    GS_CUDA_TRY(cudaEventCreateWithFlags(&event, cudaEventBlockingSync | cudaEventDisableTiming));
    return event;
  }
  std::unique_ptr<cudaEvent_t, Deleter> handle_;
};

/// `count` uninitialised values in device memory; none is allocated for 0. Throws DeviceFault when there is no room.
template <class T>
class DeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(std::size_t count) : count_(count) {
    if (count == 0) return;
    void* data = nullptr;
    GS_CUDA_TRY(cudaMalloc(&data, count * sizeof(T)));
    data_.reset(static_cast<T*>(data));
  }
  /// An empty buffer where there is no room.
  static DeviceBuffer if_there_is_room(std::size_t count) {
    void* data = nullptr;
    const cudaError_t error = cudaMalloc(&data, count * sizeof(T));
    if (error == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());  // else the next launch would be told of it
      return {};
    }
    throw_on_error(error, "cudaMalloc");
    DeviceBuffer buffer;
    buffer.data_.reset(static_cast<T*>(data));
    buffer.count_ = count;
    return buffer;
  }
  T* data() const noexcept { return data_.get(); }
  std::size_t count() const noexcept { return count_; }

 private:
  struct Deleter {
    void operator()(T* p) const noexcept { GS_CUDA_CHECK_NOTHROW(cudaFree(p)); }
  };
  std::unique_ptr<T, Deleter> data_;
  std::size_t count_ = 0;
};

/// `count` uninitialised values in page-locked host memory. Throws DeviceFault when there is no room.
template <class T>
class PinnedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit PinnedBuffer(std::size_t count) : count_(count) {
    void* data = nullptr;
    GS_CUDA_TRY(cudaMallocHost(&data, count * sizeof(T)));
    data_.reset(static_cast<T*>(data));
  }
  T* data() const noexcept { return data_.get(); }
  std::size_t count() const noexcept { return count_; }

 private:
  struct Deleter {
    void operator()(T* p) const noexcept { GS_CUDA_CHECK_NOTHROW(cudaFreeHost(p)); }
  };
  std::unique_ptr<T, Deleter> data_;
  std::size_t count_ = 0;
};

}  // namespace groundshift::GS_CUDA_NAMESPACE
