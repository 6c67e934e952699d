// SPDX-License-Identifier: Apache-2.0
// Integer sums that cannot overflow: 128 bits in two words, the same on both sides.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// Signed 128-bit integer for host-side arithmetic on exact sums (GCC and Clang on 64-bit machines).
__extension__ using Int128 = __int128;

/// Exact sum of 64-bit integers in two's complement (value = hi * 2^64 + lo). Addition is associative, so any order and
/// any grouping gives the same bits. Holds 2^64 terms of any size; wraps beyond, without undefined behaviour.
/// agreement : exact
struct ExactSum {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  GS_HD void add(std::int64_t term) { add_words(static_cast<std::uint64_t>(term), term < 0 ? ~std::uint64_t{0} : 0); }
  GS_HD void add_unsigned(std::uint64_t term) { add_words(term, 0); }
  GS_HD void merge(const ExactSum& other) { add_words(other.lo, other.hi); }
  GS_HD void add_words(std::uint64_t term_lo, std::uint64_t term_hi) {
    lo += term_lo;
    hi += term_hi + (lo < term_lo ? 1u : 0u);
  }
  friend GS_HD bool operator==(const ExactSum& a, const ExactSum& b) { return a.lo == b.lo && a.hi == b.hi; }

  /// Host only: the value as one number.
  Int128 value() const {
    __extension__ using Unsigned128 = unsigned __int128;
    return static_cast<Int128>((static_cast<Unsigned128>(hi) << 64) | lo);
  }
};

}  // namespace groundshift
