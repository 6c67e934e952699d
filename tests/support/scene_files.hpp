// SPDX-License-Identifier: Apache-2.0
// Rasters for tests, made and read back through GDAL.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gdal_priv.h>

namespace groundshift::test {

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(GDALDataset::ToHandle(dataset)); }
};
using OpenDataset = std::unique_ptr<GDALDataset, CloseDataset>;

/// Opens read-only without a word on stderr; null when GDAL does not.
OpenDataset open_quietly(const std::filesystem::path& path);

struct SceneSpec {
  int width = 300, height = 280, band_count = 2;
  GDALDataType type = GDT_Byte;
  std::vector<std::string> creation_options = {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128", "COMPRESS=DEFLATE"};
  std::string crs = "EPSG:32633";  ///< empty: none
  std::optional<std::array<double, 6>> geotransform = std::array<double, 6>{500000, 10, 0, 5000000, 0, -10};
  std::optional<double> nodata;
  std::vector<std::string> descriptions;
};

/// Value of a band (0-based) at a pixel.
using PixelRule = std::function<double(int band, int x, int y)>;

/// A textured value 1..250 that no two pixels around share: a function of (seed, band, x, y) alone.
double texture(std::uint64_t seed, int band, int x, int y);

/// Writes a GeoTIFF. Throws std::runtime_error.
void write_scene(const std::filesystem::path& path, const SceneSpec& spec, const PixelRule& value);

/// A GeoTIFF of zeros that takes no room whatever its size: no block of it is stored.
void write_sparse(const std::filesystem::path& path, const SceneSpec& spec);

/// One band as doubles (a signed byte as such) and GDAL's own judgement of what is valid (mask, nodata, NaN).
struct BandPixels {
  int width = 0, height = 0;
  std::vector<double> values;
  std::vector<bool> valid;
};
/// Throws std::runtime_error with GDAL's message when GDAL cannot read it.
BandPixels read_band(GDALDataset& dataset, int band);
BandPixels read_band(const std::filesystem::path& path, int band);

/// Copies a window of a raster in its own type with its georeference.
void write_crop(const std::filesystem::path& from, const std::filesystem::path& to, int x, int y, int width,
                int height);

/// Overwrites the stored bytes of one block, in the middle of them, with others. Throws when the block is not stored.
void corrupt_block(const std::filesystem::path& path, int band, int block_x, int block_y);

}  // namespace groundshift::test
