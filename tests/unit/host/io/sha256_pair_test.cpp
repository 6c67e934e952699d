// SPDX-License-Identifier: Apache-2.0
// Two streams at once against libcrypto one by one, with the processor's instructions and without.
#include "host/io/sha256_pair.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

Sha256::Digest digest_of(const std::vector<std::uint8_t>& bytes) {
  Sha256 sha;
  sha.add(bytes.data(), bytes.size());
  return sha.finish();
}

std::vector<std::uint8_t> random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Sha256Pair, IsLibcryptosOfEach) {
  for (const bool instructions : {false, true}) {
    for (const std::size_t blocks : {0, 1, 2, 3, 17, 4096}) {
      const auto first = random_bytes(blocks * Sha256Pair::kBlock, 1), second = random_bytes(first.size(), 2);
      Sha256Pair sha(instructions);
      sha.add(first.data(), second.data(), first.size());
      const auto digests = sha.finish();
      EXPECT_EQ(digests[0], digest_of(first)) << blocks << " blocks, instructions " << instructions;
      EXPECT_EQ(digests[1], digest_of(second)) << blocks << " blocks, instructions " << instructions;
    }
  }
}

TEST(Sha256Pair, PartsMayComeOneByOneFromAnyAddress) {
  const auto first = random_bytes(64 * 64 + 1, 3), second = random_bytes(64 * 64 + 3, 4);
  for (const bool instructions : {false, true}) {
    Sha256Pair sha(instructions);
    for (std::size_t at = 0, part = 64; at < 64 * 64; at += part, part = at % 640 + 64) {
      part = std::min(part - part % 64, 64 * 64 - at);
      sha.add(first.data() + 1 + at, second.data() + 3 + at, part);
    }
    const auto digests = sha.finish();
    EXPECT_EQ(digests[0], digest_of({first.begin() + 1, first.end()}));
    EXPECT_EQ(digests[1], digest_of({second.begin() + 3, second.end()}));
  }
}

TEST(Sha256Pair, OfNothingIsTheKnownOne) {  // the empty message
  Sha256Pair sha;
  const auto nothing = sha.finish();
  EXPECT_EQ(hex_text(nothing[0]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(nothing[0], nothing[1]);
}

TEST(Sha256Pair, RefusesPartsOfBlocks) {
  const std::vector<std::uint8_t> bytes(100);
  Sha256Pair sha;
  EXPECT_THROW(sha.add(bytes.data(), bytes.data(), 100), std::logic_error);
}

}  // namespace
}  // namespace groundshift
