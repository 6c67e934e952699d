// SPDX-License-Identifier: Apache-2.0
// Two streams side by side: neither tells on the other, and what is no stream of literals is told before.
#include "kernels/codec/twin_inflate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <vector>

#include "kernels/codec/block_decoder.hpp"
#include "kernels/codec/run_deflate.hpp"
#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"

namespace groundshift {
namespace {

using codec::DeflateStream;
using test::Bytes;
using test::DeflateWriter;

std::span<const std::byte> bytes_of(const Bytes& bytes) { return std::as_bytes(std::span(bytes)); }

Bytes run_packed(const Bytes& raw) {
  codec::RunDeflate packer;
  Bytes packed(codec::RunDeflate::bound(raw.size()));
  packed.resize(packer.pack(bytes_of(raw), std::as_writable_bytes(std::span(packed))));
  return packed;
}

/// Streams of a scene and of zlib's many kinds, each some bytes longer than the one before.
std::vector<test::DeflateVariant> streams() {
  std::vector<test::DeflateVariant> all;
  for (std::size_t size = 1; size < 400000; size = size * 5 / 2 + 3) {
    const Bytes raw = test::differenced_scene(size);
    all.push_back({"scene of " + std::to_string(size), run_packed(raw), raw});
  }
  // Steps without branches begin behind 32 KiB.
  for (const std::size_t size : {30000u, 150000u}) {
    for (auto& v : test::zlib_variants(size)) all.push_back(std::move(v));
  }
  return all;
}

TEST(TwinInflate, AnyNumberOfStreamsInAnyOrder) {
  std::vector<test::DeflateVariant> all = streams();
  std::mt19937 random(5);
  codec::TwinInflate inflate;
  for (const std::size_t at_once : {1u, 2u, 3u, 7u, 400u}) {
    std::shuffle(all.begin(), all.end(), random);
    for (std::size_t first = 0; first < all.size(); first += at_once) {
      const std::size_t end = std::min(all.size(), first + at_once);
      std::vector<Bytes> out;
      std::vector<DeflateStream> of;
      for (std::size_t i = first; i < end; ++i) out.emplace_back(all[i].raw.size());
      for (std::size_t i = first; i < end; ++i) {
        of.push_back({bytes_of(all[i].packed), std::as_writable_bytes(std::span(out[i - first]))});
      }
      inflate.unpack(of);
      for (std::size_t i = first; i < end; ++i) {
        EXPECT_TRUE(of[i - first].done && out[i - first] == all[i].raw) << all[i].name << ", " << at_once << " at once";
      }
    }
  }
}

TEST(TwinInflate, ADamagedStreamLeavesTheOthersAlone) {
  const Bytes raw = test::differenced_scene(200000), packed = run_packed(raw);
  codec::TwinInflate inflate;
  for (std::size_t bad = 0; bad < 4; ++bad) {
    for (const std::size_t place : {std::size_t{0}, std::size_t{30}, packed.size() / 2, packed.size() - 1}) {
      Bytes damaged = packed;
      damaged[place] ^= 0x10;
      std::vector<Bytes> out(4, Bytes(raw.size()));
      std::vector<DeflateStream> of;
      for (std::size_t i = 0; i < 4; ++i) {
        of.push_back({bytes_of(i == bad ? damaged : packed), std::as_writable_bytes(std::span(out[i]))});
      }
      inflate.unpack(of);
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(of[i].done, i != bad) << "damaged " << bad << " at " << place;
        if (i != bad) {
          EXPECT_EQ(out[i], raw);
        }
      }
    }
  }
}

/// Sums and differences of noise as zlib packs them: a match every few bytes, of few bytes, near and far.
Bytes many_matches(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes raw(size);
  for (std::size_t i = 0; i < size; i += 2) {
    const int value = static_cast<int>(random() % 61) - 30 + static_cast<int>(random() % 23);
    raw[i] = static_cast<std::uint8_t>(value);
    if (i + 1 < size) raw[i + 1] = static_cast<std::uint8_t>(value < 0 ? 255 : 0);
    if (i > 40000 && random() % 64 == 0) {  // long, far and overlapping ones
      const std::size_t back = random() % 4 == 0 ? 1 + random() % 40 : 1 + random() % 32768,
                        length = 3 + random() % 300;
      for (std::size_t k = 0; k < length && i + 2 < size; ++k, ++i) raw[i + 2] = raw[i + 2 - back];
      i &= ~std::size_t{1};
    }
  }
  return raw;
}

TEST(TwinInflate, DamageAmongManyMatchesIsWhatZlibSays) {
  const char* asked = std::getenv("GS_MUTATIONS");
  const long count = (asked != nullptr ? std::atol(asked) : 10000) / 10;
  std::vector<test::DeflateVariant> all;
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    const Bytes raw = many_matches(90000 + 5000 * seed, seed);
    all.push_back({"seed " + std::to_string(seed), test::zlib_pack(raw, seed % 2 == 0 ? 6 : 9), raw});
    EXPECT_GT(codec::match_share(bytes_of(all.back().packed)), 0.15);
  }
  std::mt19937_64 random(77);
  codec::TwinInflate inflate;
  long accepted = 0, refused = 0;
  for (long m = 0; m < count; ++m) {
    const test::DeflateVariant &v = all[random() % all.size()], &beside = all[random() % all.size()];
    Bytes packed = v.packed;
    test::damage(packed, random);
    if (random() % 2 == 0) test::repair_checksum(packed, v.raw.size());
    Bytes out(v.raw.size()), out_beside(beside.raw.size());
    std::array<DeflateStream, 2> streams;
    const std::size_t own = random() % 2;
    streams[own] = {bytes_of(packed), std::as_writable_bytes(std::span(out))};
    streams[1 - own] = {bytes_of(beside.packed), std::as_writable_bytes(std::span(out_beside))};
    inflate.unpack(streams);
    ASSERT_TRUE(streams[1 - own].done && out_beside == beside.raw) << "mutation " << m;
    const auto expected = test::inflate_by_zlib(packed, v.raw.size());
    ASSERT_EQ(streams[own].done, expected.has_value()) << "mutation " << m << " of " << v.name;
    if (expected) {
      ASSERT_TRUE(out == *expected) << "mutation " << m << " of " << v.name;
    }
    ++(expected ? accepted : refused);
  }
  EXPECT_GT(accepted, count / 100);
  EXPECT_GT(refused, count / 10);
}

