// SPDX-License-Identifier: Apache-2.0
// A warp of 32 threads, for the code of kernels/codec that is written once for all Warps (codec/lanes.hpp).
#pragma once

#include <cstdint>

#include "kernels/codec/lanes.hpp"
#include "kernels/cuda/runtime.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Blocks are one-dimensional and whole warps.
class ThreadLanes {
 public:
  static constexpr unsigned kAll = 0xffffffffu;

  template <class T>
  struct Lane {
    T value;
    __device__ __forceinline__ T& operator[](int) { return value; }
    __device__ __forceinline__ const T& operator[](int) const { return value; }
  };
  template <class T, int Count>
  struct Array {
    T values[Count];
    __device__ __forceinline__ T& operator[](std::uint32_t i) { return values[i]; }
    __device__ __forceinline__ T operator[](std::uint32_t i) const { return values[i]; }
  };
  using Output = std::uint8_t*;
  __device__ __forceinline__ static const std::uint8_t* byte_pointer(Output output, std::uint32_t) { return output; }

  __device__ __forceinline__ static int lane_number() { return static_cast<int>(threadIdx.x & 31u); }

  /// A region's one lane: the calling thread's.
  struct Itself {
    int lane;
    struct Iterator {
      int lane;
      __device__ __forceinline__ int operator*() const { return lane; }
      __device__ __forceinline__ Iterator& operator++() {
        ++lane;
        return *this;
      }
      __device__ __forceinline__ bool operator!=(const Iterator& other) const { return lane != other.lane; }
    };
    __device__ __forceinline__ Iterator begin() const { return {lane}; }
    __device__ __forceinline__ Iterator end() const { return {lane + 1}; }
  };
  __device__ __forceinline__ Itself lanes() const { return {lane_number()}; }
  __device__ __forceinline__ void sync() const { __syncwarp(kAll); }

  __device__ __forceinline__ static std::uint32_t ballot(const Lane<bool>& predicate) {
    return __ballot_sync(kAll, predicate.value ? 1 : 0);
  }
  template <class T>
  __device__ __forceinline__ static T get(const Lane<T>& x, int source) {
    return __shfl_sync(kAll, x.value, source);
  }
  template <class T>
  __device__ __forceinline__ static Lane<T> gather(const Lane<T>& x, const Lane<std::uint32_t>& source) {
    return {__shfl_sync(kAll, x.value, static_cast<int>(source.value))};
  }
  template <class T>
  __device__ __forceinline__ static Lane<T> shift_up(const Lane<T>& x) {
    return {__shfl_up_sync(kAll, x.value, 1u)};
  }
  template <class T>
  __device__ __forceinline__ static Lane<T> exclusive_sum(const Lane<T>& x, T& total) {
    T sum = x.value;
    for (unsigned distance = 1; distance < 32; distance *= 2) {
      const T lower = __shfl_up_sync(kAll, sum, distance);
      if (lane_number() >= static_cast<int>(distance)) sum += lower;
    }
    total = __shfl_sync(kAll, sum, 31);
    return {static_cast<T>(sum - x.value)};
  }
  __device__ __forceinline__ static Lane<std::uint32_t> match(const Lane<std::uint32_t>& x) {
    return {__match_any_sync(kAll, x.value)};
  }

  __device__ __forceinline__ static std::uint32_t reverse_bits(std::uint32_t x) { return __brev(x); }
  __device__ __forceinline__ static std::uint32_t bit_count(std::uint32_t x) {
    return static_cast<std::uint32_t>(__popc(x));
  }
  __device__ __forceinline__ static int first_bit(std::uint32_t x) { return __ffs(static_cast<int>(x)) - 1; }
  __device__ __forceinline__ static std::uint32_t funnel_right(std::uint32_t low, std::uint32_t high,
                                                               std::uint32_t shift) {
    return __funnelshift_r(low, high, shift);
  }

  // Steps are counted where the host runs the lanes.
  __device__ __forceinline__ static void tally(codec::Step, std::uint32_t) {}
  __device__ __forceinline__ static void tally(codec::Step, const Lane<std::uint32_t>&) {}
};

}  // namespace groundshift::GS_CUDA_NAMESPACE
