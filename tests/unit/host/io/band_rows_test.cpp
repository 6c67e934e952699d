// SPDX-License-Identifier: Apache-2.0
// One band in rows of doubles, its nodata, mask and NaN judged.
#include "host/io/band_rows.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

class BandRowsOfType : public ::testing::TestWithParam<GDALDataType> {};

TEST_P(BandRowsOfType, ReadsEveryRowAsWritten) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 101;
  spec.height = 67;
  spec.band_count = 3;
  spec.type = GetParam();
  spec.nodata = 7.0;
  const auto value = [](int b, int x, int y) { return double((x + 2 * y + 30 * b) % 120); };
  write_scene(folder / "in.tif", spec, value);
  for (int band = 1; band <= 3; ++band) {
    BandRows rows(folder / "in.tif", band);
    EXPECT_EQ(rows.grid().width, 101);
    EXPECT_EQ(rows.grid().height, 67);
    EXPECT_EQ(rows.band_count(), 3);
    std::vector<double> values(101 * 20);
    std::vector<std::uint8_t> valid(101 * 20);
    for (int y = 0; y < 67; y += 20) {
      const int count = std::min(20, 67 - y);
      rows.read(y, count, values, valid);
      for (int i = 0; i < count * 101; ++i) {
        const double expected = value(band - 1, i % 101, y + i / 101);
        ASSERT_EQ(values[i], expected);
        ASSERT_EQ(valid[i], expected != 7.0 ? 1 : 0);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, BandRowsOfType,
                         ::testing::Values(GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32,
                                           GDT_Float64),
                         [](const auto& type) { return std::string(GDALGetDataTypeName(type.param)); });

TEST(BandRows, NanIsInvalidAndInfinityIsAValue) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 4;
  spec.height = 1;
  spec.band_count = 1;
  spec.type = GDT_Float32;
  spec.creation_options.clear();
  const double values[] = {1.5, std::nan(""), std::numeric_limits<double>::infinity(), -2.0};
  write_scene(folder / "in.tif", spec, [&](int, int x, int) { return values[x]; });
  std::vector<double> read(4);
  std::vector<std::uint8_t> valid(4);
  BandRows(folder / "in.tif").read(0, 1, read, valid);
  EXPECT_EQ(valid, (std::vector<std::uint8_t>{1, 0, 1, 1}));
  EXPECT_EQ(read[0], 1.5);
  EXPECT_EQ(read[2], std::numeric_limits<double>::infinity());
  EXPECT_EQ(read[3], -2.0);
}

TEST(BandRows, RefusesWhatItCannotRead) {
  const TemporaryFolder folder;
  SceneSpec spec;
  write_scene(folder / "in.tif", spec, [](int, int x, int) { return x % 100; });
  EXPECT_THROW(BandRows(folder / "missing.tif"), InputError);
  EXPECT_THROW(BandRows(folder / "in.tif", 0), InputError);
  EXPECT_THROW(BandRows(folder / "in.tif", 3), InputError);
  spec.type = GDT_CFloat32;
  spec.band_count = 1;
  write_scene(folder / "complex.tif", spec, [](int, int x, int) { return x; });
  EXPECT_THROW(BandRows(folder / "complex.tif"), InputError);
  corrupt_block(folder / "in.tif", 1, 0, 0);
  BandRows damaged(folder / "in.tif");
  std::vector<double> values(300);
  std::vector<std::uint8_t> valid(300);
  EXPECT_THROW(damaged.read(0, 1, values, valid), InputError);
}

}  // namespace
}  // namespace groundshift::test
