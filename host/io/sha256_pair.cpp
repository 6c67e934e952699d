// SPDX-License-Identifier: Apache-2.0
// Rounds of both streams in turn, by the SHA extensions of x86.
#include "host/io/sha256_pair.hpp"

#include "host/base/error.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace groundshift {
namespace {

#if defined(__x86_64__)

using Block = std::array<std::uint8_t, Sha256Pair::kBlock>;

// Square roots' and cube roots' fractions, as FIPS 180-4 has them (5.3.3, 4.2.2).
constexpr std::array<std::uint32_t, 8> kStart{0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667,
                                              0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};
alignas(16) constexpr std::array<std::uint32_t, 64> kRounds{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

__attribute__((target("sha,sse4.1"))) void take_blocks(std::array<std::array<std::uint32_t, 8>, 2>& states,
                                                       const std::array<const std::uint8_t*, 2>& from,
                                                       std::size_t block_count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const auto load = [](const void* at) __attribute__((target("sha,sse4.1"))) {
    return _mm_loadu_si128(static_cast<const __m128i*>(at));
  };
  __m128i abef[2], cdgh[2];
  for (int s = 0; s < 2; ++s) {
    abef[s] = load(states[s].data());
    cdgh[s] = load(states[s].data() + 4);
  }
  for (std::size_t b = 0; b < block_count; ++b) {
    const __m128i abef_before[2] = {abef[0], abef[1]}, cdgh_before[2] = {cdgh[0], cdgh[1]};
    __m128i w[2][4];  // the last 16 words of the schedule
    for (int s = 0; s < 2; ++s) {
      for (int i = 0; i < 4; ++i)
        w[s][i] = _mm_shuffle_epi8(load(from[s] + Sha256Pair::kBlock * b + 16 * i), big_endian);
    }
#pragma GCC unroll 16
    for (int g = 0; g < 16; ++g) {
      const __m128i k = _mm_load_si128(reinterpret_cast<const __m128i*>(kRounds.data() + 4 * g));
#pragma GCC unroll 2
      for (int s = 0; s < 2; ++s) {
        const __m128i sum = _mm_add_epi32(w[s][g % 4], k);
        cdgh[s] = _mm_sha256rnds2_epu32(cdgh[s], abef[s], sum);
        abef[s] = _mm_sha256rnds2_epu32(abef[s], cdgh[s], _mm_shuffle_epi32(sum, 0x0e));
        if (g >= 12) continue;
        const __m128i seventh = _mm_alignr_epi8(w[s][(g + 3) % 4], w[s][(g + 2) % 4], 4);
        const __m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(w[s][g % 4], w[s][(g + 1) % 4]), seventh);
        w[s][g % 4] = _mm_sha256msg2_epu32(next, w[s][(g + 3) % 4]);
      }
    }
    for (int s = 0; s < 2; ++s) {
      abef[s] = _mm_add_epi32(abef[s], abef_before[s]);
      cdgh[s] = _mm_add_epi32(cdgh[s], cdgh_before[s]);
    }
  }
  for (int s = 0; s < 2; ++s) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(states[s].data()), abef[s]);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(states[s].data() + 4), cdgh[s]);
  }
}

#endif

}  // namespace

bool Sha256Pair::has_instructions() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sha") != 0 && __builtin_cpu_supports("sse4.1") != 0;
#else
  return false;
#endif
}

Sha256Pair::Sha256Pair(bool instructions) {
  if (!instructions || !has_instructions()) streams_.emplace();
#if defined(__x86_64__)
  states_.fill(kStart);
#endif
}

void Sha256Pair::add(const void* first, const void* second, std::size_t byte_count) {
  expects(byte_count % kBlock == 0, "two streams are hashed by whole blocks");
#if defined(__x86_64__)
  if (!streams_) {
    take_blocks(states_, {static_cast<const std::uint8_t*>(first), static_cast<const std::uint8_t*>(second)},
                byte_count / kBlock);
    byte_count_ += byte_count;
    return;
  }
#endif
  (*streams_)[0].add(first, byte_count);
  (*streams_)[1].add(second, byte_count);
}

std::array<Sha256::Digest, 2> Sha256Pair::finish() {
#if defined(__x86_64__)
  if (!streams_) {
    Block last{0x80};  // a one, zeros, the number of bits
    for (std::size_t i = 0; i < 8; ++i) last[kBlock - 1 - i] = static_cast<std::uint8_t>(8 * byte_count_ >> 8 * i);
    take_blocks(states_, {last.data(), last.data()}, 1);
    std::array<Sha256::Digest, 2> digests{};
    constexpr std::array<std::size_t, 8> kPlaces{3, 2, 7, 6, 1, 0, 5, 4};  // of a to h
    for (std::size_t s = 0; s < 2; ++s) {
      for (std::size_t i = 0; i < 32; ++i) {
        digests[s][i] = static_cast<unsigned char>(states_[s][kPlaces[i / 4]] >> (24 - 8 * (i % 4)));
      }
    }
    return digests;
  }
#endif
  return {(*streams_)[0].finish(), (*streams_)[1].finish()};
}

}  // namespace groundshift