TEST(TwinInflate, NothingIsWrittenOutside) {
  const Bytes raw = test::differenced_scene(100000), packed = run_packed(raw);
  codec::TwinInflate inflate;
  constexpr std::size_t kGuard = 300;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{127}, std::size_t{129}, std::size_t{5000},
                                 raw.size() - 1, raw.size(), raw.size() + 1}) {
    Bytes room(size + 2 * kGuard, 0xa5);
    DeflateStream stream{bytes_of(packed), std::as_writable_bytes(std::span(room)).subspan(kGuard, size)};
    inflate.unpack({&stream, 1});
    EXPECT_EQ(stream.done, size == raw.size()) << size;
    const auto guard = static_cast<std::ptrdiff_t>(kGuard);
    EXPECT_EQ(std::count(room.begin(), room.begin() + guard, 0xa5), guard);
    EXPECT_EQ(std::count(room.end() - guard, room.end(), 0xa5), guard);
  }
}

TEST(TwinInflate, TellsThePartOfMatches) {
  EXPECT_LT(codec::match_share(bytes_of(run_packed(test::differenced_scene(100000)))), 0.06);
  std::vector<int> literal(258, 0);
  literal['a'] = literal[256] = 2;
  literal[257] = 1;
  const Bytes half = DeflateWriter().begin_dynamic(literal, {1}, true).literal('a').end_block().finish({'a'});
  EXPECT_EQ(codec::match_share(bytes_of(half)), 0.5);
  EXPECT_LT(codec::match_share(bytes_of(DeflateWriter().begin_fixed(true).end_block().finish({}))), 0);
  EXPECT_LT(codec::match_share(bytes_of(DeflateWriter().stored({1}, true).finish({1}))), 0);
  EXPECT_LT(codec::match_share(bytes_of({0x78})), 0);
  EXPECT_LT(codec::match_share({}), 0);
}

// Whatever share of matches, the decoder that is chosen gives the same bytes, and damage the same refusal.
TEST(TwinInflate, BlocksOfEveryShareAtOnce) {
  BlockDecoder decoder;
  const std::vector<test::DeflateVariant> all = streams();
  std::vector<Bytes> out;
  std::vector<Unpacking> blocks;
  for (const test::DeflateVariant& v : all) out.emplace_back(v.raw.size());
  Bytes damaged = all[9].packed;
  damaged.back() ^= 1;
  for (std::size_t i = 0; i < all.size(); ++i) {
    blocks.push_back({bytes_of(i == 9 ? damaged : all[i].packed), std::as_writable_bytes(std::span(out[i]))});
  }
  decoder.unpack(BlockCodec::deflate, blocks);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(blocks[i].status, i == 9 ? BlockStatus::bad_data : BlockStatus::ok) << all[i].name;
    if (i != 9) {
      EXPECT_TRUE(out[i] == all[i].raw) << all[i].name;
    }
  }
}

}  // namespace
}  // namespace groundshift
