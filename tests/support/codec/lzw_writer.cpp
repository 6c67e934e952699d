// SPDX-License-Identifier: Apache-2.0
// Bits from the highest down, and a table of strings by what they were appended to and the byte that was.
#include "tests/support/codec/lzw_writer.hpp"

#include <vector>

namespace groundshift::test {

LzwWriter& LzwWriter::bits(std::uint32_t value, int count) {
  for (int k = count - 1; k >= 0; --k) {
    if (bit_count_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> k & 1u) << (7 - bit_count_ % 8));
    ++bit_count_;
  }
  return *this;
}

LzwWriter& LzwWriter::code(int code) {
  bits(static_cast<std::uint32_t>(code), width_);
  if (code == kClear) {
    next_ = kFirstString - 1;
    width_ = 9;
    return *this;
  }
  ++next_;
  if (next_ == 511 || next_ == 1023 || next_ == 2047) ++width_;
  return *this;
}

Bytes lzw_pack_plainly(const Bytes& raw, int most_codes, bool ended) {
  constexpr int kStrings = 4096;
  LzwWriter writer;
  writer.clear();
  std::vector<int> strings(std::size_t{kStrings} * 256, -1);
  std::vector<std::size_t> taken;
  int code_count = 0;
  int current = -1;  // the string so far
  for (const std::uint8_t byte : raw) {
    if (current < 0) {
      current = byte;
      continue;
    }
    const std::size_t place = static_cast<std::size_t>(current) * 256 + byte;
    if (strings[place] >= 0) {
      current = strings[place];
      continue;
    }
    writer.code(current);
    if (++code_count == most_codes) {
      writer.clear();
      for (const std::size_t one : taken) strings[one] = -1;
      taken.clear();
      code_count = 0;
    } else if (writer.next_string() < kStrings) {
      strings[place] = writer.next_string();
      taken.push_back(place);
    }
    current = byte;
  }
  if (current >= 0) writer.code(current);
  if (ended) writer.end();
  return writer.bytes();
}

}  // namespace groundshift::test
