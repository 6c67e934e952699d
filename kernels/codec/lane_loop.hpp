// SPDX-License-Identifier: Apache-2.0
// A warp on the host: each region of lane code is a loop over 32 lanes, forwards or backwards.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "kernels/codec/lanes.hpp"

namespace groundshift::codec {

/// Steps by kind.
struct StepCounts {
  std::array<std::uint64_t, kStepKinds> of{};
  std::uint64_t operator[](Step step) const { return of[static_cast<std::size_t>(step)]; }
};

/// In which order a loop runs the lanes of a region: what results must not depend on.
enum class LaneOrder : std::uint8_t { forward, reversed };

/// The loop's collectives, for Warps whose Lane<T> is 32 values.
struct LoopCollectives {
  template <class T>
  struct Lane {
    T values[kLaneCount];
    T& operator[](int lane) { return values[lane]; }
    const T& operator[](int lane) const { return values[lane]; }
  };

  static std::uint32_t ballot(const Lane<bool>& predicate) {
    std::uint32_t bits = 0;
    for (int l = 0; l < kLaneCount; ++l) bits |= std::uint32_t{predicate[l]} << l;
    return bits;
  }
  template <class T>
  static T get(const Lane<T>& x, int source) {
    return x[source];
  }
  template <class T>
  static Lane<T> gather(const Lane<T>& x, const Lane<std::uint32_t>& source) {
    Lane<T> gathered;
    for (int l = 0; l < kLaneCount; ++l) gathered[l] = x[static_cast<int>(source[l])];
    return gathered;
  }
  template <class T>
  static Lane<T> shift_up(const Lane<T>& x) {
    Lane<T> shifted;
    shifted[0] = x[0];
    for (int l = 1; l < kLaneCount; ++l) shifted[l] = x[l - 1];
    return shifted;
  }
  template <class T>
  static Lane<T> exclusive_sum(const Lane<T>& x, T& total) {
    Lane<T> sums;
    total = 0;
    for (int l = 0; l < kLaneCount; ++l) {
      sums[l] = total;
      total += x[l];
    }
    return sums;
  }
  static Lane<std::uint32_t> match(const Lane<std::uint32_t>& x) {
    Lane<std::uint32_t> same;
    for (int l = 0; l < kLaneCount; ++l) {
      same[l] = 0;
      for (int k = 0; k < kLaneCount; ++k) same[l] |= std::uint32_t{x[k] == x[l]} << k;
    }
    return same;
  }

  static std::uint32_t reverse_bits(std::uint32_t x) {
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(x);
  }
  static std::uint32_t bit_count(std::uint32_t x) { return static_cast<std::uint32_t>(std::popcount(x)); }
  static int first_bit(std::uint32_t x) { return std::countr_zero(x); }
  static std::uint32_t funnel_right(std::uint32_t low, std::uint32_t high, std::uint32_t shift) {
    return static_cast<std::uint32_t>((std::uint64_t{high} << 32 | low) >> (shift & 31u));
  }
};

class LaneLoop : public LoopCollectives {
 public:
  template <class T, int Count>
  struct Array {
    T values[Count];
    T& operator[](std::uint32_t i) { return values[i]; }
    T operator[](std::uint32_t i) const { return values[i]; }
  };
  using Output = std::uint8_t*;
  static const std::uint8_t* byte_pointer(Output output, std::uint32_t) { return output; }

  /// counts : may be null
  explicit LaneLoop(LaneOrder order = LaneOrder::forward, StepCounts* counts = nullptr)
      : first_(order == LaneOrder::forward ? 0 : kLaneCount - 1),
        step_(order == LaneOrder::forward ? 1 : -1),
        counts_(counts) {}

  struct Iterator {
    int lane;
    int step;
    int operator*() const { return lane; }
    Iterator& operator++() {
      lane += step;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return lane != other.lane; }
  };
  struct Range {
    Iterator first;
    Iterator begin() const { return first; }
    Iterator end() const { return {first.lane + kLaneCount * first.step, first.step}; }
  };
  Range lanes() const { return {{first_, step_}}; }
  void sync() const {}

  void tally(Step step, std::uint32_t count) const {
    if (counts_ != nullptr) counts_->of[static_cast<std::size_t>(step)] += count;
  }
  /// The slowest lane's steps: the others wait for it.
  void tally(Step step, const Lane<std::uint32_t>& count) const {
    if (counts_ == nullptr) return;
    std::uint32_t most = 0;
    for (const std::uint32_t c : count.values) most = c > most ? c : most;
    tally(step, most);
  }

 private:
  int first_;
  int step_;
  StepCounts* counts_;
};

}  // namespace groundshift::codec
