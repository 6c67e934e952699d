// SPDX-License-Identifier: Apache-2.0
// Awkward but right zlib streams: kinds of data x levels, strategies, window sizes, flushes.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/codec/deflate_writer.hpp"

namespace groundshift::test {

struct DeflateVariant {
  std::string name;
  Bytes packed;
  Bytes raw;
};

/// 299 streams by zlib: kinds_of_data x (levels 0, 1, 6, 9 x 5 strategies, a small window, little memory, flushes).
/// raw_byte_count : the largest of the data
std::vector<DeflateVariant> zlib_variants(std::size_t raw_byte_count);
/// 52 streams by libdeflate: the same data x levels 1, 6, 9, 12.
std::vector<DeflateVariant> libdeflate_variants(std::size_t raw_byte_count);

/// 13 kinds of data, most of them of byte_count bytes, by name: runs, noise, text, two values, a scene ...
std::vector<std::pair<std::string, Bytes>> kinds_of_data(std::size_t byte_count);

/// A tile of 16-bit samples, four bands, differenced along rows: what satellite scenes under predictor 2 look like.
/// The same bytes for the same count, everywhere.
Bytes differenced_scene(std::size_t byte_count);

/// One bit, a cut, some bytes of the head, a run of bytes, bytes doubled, or bytes taken out.
void damage(Bytes& packed, std::mt19937_64& random);

Bytes zlib_pack(const Bytes& raw, int level, int strategy = 0, int window_bits = 15, int memory_level = 8);

}  // namespace groundshift::test
