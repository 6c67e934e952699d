// SPDX-License-Identifier: Apache-2.0
// The codecs of readers and writers on blocks in memory, with plain predictors.
#include "host/bench/codec_rates.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "kernels/codec/block_decoder.hpp"
#include "kernels/codec/block_encoder.hpp"

namespace groundshift {
namespace {

/// Blocks that a core takes on at once, as readers do.
constexpr std::size_t kTogether = 2;

bool as_they_stand(const StoredBlocks& blocks, std::size_t block) {
  return blocks.codec == BlockCodec::none &&
         blocks.packed[block].size() == static_cast<std::size_t>(blocks.block_bytes());
}

/// The stored bytes without their codec, one block behind the other; those that have none stay where they are.
void inflate(const StoredBlocks& blocks, std::size_t first, std::size_t end, std::span<std::byte> scratch) {
  const auto wanted = static_cast<std::size_t>(blocks.block_bytes());
  thread_local BlockDecoder decoder;
  thread_local std::vector<Unpacking> unpacking;
  unpacking.clear();
  for (std::size_t b = first; b < end; ++b) {
    if (as_they_stand(blocks, b)) {
      unpacking.emplace_back();  // nothing to do
    } else {
      unpacking.push_back({blocks.packed[b], scratch.subspan((b - first) * wanted, wanted)});
    }
  }
  decoder.unpack(blocks.codec, unpacking);
  for (std::size_t b = first; b < end; ++b) {
    if (unpacking[b - first].status == BlockStatus::ok) continue;
    throw InputError(fmt::format("stored block {} does not unpack to {} bytes", b, wanted));
  }
}

/// Undoes predictor 2 (or none) and parts the lanes. Lanes: a compile-time number keeps the running sums in registers.
template <class T, int Lanes>
void part_row(const T* from, T* to, std::int32_t width, std::ptrdiff_t plane, bool sums) {
  T running[Lanes] = {};
  for (std::int32_t x = 0; x < width; ++x) {
    for (int lane = 0; lane < Lanes; ++lane) {
      const T value = from[x * Lanes + lane];
      running[lane] = sums ? static_cast<T>(running[lane] + value) : value;
      to[lane * plane + x] = running[lane];
    }
  }
}

template <class T>
void part_any_row(const T* from, T* to, std::int32_t width, std::int32_t lanes, std::ptrdiff_t plane, bool sums) {
  switch (lanes) {
    case 1: return part_row<T, 1>(from, to, width, plane, sums);
    case 3: return part_row<T, 3>(from, to, width, plane, sums);
    case 4: return part_row<T, 4>(from, to, width, plane, sums);
    case 8: return part_row<T, 8>(from, to, width, plane, sums);
    case 13: return part_row<T, 13>(from, to, width, plane, sums);
    default: break;
  }
  for (std::int32_t lane = 0; lane < lanes; ++lane) {
    T running = 0;
    for (std::int32_t x = 0; x < width; ++x) {
      const T value = from[x * lanes + lane];
      running = sums ? static_cast<T>(running + value) : value;
      to[lane * plane + x] = running;
    }
  }
}

template <class T>
void part_block(const StoredBlocks& blocks, const std::byte* from, std::byte* planes, bool sums) {
  const std::ptrdiff_t plane = std::ptrdiff_t{blocks.width} * blocks.height;
  for (std::int32_t y = 0; y < blocks.height; ++y) {
    part_any_row(reinterpret_cast<const T*>(from) + std::ptrdiff_t{y} * blocks.width * blocks.lanes,
                 reinterpret_cast<T*>(planes) + std::ptrdiff_t{y} * blocks.width, blocks.width, blocks.lanes, plane,
                 sums);
  }
}

void part_block(const StoredBlocks& blocks, const std::byte* from, std::byte* planes, bool sums) {
  switch (blocks.sample_bytes) {
    case 1: return part_block<std::uint8_t>(blocks, from, planes, sums);
    case 2: return part_block<std::uint16_t>(blocks, from, planes, sums);
    case 4: return part_block<std::uint32_t>(blocks, from, planes, sums);
    default: return part_block<std::uint64_t>(blocks, from, planes, sums);
  }
}

/// Predictor 3 of one row of `samples` samples in place: running sums of bytes, then bytes gathered by significance.
void join_floats(std::byte* row, std::size_t samples, const StoredBlocks& blocks, std::vector<std::uint8_t>& spare) {
  const auto bytes = static_cast<std::size_t>(blocks.sample_bytes), lanes = static_cast<std::size_t>(blocks.lanes);
  auto* at = reinterpret_cast<std::uint8_t*>(row);
  for (std::size_t i = lanes; i < samples * bytes; ++i) at[i] = static_cast<std::uint8_t>(at[i] + at[i - lanes]);
  spare.assign(at, at + samples * bytes);
  for (std::size_t b = 0; b < bytes; ++b) {
    for (std::size_t i = 0; i < samples; ++i) at[i * bytes + (bytes - 1 - b)] = spare[b * samples + i];
  }
}

/// Predictor 3 of one row of a single band: `row` to `out`.
void split_floats(const std::byte* row, std::byte* out, std::size_t samples, std::size_t bytes) {
  const auto* from = reinterpret_cast<const std::uint8_t*>(row);
  auto* to = reinterpret_cast<std::uint8_t*>(out);
  for (std::size_t b = 0; b < bytes; ++b) {
    for (std::size_t i = 0; i < samples; ++i) to[b * samples + i] = from[i * bytes + (bytes - 1 - b)];
  }
  for (std::size_t i = samples * bytes - 1; i > 0; --i) to[i] = static_cast<std::uint8_t>(to[i] - to[i - 1]);
}

template <class T>
void difference(const std::byte* row, std::byte* out, std::size_t samples) {
  const auto* from = reinterpret_cast<const T*>(row);
  auto* to = reinterpret_cast<T*>(out);
  to[0] = from[0];
  for (std::size_t i = 1; i < samples; ++i) to[i] = static_cast<T>(from[i] - from[i - 1]);
}

/// The predictor of one band's row.
void predict_row(const StoredBlocks& blocks, const std::byte* row, std::byte* out) {
  const auto samples = static_cast<std::size_t>(blocks.width), bytes = static_cast<std::size_t>(blocks.sample_bytes);
  if (blocks.predictor == BlockPredictor::floating_point) return split_floats(row, out, samples, bytes);
  switch (bytes) {
    case 1: return difference<std::uint8_t>(row, out, samples);
    case 2: return difference<std::uint16_t>(row, out, samples);
    case 4: return difference<std::uint32_t>(row, out, samples);
    default: return difference<std::uint64_t>(row, out, samples);
  }
}

/// One thread, then all, each with buffers of its own and every so-manieth `at_once` blocks.
template <class MakeBuffers, class Work>
Rates rates_over(const StoredBlocks& blocks, int threads, std::size_t at_once, const MakeBuffers& make_buffers,
                 const Work& work) {
  const auto rate = [&](int count) {
    std::vector<decltype(make_buffers())> buffers;
    for (int t = 0; t < count; ++t) buffers.push_back(make_buffers());
    return rate_of(count, static_cast<double>(blocks.decoded_bytes()), [&](int t) {
      const auto thread = static_cast<std::size_t>(t), step = static_cast<std::size_t>(count) * at_once;
      for (std::size_t i = thread * at_once; i < blocks.packed.size(); i += step) {
        work(i, std::min(blocks.packed.size(), i + at_once), buffers[thread]);
      }
    });
  };
  return {rate(1), rate(threads)};
}

}  // namespace

void unpack_blocks(const StoredBlocks& blocks, std::size_t first, std::size_t end, std::span<std::byte> scratch,
                   std::span<std::byte> planes) {
  inflate(blocks, first, end, scratch);
  const auto bytes = static_cast<std::size_t>(blocks.block_bytes());
  for (std::size_t b = first; b < end; ++b) {
    std::byte* const from = scratch.data() + (b - first) * bytes;
    if (blocks.predictor == BlockPredictor::floating_point) {
      thread_local std::vector<std::uint8_t> spare;
      const auto samples = static_cast<std::size_t>(blocks.width) * static_cast<std::size_t>(blocks.lanes);
      for (std::size_t y = 0; y < static_cast<std::size_t>(blocks.height); ++y) {
        join_floats(from + y * samples * static_cast<std::size_t>(blocks.sample_bytes), samples, blocks, spare);
      }
    }
    part_block(blocks, as_they_stand(blocks, b) ? blocks.packed[b].data() : from, planes.data() + (b - first) * bytes,
               blocks.predictor == BlockPredictor::horizontal);
  }
}

Rates unpack_rates(const StoredBlocks& blocks, int threads) {
  const std::size_t bytes = kTogether * static_cast<std::size_t>(blocks.block_bytes());
  const auto make = [&] { return std::pair(std::vector<std::byte>(bytes), std::vector<std::byte>(bytes)); };
  return rates_over(blocks, threads, kTogether, make, [&](std::size_t first, std::size_t end, auto& buffers) {
    unpack_blocks(blocks, first, end, buffers.first, buffers.second);
  });
}

Rates pack_rates(const StoredBlocks& blocks, int threads) {
  const auto bytes = static_cast<std::size_t>(blocks.block_bytes());
  const std::size_t row = static_cast<std::size_t>(blocks.width) * static_cast<std::size_t>(blocks.sample_bytes);
  std::vector<std::vector<std::byte>> pixels;
  std::vector<std::byte> scratch(bytes);
  for (std::size_t i = 0; i < blocks.packed.size(); ++i) {
    pixels.emplace_back(bytes);
    unpack_blocks(blocks, i, i + 1, scratch, pixels.back());
  }
  struct Buffers {
    BlockEncoder encoder;
    std::vector<std::byte> predicted, packed;
  };
  const auto make = [&] {
    BlockEncoder encoder(blocks.codec, levels_of(blocks.codec).least, contents_after(blocks.predictor));
    const auto room = static_cast<std::size_t>(encoder.bound(blocks.block_bytes()));
    return Buffers{std::move(encoder), std::vector<std::byte>(bytes), std::vector<std::byte>(room)};
  };
  return rates_over(blocks, threads, 1, make, [&](std::size_t i, std::size_t, Buffers& buffers) {
    std::span<const std::byte> from = pixels[i];
    if (blocks.predictor != BlockPredictor::none) {
      for (std::size_t at = 0; at < bytes; at += row) predict_row(blocks, &pixels[i][at], &buffers.predicted[at]);
      from = buffers.predicted;
    }
    buffers.encoder.pack(from, buffers.packed);
  });
}

}  // namespace groundshift
