// SPDX-License-Identifier: Apache-2.0
// What device code may do, on the host: built-in variables, barriers, warp collectives, atomics.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

namespace gs_fibre {

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

const dim3& thread_index();
const dim3& block_index();
const dim3& block_size();
const dim3& grid_size();
/// The block's dynamic shared memory: as many bytes as the launch asked for, 0xCD before each block.
void* dynamic_shared_bytes();
template <class T>
T* dynamic_shared() {
  static_assert(alignof(T) <= 16);
  return static_cast<T*>(dynamic_shared_bytes());
}

using Site = std::source_location;

/// Waits for all threads of the block. Threads that wait at different lines, or for threads that have returned, end
/// the launch with an error that names both.
void __syncthreads(Site site = Site::current());

/// One warp collective: hands in `given` and gets what lane `source` of the mask handed in. Ends the launch with an
/// error when that lane is not in the mask.
std::uint64_t exchange(unsigned mask, std::uint64_t given, int source, const Site& site);
/// Bits of the lanes of the mask whose predicate is not 0.
unsigned __ballot_sync(unsigned mask, int predicate, Site site = Site::current());
/// Bits of the lanes of the mask that hand in the same value as the calling one.
unsigned __match_any_sync(unsigned mask, unsigned value, Site site = Site::current());
void __syncwarp(unsigned mask = 0xffffffffu, Site site = Site::current());
int lane_index();

template <class T>
T shuffle(unsigned mask, T value, int source, const Site& site) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof(T));
  word = exchange(mask, word, source, site);
  std::memcpy(&value, &word, sizeof(T));
  return value;
}

inline constexpr int kWarp = 32;
template <class T>
T __shfl_sync(unsigned mask, T value, int source, Site site = Site::current()) {
  return shuffle(mask, value, source & (kWarp - 1), site);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned offset, Site site = Site::current()) {
  const int source = lane_index() + static_cast<int>(offset);
  return shuffle(mask, value, source < kWarp ? source : lane_index(), site);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned offset, Site site = Site::current()) {
  const int source = lane_index() - static_cast<int>(offset);
  return shuffle(mask, value, source >= 0 ? source : lane_index(), site);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, Site site = Site::current()) {
  return shuffle(mask, value, (lane_index() ^ bits) & (kWarp - 1), site);
}

// Words of 32 bits.
inline unsigned __brev(unsigned x) {
  unsigned reversed = 0;
  for (int i = 0; i < 32; ++i) reversed |= (x >> i & 1u) << (31 - i);
  return reversed;
}
inline int __popc(unsigned x) { return std::popcount(x); }
/// 1 + the lowest set bit's number; 0 when there is none.
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1; }
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  return static_cast<unsigned>((std::uint64_t{high} << 32 | low) >> (shift & 31u));
}

// Launches of several host threads may meet in memory, so these are atomic for real.
template <class T>
T atomicAdd(T* address, T value) {
  static_assert(std::is_integral_v<T>, "a float atomic has no fixed order");
  return __atomic_fetch_add(address, value, __ATOMIC_RELAXED);
}
template <class T>
T atomicOr(T* address, T value) {
  return __atomic_fetch_or(address, value, __ATOMIC_RELAXED);
}
template <class T>
T atomicCAS(T* address, T expected, T desired) {
  __atomic_compare_exchange_n(address, &expected, desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return expected;
}
template <class T>
T atomicMax(T* address, T value) {
  T seen = __atomic_load_n(address, __ATOMIC_RELAXED);
  while (seen < value &&
         !__atomic_compare_exchange_n(address, &seen, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return seen;
}
template <class T>
T atomicMin(T* address, T value) {
  T seen = __atomic_load_n(address, __ATOMIC_RELAXED);
  while (value < seen &&
         !__atomic_compare_exchange_n(address, &seen, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return seen;
}

}  // namespace gs_fibre
