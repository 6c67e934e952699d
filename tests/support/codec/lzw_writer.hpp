// SPDX-License-Identifier: Apache-2.0
// Writes TIFF's LZW code by code, right or wrong: what no packer would write on purpose.
#pragma once

#include <cstdint>
#include <span>

#include "tests/support/codec/deflate_writer.hpp"

namespace groundshift::test {

/// Begins with nothing: the Clear in front is the caller's.
class LzwWriter {
 public:
  static constexpr int kClear = 256, kEnd = 257, kFirstString = 258;

  /// In as many bits as a code has there; 256 clears the table.
  LzwWriter& code(int code);
  LzwWriter& clear() { return code(kClear); }
  LzwWriter& end() { return code(kEnd); }
  LzwWriter& codes(std::span<const int> several) {
    for (const int one : several) code(one);
    return *this;
  }
  LzwWriter& bits(std::uint32_t value, int count);

  /// Number that the next string gets; 257 right behind a Clear, where the next code makes none.
  int next_string() const { return next_; }
  int width() const { return width_; }
  std::size_t bit_count() const { return bit_count_; }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  std::size_t bit_count_ = 0;
  int next_ = kFirstString - 1;
  int width_ = 9;
};

/// A greedy packer: `most_codes` between two Clears (4094 strings: 3837), none of them of more than 12 bits.
/// ended : with the code that says so
Bytes lzw_pack_plainly(const Bytes& raw, int most_codes = 3837, bool ended = true);

}  // namespace groundshift::test
