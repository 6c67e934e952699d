// SPDX-License-Identifier: Apache-2.0
// Windows of files through Backend::decode, by the CPU and by the host-run device: bit for bit what GDAL reads, over
// every form of GeoTIFF that a device takes and every real file; what it does not take is refused beforehand.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/io/packed_blocks.hpp"
#include "tests/support/fibre/fibre_backend.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"
#include "tests/unit/host/io/both_readers.hpp"

namespace groundshift::test {
namespace {

using codec::DecodeStatus;

/// A window as a backend gives it; pitches as ReadResult has them. gathered : the host let its blocks pass
struct DecodedWindow {
  bool gathered = false;
  std::vector<DecodeStatus> statuses;
  ReadResult read;

  bool all_ok() const {
    return gathered &&
           std::all_of(statuses.begin(), statuses.end(), [](DecodeStatus s) { return s == DecodeStatus::ok; });
  }
};

DecodedWindow decode_window(Backend& backend, const PackedBlocks& blocks, const SourceSelection& selection,
                            const Window& w) {
  const std::ptrdiff_t pitch = w.width + ReadResult::kBeside, plane = pitch * w.height;
  const std::size_t bytes = byte_count(selection.type), bands = selection.bands.size();
  DecodedWindow out;
  out.read.pixels.assign(2 * ReadResult::kMargin + static_cast<std::size_t>(plane) * bands * bytes, ReadResult::kGuard);
  out.read.valid.assign(2 * ReadResult::kMargin + static_cast<std::size_t>(plane),
                        static_cast<std::uint8_t>(ReadResult::kGuard));
  std::vector<std::byte> after(static_cast<std::size_t>(plane) * bands * bytes);
  PairTile tile;
  tile.type = selection.type;
  tile.width = w.width;
  tile.height = w.height;
  tile.band_count = static_cast<std::int32_t>(bands);
  tile.row_pitch = pitch;
  tile.band_pitch = plane;
  tile.before = out.read.pixels.data() + ReadResult::kMargin;
  tile.after = after.data();
  tile.valid = out.read.valid.data() + ReadResult::kMargin;
  tile.core = {0, 0, w.width, w.height};
  const PackedNeed need = blocks.need(w);
  WorkspaceShape shape{selection.type, tile.band_count, w.width, w.height};
  shape.decode = {static_cast<std::size_t>(need.packed_bytes), static_cast<std::size_t>(need.raw_bytes),
                  static_cast<std::size_t>(need.block_count), 1, static_cast<std::size_t>(blocks.target_count())};
  PackedBatch batch(backend, shape.decode);
  batch.begin_date(Date::before, tile.band_count);
  out.gathered = blocks.add(w, Date::before, 0, 0, batch);
  if (!out.gathered) return out;
  const auto workspace = backend.make_workspace(shape);
  const PackedTile packed = batch.tile();
  tile.device = backend.decode(*workspace, nullptr, tile, packed, batch.statuses());
  if (tile.device != nullptr) backend.copy_back(*workspace, tile, HostPlanes::all);
  out.statuses.assign(batch.statuses().begin(), batch.statuses().end());
  return out;
}

class DecodedReads : public ::testing::Test {
 protected:
  /// Both backends against GDAL. Returns whether the blocks could be decoded; where not, GDAL decides alone.
  /// whole : no block of the file is damaged
  bool compare(const RasterDescription& description, const SourceSelection& selection, const Window& w, bool whole) {
    Warnings warnings;
    const auto source = make_raster_source(description, selection, warnings, ReaderChoice::automatic);
    const auto gdal = make_raster_source(description, selection, warnings, ReaderChoice::gdal);
    const PackedBlocks* blocks = source->packed_blocks();
    if (blocks == nullptr || !blocks->refusal().empty()) return false;
    const ReadResult expected = read_window(*gdal, selection, w);
    bool decoded = false;
    for (Backend* backend : {cpu_.get(), device_.get()}) {
      const DecodedWindow got = decode_window(*backend, *blocks, selection, w);
      EXPECT_TRUE(got.all_ok() || !whole) << backend->name();
      if (!got.all_ok()) continue;
      EXPECT_EQ(expected.error, "") << "pixels that GDAL does not give";
      EXPECT_TRUE(same_reads(got.read, expected))
          << backend->name() << ", " << w.x << "," << w.y << " " << w.width << " x " << w.height;
      EXPECT_TRUE(got.read.guards_untouched(w, byte_count(selection.type), selection.bands.size()));
      decoded = true;
    }
    return decoded;
  }

  static SourceSelection all_of(const RasterDescription& description) {
    SourceSelection selection;
    for (std::size_t b = 1; b <= description.bands.size(); ++b) {
      selection.bands.push_back(static_cast<std::int32_t>(b));
    }
    selection.type = description.bands.front().pixel_type;
    return selection;
  }

