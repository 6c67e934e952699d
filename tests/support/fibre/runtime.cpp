// SPDX-License-Identifier: Apache-2.0
// Streams as queues of host work, device memory as host memory that knows its bounds.
#include "tests/support/fibre/runtime.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace gs_fibre {

struct StreamState {
  std::mutex mutex;
  std::deque<std::function<void()>> work;
  std::uint64_t enqueued = 0;
  std::uint64_t done = 0;
  cudaError_t failure = cudaSuccess;  // of earlier work: a failed stream stays failed
};

struct EventState {
  StreamState* stream = nullptr;
  std::uint64_t position = 0;
};

namespace {

std::atomic<int> g_calls_before_failure{-1};
std::atomic<cudaError_t> g_failure{cudaSuccess};
std::mutex g_memory_mutex;
std::map<const char*, std::size_t> g_device_memory;
std::map<const char*, std::size_t> g_pinned_memory;
std::atomic<std::size_t> g_device_bytes{kDeviceBytes};
std::atomic<int> g_refusals{0};
std::atomic<std::uint64_t> g_bytes_copied_in{0};
thread_local std::string t_launch_report;
thread_local cudaError_t t_last_error = cudaSuccess;

constexpr unsigned kMaxThreads = 1024;
constexpr std::size_t kMaxSharedBytes = 48 * 1024;
constexpr unsigned kMaxGridSide = 65535;  // y and z
constexpr std::size_t kAlignment = 256;   // of device allocations

// Every call passes here first: the place where fail_call strikes.
cudaError_t called() {
  if (g_calls_before_failure.load() < 0) return cudaSuccess;
  return g_calls_before_failure.fetch_sub(1) == 0 ? g_failure.load() : cudaSuccess;
}

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  const std::lock_guard lock(stream->mutex);
  if (stream->failure != cudaSuccess) return stream->failure;
  stream->work.push_back(std::move(work));
  ++stream->enqueued;
  return cudaSuccess;
}

cudaError_t drain(StreamState& stream, std::uint64_t until) {
  const std::lock_guard lock(stream.mutex);
  while (stream.failure == cudaSuccess && stream.done < until) {
    try {
      stream.work.front()();
    } catch (const std::runtime_error& report) {
      t_launch_report = report.what();
      stream.failure = cudaErrorLaunchFailure;
    }
    stream.work.pop_front();
    ++stream.done;
  }
  return stream.failure;
}

bool on_device(const void* data, std::size_t byte_count) {
  const std::lock_guard lock(g_memory_mutex);
  const auto* begin = static_cast<const char*>(data);
  auto above = g_device_memory.upper_bound(begin);
  if (above == g_device_memory.begin()) return false;
  --above;
  return begin + byte_count <= above->first + above->second;
}

// 0xCD all over: what is read before it is written is wrong in a way that shows.
cudaError_t allocate(void** data, std::size_t byte_count, std::map<const char*, std::size_t>& registry) {
  void* memory = nullptr;
  if (posix_memalign(&memory, kAlignment, byte_count != 0 ? byte_count : 1) != 0) return cudaErrorMemoryAllocation;
  std::memset(memory, 0xCD, byte_count);
  const std::lock_guard lock(g_memory_mutex);
  registry[static_cast<const char*>(memory)] = byte_count;
  *data = memory;
  return cudaSuccess;
}

cudaError_t release(void* data, std::map<const char*, std::size_t>& registry) {
  if (data == nullptr) return cudaSuccess;
  {
    const std::lock_guard lock(g_memory_mutex);
    if (registry.erase(static_cast<const char*>(data)) == 0) return cudaErrorInvalidValue;
  }
  std::free(data);
  return cudaSuccess;
}

}  // namespace

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorCudartUnloading: return "cudaErrorCudartUnloading";
    case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
    case cudaErrorInvalidPitchValue: return "cudaErrorInvalidPitchValue";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
  }
  return "unknown";
}

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorLaunchFailure ? t_launch_report.c_str() : "from the host stand-in";
}

