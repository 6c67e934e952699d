// SPDX-License-Identifier: Apache-2.0
// Sums of doubles without rounding, so that the order in which tiles arrive cannot change a bit.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace groundshift {

/// Exact sum of doubles: a fixed-point number over the whole double range (least bit 2^-1074), as 32-bit digits kept
/// in 64-bit words so that carries can wait. add, merge and add_product are exact and commute; to_double rounds once,
/// to nearest even. Infinities and NaNs are tracked beside it and win as in IEEE addition. Host only; 560 bytes.
/// source : Kulisch's long accumulator, in the carry-save form of e.g. Neal, arXiv:1505.05571
class ExactDoubleSum {
 public:
  void add(double term) {
    const auto bits = std::bit_cast<std::uint64_t>(term);
    const auto exponent = static_cast<std::int32_t>((bits >> 52) & 0x7ff);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    if (exponent == 0x7ff) {
      special_ += term;  // inf - inf is NaN, as it should be
      return;
    }
    const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | (std::uint64_t{1} << 52);
    const std::int32_t position = exponent == 0 ? 0 : exponent - 1;  // bit of the mantissa's unit above 2^-1074
    const std::int32_t shift = position % kDigitBits;
    auto* digit = digits_.data() + position / kDigitBits;
    const std::uint64_t low = (mantissa & kDigitMask) << shift;
    const std::uint64_t high = (mantissa >> kDigitBits) << shift;
    const std::int64_t sign = (bits >> 63) != 0 ? -1 : 1;
    digit[0] += sign * static_cast<std::int64_t>(low & kDigitMask);
    digit[1] += sign * static_cast<std::int64_t>((low >> kDigitBits) + (high & kDigitMask));
    digit[2] += sign * static_cast<std::int64_t>(high >> kDigitBits);
    count_pending(1);
  }

  /// Adds a * b exactly (as long as the product neither overflows nor reaches below 2^-1074).
  void add_product(double a, double b) {
    const double product = a * b;
    add(product);
    if (std::isfinite(product)) add(std::fma(a, b, -product));
  }

  void merge(const ExactDoubleSum& other) {
    count_pending(other.pending_);
    for (std::size_t i = 0; i < digits_.size(); ++i) digits_[i] += other.digits_[i];
    special_ += other.special_;
  }

  /// Takes away a part that was merged or added before. Exact; an infinity in both leaves NaN.
  void subtract(const ExactDoubleSum& other) {
    count_pending(other.pending_);
    for (std::size_t i = 0; i < digits_.size(); ++i) digits_[i] -= other.digits_[i];
    special_ -= other.special_;
  }

  /// The exact sum rounded once to nearest even; +-inf when it is too large. +0 when the sum is zero.
  double to_double() const {
    if (special_ != 0.0) return special_;  // true for NaN too
    auto digits = digits_;
    carry(digits);
    const bool negative = digits.back() < 0;
    if (negative) {
      for (auto& digit : digits) digit = -digit;
      carry(digits);
    }
    std::int32_t top = kDigitCount - 1;
    while (top > 0 && digits[top] == 0) --top;
    const std::int32_t bit_length =
        top * kDigitBits + 64 - std::countl_zero(static_cast<std::uint64_t>(digits[top]));  // of the magnitude
    const std::int32_t dropped = bit_length > 53 ? bit_length - 53 : 0;
    std::uint64_t mantissa = 0;
    for (std::int32_t i = 0; i < 3; ++i) {  // digits that overlap the kept 53 bits
      const std::int32_t index = dropped / kDigitBits + i;
      if (index >= kDigitCount) break;
      const std::int32_t shift = i * kDigitBits - dropped % kDigitBits;
      const auto digit = static_cast<std::uint64_t>(digits[index]);
      mantissa |= shift < 0 ? digit >> -shift : shift < 64 ? digit << shift : 0;
    }
    if (dropped > 0 && bit_at(digits, dropped - 1) && ((mantissa & 1) != 0 || any_below(digits, dropped - 1))) {
      ++mantissa;
    }
    const double magnitude = std::ldexp(static_cast<double>(mantissa), dropped - 1074);  // exact, or infinite
    return negative ? -magnitude : magnitude;
  }

 private:
  static constexpr std::int32_t kDigitBits = 32;
  static constexpr std::uint64_t kDigitMask = 0xffffffffu;
  static constexpr std::int32_t kDigitCount = 69;  // 2098 bits of doubles, 64 bits of room, two digits of slack
  using Digits = std::array<std::int64_t, kDigitCount>;

  static void carry(Digits& digits) {
    for (std::int32_t i = 0; i + 1 < kDigitCount; ++i) {
      const std::int64_t over = digits[i] >> kDigitBits;  // floor: digits end in [0, 2^32)
      digits[i] &= static_cast<std::int64_t>(kDigitMask);
      digits[i + 1] += over;
    }
  }
  static bool bit_at(const Digits& digits, std::int32_t bit) {
    return ((digits[bit / kDigitBits] >> (bit % kDigitBits)) & 1) != 0;
  }
  static bool any_below(const Digits& digits, std::int32_t bit) {
    for (std::int32_t i = 0; i < bit / kDigitBits; ++i) {
      if (digits[i] != 0) return true;
    }
    return (digits[bit / kDigitBits] & ((std::int64_t{1} << (bit % kDigitBits)) - 1)) != 0;
  }
  /// An added term moves a word by less than 2^33: carries may wait for 2^29 terms.
  void count_pending(std::int64_t terms) {
    pending_ += terms;
    if (pending_ < (std::int64_t{1} << 29)) return;
    carry(digits_);
    pending_ = terms + 1;
  }

  Digits digits_{};
  std::int64_t pending_ = 0;
  double special_ = 0.0;
};

}  // namespace groundshift
