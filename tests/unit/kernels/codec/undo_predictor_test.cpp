// SPDX-License-Identifier: Apache-2.0
// Differences back to values and interleaved samples to rows, against the loops that the TIFF papers describe.
#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/codec/running_sums.hpp"
#include "kernels/codec/split_bands.hpp"

namespace groundshift::test {
namespace {

using Bytes = std::vector<std::byte>;

Bytes random_bytes(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes out(count);
  for (std::byte& b : out) b = static_cast<std::byte>(random());
  return out;
}

/// Predictor 2 as TIFF 6 has it: interleaved, from left to right.
template <class T>
Bytes plain_sums(Bytes row, std::int32_t stride) {
  std::vector<T> values(row.size() / sizeof(T));
  std::memcpy(values.data(), row.data(), row.size());
  for (std::size_t i = static_cast<std::size_t>(stride); i < values.size(); ++i)
    values[i] = static_cast<T>(values[i] + values[i - static_cast<std::size_t>(stride)]);
  std::memcpy(row.data(), values.data(), row.size());
  return row;
}

Bytes plain_sums(const Bytes& row, std::int32_t stride, std::int32_t sample_bytes) {
  switch (sample_bytes) {
    case 1: return plain_sums<std::uint8_t>(row, stride);
    case 2: return plain_sums<std::uint16_t>(row, stride);
    case 4: return plain_sums<std::uint32_t>(row, stride);
    default: return plain_sums<std::uint64_t>(row, stride);
  }
}

/// Sample x of a band out of an interleaved row, its bytes reversed where asked.
Bytes plain_sample(const Bytes& row, std::int32_t x, std::int32_t band, std::int32_t bands, std::int32_t bytes,
                   bool swapped) {
  const auto at = static_cast<std::size_t>((x * bands + band) * bytes);
  Bytes out(row.begin() + static_cast<std::ptrdiff_t>(at), row.begin() + static_cast<std::ptrdiff_t>(at) + bytes);
  return swapped ? Bytes(out.rbegin(), out.rend()) : out;
}

class RowWidths : public ::testing::TestWithParam<std::int32_t> {};

TEST_P(RowWidths, BandsAreTakenApartAndSummed) {
  const std::int32_t width = GetParam();
  for (const std::int32_t bytes : {1, 2, 4, 8}) {
    for (const std::int32_t bands : {1, 2, 3, 4, 5, 13}) {
      for (const bool swapped : {false, true}) {
        const Bytes row =
            random_bytes(static_cast<std::size_t>(width * bands * bytes), 7u + static_cast<unsigned>(width));
        // Byte order first, as libtiff does; then the sums.
        Bytes native = row;
        for (std::int32_t x = 0; x < width * bands; ++x) {
          const Bytes sample = plain_sample(row, x, 0, 1, bytes, swapped);
          std::copy(sample.begin(), sample.end(), native.begin() + x * bytes);
        }
        const Bytes expected = plain_sums(native, bands, bytes);
        for (const bool all : {true, false}) {
          std::vector<BandRow> wanted;
          std::vector<Bytes> planes;
          for (std::int32_t b = bands - 1; b >= (all ? 0 : bands - 1); --b)
            planes.emplace_back(width * bytes + 8, std::byte{9});
          for (std::size_t i = 0; i < planes.size(); ++i) {
            const std::int32_t band = all ? static_cast<std::int32_t>(i) : bands - 1;
            wanted.push_back({band, planes[i].data()});
          }
          split_row(row.data(), width, bands, bytes, swapped, wanted);
          for (const BandRow& plane : wanted) sum_along_row(plane.to, width, bytes);
          for (std::size_t i = 0; i < planes.size(); ++i) {
            for (std::int32_t x = 0; x < width; ++x) {
              const Bytes sample = plain_sample(expected, x, wanted[i].band, bands, bytes, false);
              ASSERT_TRUE(std::equal(sample.begin(), sample.end(), planes[i].begin() + x * bytes))
                  << bytes << " bytes, " << bands << " bands, x " << x << (swapped ? ", swapped" : "");
            }
            for (std::size_t k = planes[i].size() - 8; k < planes[i].size(); ++k) ASSERT_EQ(planes[i][k], std::byte{9});
          }
        }
      }
    }
  }
}

TEST_P(RowWidths, FloatsArePutTogetherOutOfBytePlanes) {
  const std::int32_t width = GetParam();
  for (const std::int32_t bytes : {4, 8}) {
    for (const std::int32_t bands : {1, 2, 3, 4, 8, 13}) {
      const Bytes row = random_bytes(static_cast<std::size_t>(width * bands * bytes), 3);
      // Adobe's technical note 3: byte sums over the whole row, then planes from the most significant byte on.
      const Bytes sums = plain_sums<std::uint8_t>(row, bands);
      Bytes in_place = row;
      sum_bytes_along_row(in_place, bands);
      ASSERT_EQ(in_place, sums) << bands << " bands";
      std::vector<Bytes> planes(static_cast<std::size_t>(bands), Bytes(static_cast<std::size_t>(width * bytes)));
      std::vector<BandRow> wanted;
      for (std::int32_t b = 0; b < bands; ++b) wanted.push_back({b, planes[static_cast<std::size_t>(b)].data()});
      join_bytes(in_place.data(), std::int64_t{width} * bands, width, bands, bytes, wanted);
      for (std::int32_t b = 0; b < bands; ++b) {
        for (std::int32_t x = 0; x < width; ++x) {
          for (std::int32_t k = 0; k < bytes; ++k) {  // little-endian: byte k of the sample is plane bytes - 1 - k
            const auto from = static_cast<std::size_t>((bytes - 1 - k) * width * bands + x * bands + b);
            ASSERT_EQ(planes[static_cast<std::size_t>(b)][static_cast<std::size_t>(x * bytes + k)], sums[from]);
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, RowWidths, ::testing::Values(1, 2, 3, 7, 8, 15, 16, 17, 33, 64, 257));

TEST(RowSums, HandCheckable) {
  std::uint8_t bytes[] = {250, 3, 3, 255};
  sum_along_row(reinterpret_cast<std::byte*>(bytes), 4, 1);
  EXPECT_EQ(bytes[0], 250);
  EXPECT_EQ(bytes[1], 253);
  EXPECT_EQ(bytes[2], 0);  // modulo 256
  EXPECT_EQ(bytes[3], 255);
}

}  // namespace
}  // namespace groundshift::test