  std::unique_ptr<Backend> cpu_ = make_cpu_backend(1), device_ = make_fibre_backend();
};

Window part_of(std::mt19937& random, std::int32_t width, std::int32_t height, std::int32_t most) {
  const auto side = [&](std::int32_t whole) { return 1 + static_cast<std::int32_t>(random() % std::min(whole, most)); };
  const std::int32_t w = side(width), h = side(height);
  return {static_cast<std::int32_t>(random() % (width - w + 1)), static_cast<std::int32_t>(random() % (height - h + 1)),
          w, h};
}

struct Form {
  GDALDataType type;
  const char* packing;
  int predictor;
};

class DecodedReadMatrix : public DecodedReads, public ::testing::WithParamInterface<Form> {};

// 83 x 61 pixels: tiles reach over both edges, the last strip is short.
TEST_P(DecodedReadMatrix, IsAsByGdal) {
  const auto [type, packing, predictor] = GetParam();
  const TemporaryFolder folder;
  std::mt19937 random(5);
  int file = 0;
  for (const int band_count : {1, 3, 4, 13}) {
    for (const char* interleave : {"PIXEL", "BAND"}) {
      for (const auto& blocks : {std::vector<std::string>{"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"},
                                 {"BLOCKYSIZE=1"},
                                 {"BLOCKYSIZE=7"}}) {
        SceneSpec spec;
        spec.width = 83;
        spec.height = 61;
        spec.band_count = band_count;
        spec.type = type;
        spec.creation_options = blocks;
        for (const std::string& option : {fmt::format("COMPRESS={}", packing), fmt::format("INTERLEAVE={}", interleave),
                                          fmt::format("BIGTIFF={}", ++file % 3 == 0 ? "YES" : "NO"),
                                          std::string("PHOTOMETRIC=MINISBLACK"), std::string("ALPHA=NO")}) {
          spec.creation_options.push_back(option);
        }
        if (predictor > 1) spec.creation_options.push_back(fmt::format("PREDICTOR={}", predictor));
        const auto value = [type = type](int b, int x, int y) {
          const double t = texture(11, b, x, y);
          const bool odd = (x * 31 + y * 17 + b) % 41 == 0;
          if (type == GDT_Byte) return std::floor(t);
          if (type == GDT_UInt16) return std::floor(t * 262.0);
          if (type == GDT_Int16) return std::floor((t - 125.0) * 262.0);
          if (odd && x % 3 == 0) return std::numeric_limits<double>::quiet_NaN();
          if (odd && x % 3 == 1) return std::numeric_limits<double>::infinity();
          return (t - 125.0) * std::pow(10.0, b % 5);
        };
        if (file % 2 == 0) spec.nodata = value(0, 5, 7);
        const std::string path = folder / fmt::format("{}.tif", file);
        write_scene(path, spec, value);
        SCOPED_TRACE(fmt::format("{} bands {} {}", band_count, interleave, blocks.back()));
        const RasterDescription description = describe_raster(path);
        SourceSelection selection = all_of(description);
        ASSERT_TRUE(compare(description, selection, part_of(random, spec.width, spec.height, 83), true));
        if (band_count > 2) {
          selection.bands = {band_count, 2};
          ASSERT_TRUE(compare(description, selection, {0, 0, spec.width, spec.height}, true));
        }
        if (HasFailure()) return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, DecodedReadMatrix,
    ::testing::Values(Form{GDT_Byte, "NONE", 1}, Form{GDT_Byte, "DEFLATE", 1}, Form{GDT_Byte, "DEFLATE", 2},
                      Form{GDT_UInt16, "NONE", 1}, Form{GDT_UInt16, "DEFLATE", 1}, Form{GDT_UInt16, "DEFLATE", 2},
                      Form{GDT_Int16, "DEFLATE", 1}, Form{GDT_Int16, "DEFLATE", 2}, Form{GDT_Float32, "NONE", 1},
                      Form{GDT_Float32, "DEFLATE", 1}, Form{GDT_Float32, "DEFLATE", 2}, Form{GDT_Float32, "DEFLATE", 3},
                      Form{GDT_Byte, "LZW", 1}, Form{GDT_UInt16, "LZW", 2}, Form{GDT_Int16, "LZW", 1},
                      Form{GDT_Float32, "LZW", 1}, Form{GDT_Float32, "LZW", 3}),
    [](const auto& form) {
      return fmt::format("{}{}{}", GDALGetDataTypeName(form.param.type), form.param.packing, form.param.predictor);
    });

// A block of one value: LZW packs it better than DEFLATE can, and the host lets it pass.
TEST_F(DecodedReads, OfALargeLzwBlockOfOneValue) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = spec.height = 2560;
  spec.band_count = 1;
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=2560", "BLOCKYSIZE=2560", "COMPRESS=LZW"};
  const std::string path = folder / "one_value.tif";
  write_scene(path, spec, [](int, int, int) { return 3.0; });
  ASSERT_GT(2560 * 2560, 1032 * std::filesystem::file_size(path));
  const RasterDescription description = describe_raster(path);
  EXPECT_TRUE(compare(description, all_of(description), {1900, 2000, 40, 30}, true));
}

// Every raster of a folder, windows of each. What the device refuses of damaged files is the CPU's to judge.
class DecodedFiles : public DecodedReads, public ::testing::WithParamInterface<const char*> {};

TEST_P(DecodedFiles, ReadAsByGdal) {
  const std::filesystem::path folder = test_data() / GetParam();
  GS_NEEDS(folder);
  std::mt19937 random(9);
  int files = 0, decoded = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".tif" && extension != ".TIF") continue;
    ++files;
    SCOPED_TRACE(entry.path().string());
    RasterDescription description;
    try {
      description = describe_raster(entry.path().string());
    } catch (const Error&) {
      continue;  // a file that GDAL does not open
    }
    const Grid& grid = description.grid;
    const SourceSelection selection = all_of(description);
    const bool whole = std::string(GetParam()) == "pairs";
    const bool taken = compare(description, selection, part_of(random, grid.width, grid.height, 40), whole);
    decoded += taken ? 1 : 0;
    if (taken && !whole) compare(description, selection, part_of(random, grid.width, grid.height, 40), whole);
  }
  EXPECT_GT(files, 20);
  EXPECT_GT(decoded, 4);
}

INSTANTIATE_TEST_SUITE_P(Folders, DecodedFiles, ::testing::Values("pairs", "awkward"),
                         [](const auto& folder) { return std::string(folder.param); });

}  // namespace
}  // namespace groundshift::test
