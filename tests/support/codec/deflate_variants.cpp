// SPDX-License-Identifier: Apache-2.0
// Data that compressors treat in different ways, from runs to noise, all from a seed.
#include "tests/support/codec/deflate_variants.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>

namespace groundshift::test {
namespace {

void drive(z_stream& z, Bytes& to, int flush) {
  do {
    Bytes chunk(65536);
    z.next_out = chunk.data();
    z.avail_out = static_cast<uInt>(chunk.size());
    if (deflate(&z, flush) == Z_STREAM_ERROR) throw std::runtime_error("zlib's deflate failed");
    to.insert(to.end(), chunk.begin(), chunk.end() - z.avail_out);
  } while (z.avail_out == 0);
}

Bytes pack_with_flushes(const Bytes& raw, std::mt19937& random) {
  z_stream z{};
  if (deflateInit(&z, 6) != Z_OK) throw std::runtime_error("deflateInit failed");
  Bytes packed;
  constexpr std::size_t kPiece = 3777;
  for (std::size_t at = 0; at < raw.size(); at += kPiece) {
    constexpr int kFlushes[] = {Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_NO_FLUSH, Z_PARTIAL_FLUSH};
    z.next_in = const_cast<Bytef*>(raw.data() + at);
    z.avail_in = static_cast<uInt>(std::min(kPiece, raw.size() - at));
    drive(z, packed, kFlushes[random() % 4]);
  }
  drive(z, packed, Z_FINISH);
  deflateEnd(&z);
  return packed;
}

}  // namespace

std::vector<std::pair<std::string, Bytes>> kinds_of_data(std::size_t count) {
  std::mt19937 random(5);
  const auto noise = [&](std::size_t n) {
    Bytes bytes(n);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    return bytes;
  };
  const auto repeat = [&](const Bytes& period) {
    Bytes bytes(count);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = period[i % period.size()];
    return bytes;
  };
  const auto append = [](Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const auto drawn = [&](const Bytes& from) {
    Bytes bytes(count);
    for (auto& b : bytes) b = from[random() % from.size()];
    return bytes;
  };
  Bytes every(256);
  for (std::size_t i = 0; i < 256; ++i) every[i] = static_cast<std::uint8_t>(i);
  const Bytes scene = differenced_scene(count);
  const Bytes text = {'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd'};
  const Bytes start(scene.begin(), scene.begin() + static_cast<std::ptrdiff_t>(count / 50));
  return {
      {"scene", scene},
      {"zeros", Bytes(count, 0)},
      {"noise", noise(count / 3)},
      {"period 2", repeat({'a', 'b'})},
      {"period 3", repeat({'a', 'b', 'c'})},
      {"every byte", repeat(every)},
      {"runs and noise", append(append(append(Bytes(count / 4, 0), noise(count / 80)), Bytes(count / 3, 7)), start)},
      {"one byte", {'x'}},
      {"no byte", {}},
      {"text", text},
      {"short period, then zeros", append(repeat(noise(3)), Bytes(count / 6, 0))},
      {"two values", drawn({0, 1})},
      {"rare value", drawn({0, 0, 0, 0, 0, 0, 0, 255})},
  };
}

Bytes differenced_scene(std::size_t byte_count) {
  constexpr std::size_t kBands = 4;
  constexpr std::size_t kWidth = 512;
  std::mt19937_64 random(11);
  Bytes bytes(byte_count);
  int level[kBands] = {};
  for (std::size_t at = 0; at + 1 < byte_count; at += 2) {
    const std::size_t sample = at / 2;
    const std::size_t band = sample % kBands;
    const std::size_t pixel = sample / kBands;
    const int field = static_cast<int>((pixel % kWidth / 37 * 7 + pixel / kWidth / 29 * 13) % 11) * 40;
    int noise = -16;
    for (int k = 0; k < 4; ++k) noise += static_cast<int>(random() % 9);
    const int value = 500 + static_cast<int>(band) * 150 + field + noise;
    const int step = pixel % kWidth == 0 ? value : value - level[band];
    level[band] = value;
    bytes[at] = static_cast<std::uint8_t>(step);
    bytes[at + 1] = static_cast<std::uint8_t>(step >> 8);
  }
  return bytes;
}

Bytes zlib_pack(const Bytes& raw, int level, int strategy, int window_bits, int memory_level) {
  z_stream z{};
  if (deflateInit2(&z, level, Z_DEFLATED, window_bits, memory_level, strategy) != Z_OK) {
    throw std::runtime_error("deflateInit2 failed");
  }
  z.next_in = const_cast<Bytef*>(raw.data());
  z.avail_in = static_cast<uInt>(raw.size());
  Bytes packed;
  drive(z, packed, Z_FINISH);
  deflateEnd(&z);
  return packed;
}

std::vector<DeflateVariant> zlib_variants(std::size_t raw_byte_count) {
  std::mt19937 random(6);
  std::vector<DeflateVariant> variants;
  for (const auto& [kind, raw] : kinds_of_data(raw_byte_count)) {
    const auto add = [&, &name = kind, &data = raw](const std::string& how, Bytes packed) {
      variants.push_back({name + ", " + how, std::move(packed), data});
    };
    for (const int level : {0, 1, 6, 9}) {
      for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
        add("level " + std::to_string(level) + " strategy " + std::to_string(strategy),
            zlib_pack(raw, level, strategy));
      }
    }
    add("window of 512 bytes", zlib_pack(raw, 6, 0, 9));
    add("memory level 1", zlib_pack(raw, 6, 0, 15, 1));
    add("flushes", pack_with_flushes(raw, random));
  }
  return variants;
}

std::vector<DeflateVariant> libdeflate_variants(std::size_t raw_byte_count) {
  std::vector<DeflateVariant> variants;
  for (const auto& [kind, raw] : kinds_of_data(raw_byte_count)) {
    for (const int level : {1, 6, 9, 12}) {
      const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
          libdeflate_alloc_compressor(level), libdeflate_free_compressor);
      Bytes packed(libdeflate_zlib_compress_bound(compressor.get(), raw.size()));
      packed.resize(libdeflate_zlib_compress(compressor.get(), raw.data(), raw.size(), packed.data(), packed.size()));
      variants.push_back({kind + ", libdeflate level " + std::to_string(level), std::move(packed), raw});
    }
  }
  return variants;
}

void damage(Bytes& packed, std::mt19937_64& random) {
  const auto at = [&](std::size_t end) { return 2 + static_cast<std::size_t>(random() % (end - 2)); };
  const std::size_t place = at(packed.size());
  const auto here = packed.begin() + static_cast<std::ptrdiff_t>(place);
  const auto run = static_cast<std::ptrdiff_t>(std::min<std::size_t>(1 + random() % 40, packed.size() - place));
  switch (random() % 6) {
    case 0: packed[place] ^= static_cast<std::uint8_t>(1u << (random() % 8)); break;
    case 1: packed.resize(place); break;
    case 2:
      for (int k = 0; k < 8; ++k)
        packed[at(std::min<std::size_t>(packed.size(), 200))] = static_cast<std::uint8_t>(random());
      break;
    case 3:
      for (auto byte = here; byte != here + run; ++byte) *byte = static_cast<std::uint8_t>(random());
      break;
    case 4: {
      const Bytes doubled(here, here + run);
      packed.insert(here, doubled.begin(), doubled.end());
      break;
    }
    default: packed.erase(here, here + run);
  }
}

}  // namespace groundshift::test
