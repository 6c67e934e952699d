// SPDX-License-Identifier: Apache-2.0
// DEFLATE's fixed tables and bit order, seen from the writing side.
#include "tests/support/codec/deflate_writer.hpp"

#include <algorithm>
#include <stdexcept>

namespace groundshift::test {

std::vector<std::uint32_t> codes_of(const std::vector<int>& lengths) {
  std::vector<std::uint32_t> codes(lengths.size(), 0);
  std::uint32_t next = 0;
  for (int n = 1; n <= 15; ++n) {
    next <<= 1;
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      if (lengths[s] != n) continue;
      for (int b = 0; b < n; ++b) codes[s] |= (next >> b & 1u) << (n - 1 - b);
      ++next;
    }
  }
  return codes;
}

DeflateWriter::DeflateWriter() { bits(0x78, 8).bits(0x9c, 8); }

DeflateWriter& DeflateWriter::bits(std::uint32_t value, int count) {
  for (int b = 0; b < count; ++b, ++bit_count_) {
    if (bit_count_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() |= static_cast<std::uint8_t>((value >> b & 1u) << (bit_count_ % 8));
  }
  return *this;
}

DeflateWriter& DeflateWriter::stored(const Bytes& bytes, bool last) {
  if (bytes.size() > 65535) throw std::invalid_argument("a stored block holds at most 65535 bytes");
  const auto count = static_cast<std::uint32_t>(bytes.size());
  bits(last ? 1 : 0, 1).bits(0, 2);
  while (bit_count_ % 8 != 0) bits(0, 1);
  bits(count, 16).bits(~count & 0xffffu, 16);
  for (const std::uint8_t b : bytes) bits(b, 8);
  return *this;
}

DeflateWriter& DeflateWriter::begin_fixed(bool last) {
  literal_lengths_.resize(288);
  for (int s = 0; s < 288; ++s) literal_lengths_[s] = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
  distance_lengths_.assign(32, 5);
  literal_codes_ = codes_of(literal_lengths_);
  distance_codes_ = codes_of(distance_lengths_);
  return bits(last ? 1 : 0, 1).bits(1, 2);
}

DeflateWriter& DeflateWriter::begin_dynamic(const std::vector<int>& literal, const std::vector<int>& distance,
                                            bool last) {
  literal_lengths_ = literal;
  distance_lengths_ = distance;
  literal_codes_ = codes_of(literal);
  distance_codes_ = codes_of(distance);
  bits(last ? 1 : 0, 1).bits(2, 2);
  bits(static_cast<std::uint32_t>(literal.size() - 257), 5);
  bits(static_cast<std::uint32_t>(distance.size() - 1), 5);
  bits(15, 4);                                          // all 19 lengths of the code length code follow
  for (int i = 0; i < 19; ++i) bits(i < 3 ? 0 : 4, 3);  // 16, 17, 18 unused; 0 .. 15 in four bits each
  const auto spelled = codes_of(std::vector<int>(16, 4));
  for (const int n : literal) bits(spelled[static_cast<std::size_t>(n)], 4);
  for (const int n : distance) bits(spelled[static_cast<std::size_t>(n)], 4);
  return *this;
}

DeflateWriter& DeflateWriter::symbol(int literal_symbol) {
  const auto s = static_cast<std::size_t>(literal_symbol);
  return bits(literal_codes_.at(s), literal_lengths_.at(s));
}
DeflateWriter& DeflateWriter::distance_symbol(int distance_symbol) {
  const auto s = static_cast<std::size_t>(distance_symbol);
  return bits(distance_codes_.at(s), distance_lengths_.at(s));
}
DeflateWriter& DeflateWriter::text(std::string_view bytes) {
  for (const char c : bytes) literal(static_cast<std::uint8_t>(c));
  return *this;
}

DeflateWriter& DeflateWriter::match(int length, int distance) {
  if (length == 258) {
    symbol(285);
  } else if (length < 11) {
    symbol(254 + length);
  } else {
    int extra = 1;
    while (length - 3 >= 8 << extra) ++extra;
    const int step = (length - 3) >> extra;  // 4 .. 7
    symbol(257 + 4 * extra + step).bits(static_cast<std::uint32_t>(length - 3), extra);
  }
  if (distance < 5) return distance_symbol(distance - 1);
  int extra = 1;
  while (distance - 1 >= 4 << extra) ++extra;
  const int step = (distance - 1) >> extra;  // 2, 3
  return distance_symbol(2 * extra + step).bits(static_cast<std::uint32_t>(distance - 1), extra);
}

Bytes DeflateWriter::finish(const Bytes& raw) {
  Bytes whole = bytes_;
  const std::uint32_t sum = adler32_of(raw);
  for (int shift = 24; shift >= 0; shift -= 8) whole.push_back(static_cast<std::uint8_t>(sum >> shift));
  return whole;
}

int DeflateWriter::move_to_bit(int offset) {
  // An empty fixed block takes 10 bits, one with a literal of nine bits 19: odd, so every offset is reached.
  int literals = 0;
  while (bit_count_ % 32 != static_cast<std::size_t>(offset)) {
    const bool odd = (bit_count_ + static_cast<std::size_t>(offset)) % 2 != 0;
    begin_fixed();
    if (odd) literal(200);
    literals += odd ? 1 : 0;
    end_block();
  }
  return literals;
}

std::uint32_t adler32_of(const Bytes& bytes) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const std::uint8_t d : bytes) {
    a = (a + d) % 65521u;
    b = (b + a) % 65521u;
  }
  return b << 16 | a;
}

}  // namespace groundshift::test