cudaError_t cudaGetDeviceCount(int* count) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  if (device != 0) return cudaErrorInvalidDevice;
  std::strcpy(properties->name, "host fibres");
  properties->totalGlobalMem = g_device_bytes;
  properties->major = 0;
  properties->minor = 0;
  return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* version) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  *version = 12040;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  return device == 0 ? cudaSuccess : cudaErrorInvalidDevice;
}

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* all_bytes) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  const std::size_t used = allocated_device_bytes();
  *all_bytes = g_device_bytes;
  *free_bytes = *all_bytes > used ? *all_bytes - used : 0;
  return cudaSuccess;
}

cudaError_t cudaGetLastError() { return std::exchange(t_last_error, cudaSuccess); }

cudaError_t cudaMalloc(void** data, std::size_t byte_count) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  const std::size_t used = allocated_device_bytes();
  const bool refused = g_refusals > 0 && g_refusals.fetch_sub(1) > 0;
  if (refused || used > g_device_bytes || byte_count > g_device_bytes - used) {
    return t_last_error = cudaErrorMemoryAllocation;
  }
  return allocate(data, byte_count, g_device_memory);
}
cudaError_t cudaMallocHost(void** data, std::size_t byte_count) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  return allocate(data, byte_count, g_pinned_memory);
}
cudaError_t cudaFree(void* data) { return release(data, g_device_memory); }
cudaError_t cudaFreeHost(void* data) { return release(data, g_pinned_memory); }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  *stream = new StreamState;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  return drain(*stream, stream->enqueued);
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned /*flags*/) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  *event = new EventState;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  event->stream = stream;
  event->position = stream->enqueued;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  return event->stream == nullptr ? cudaSuccess : drain(*event->stream, event->position);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t byte_count, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return cudaMemcpy2DAsync(to, byte_count, from, byte_count, byte_count, 1, kind, stream);
}

cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  if (width == 0 || height == 0) return cudaSuccess;
  if (to_pitch < width || from_pitch < width) return cudaErrorInvalidPitchValue;
  const bool in = kind == cudaMemcpyHostToDevice;
  const bool to_device = kind != cudaMemcpyDeviceToHost;
  const auto wrong = [&](const void* side, std::size_t pitch, bool device) {
    return device ? !on_device(side, pitch * (height - 1) + width) : on_device(side, 1);
  };
  if (wrong(to, to_pitch, to_device) || wrong(from, from_pitch, !in)) return cudaErrorInvalidValue;
  if (in) g_bytes_copied_in += width * height;
  return enqueue(stream, [=] {
    for (std::size_t row = 0; row < height; ++row) {
      std::memcpy(static_cast<char*>(to) + row * to_pitch, static_cast<const char*>(from) + row * from_pitch, width);
    }
  });
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t byte_count, cudaStream_t stream) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  if (!on_device(to, byte_count)) return cudaErrorInvalidValue;
  return enqueue(stream, [=] { std::memset(to, value, byte_count); });
}

cudaError_t enqueue_launch(const LaunchShape& shape, cudaStream_t stream, std::function<void()> body) {
  if (const cudaError_t error = called(); error != cudaSuccess) return error;
  if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) return error;
  const dim3& grid = shape.grid;
  const dim3& block = shape.block;
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  const bool fits = grid.x > 0 && grid.x <= 0x7fffffffu && grid.y > 0 && grid.y <= kMaxGridSide && grid.z > 0 &&
                    grid.z <= kMaxGridSide && threads > 0 && threads <= kMaxThreads &&
                    shape.shared_bytes <= kMaxSharedBytes;
  if (!fits) return cudaErrorInvalidConfiguration;
  return enqueue(stream, [shape, body = std::move(body)] { run_blocks(shape, body); });
}

void fail_call(int calls_before, cudaError_t error) {
  g_failure = error;
  g_calls_before_failure = calls_before;
}

bool cancel_failure() { return g_calls_before_failure.exchange(-1) >= 0; }

void set_device_bytes(std::size_t byte_count) { g_device_bytes = byte_count; }

void refuse_allocations(int count) { g_refusals = count; }

std::size_t allocated_device_bytes() {
  const std::lock_guard lock(g_memory_mutex);
  std::size_t sum = 0;
  for (const auto& [data, byte_count] : g_device_memory) sum += byte_count;
  return sum;
}

std::uint64_t bytes_copied_in() { return g_bytes_copied_in; }

std::size_t live_allocations() {
  const std::lock_guard lock(g_memory_mutex);
  return g_device_memory.size() + g_pinned_memory.size();
}

}  // namespace gs_fibre
