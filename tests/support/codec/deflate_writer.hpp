// SPDX-License-Identifier: Apache-2.0
// Writes DEFLATE streams (RFC 1951) bit by bit, right or wrong: what no compressor would write on purpose.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace groundshift::test {

using Bytes = std::vector<std::uint8_t>;

/// Code lengths to codes, first bit lowest.
std::vector<std::uint32_t> codes_of(const std::vector<int>& lengths);

class DeflateWriter {
 public:
  /// Begins with a zlib header (32 KiB window).
  DeflateWriter();

  DeflateWriter& bits(std::uint32_t value, int count);
  /// Bit of the stream that comes next.
  std::size_t position() const { return bit_count_; }

  DeflateWriter& stored(const Bytes& bytes, bool last = false);
  /// The lengths of the block's code are the fixed ones.
  DeflateWriter& begin_fixed(bool last = false);
  /// All lengths spelled out, each in 4 bits; 257 to 286 and 1 to 30 of them.
  DeflateWriter& begin_dynamic(const std::vector<int>& literal, const std::vector<int>& distance, bool last = false);
  DeflateWriter& literal(std::uint8_t byte) { return symbol(byte); }
  DeflateWriter& text(std::string_view bytes);
  /// length 3 .. 258, distance 1 .. 32768, in the code of the block.
  DeflateWriter& match(int length, int distance);
  DeflateWriter& symbol(int literal_symbol);
  DeflateWriter& distance_symbol(int distance_symbol);
  DeflateWriter& end_block() { return symbol(256); }
  /// Fills the last byte and appends the Adler-32 of `raw`.
  Bytes finish(const Bytes& raw);
  /// The same without a checksum.
  Bytes cut() const { return bytes_; }

  /// Small fixed blocks until the next bit is `offset` modulo 32; returns how many of them held a byte (200 each, at
  /// most one).
  int move_to_bit(int offset);

 private:
  Bytes bytes_;
  std::size_t bit_count_ = 0;
  std::vector<int> literal_lengths_, distance_lengths_;
  std::vector<std::uint32_t> literal_codes_, distance_codes_;
};

std::uint32_t adler32_of(const Bytes& bytes);

}  // namespace groundshift::test
