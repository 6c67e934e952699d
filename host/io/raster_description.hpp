// SPDX-License-Identifier: Apache-2.0
// What a raster file says of itself before a pixel is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/geo/georeference.hpp"
#include "host/geo/grid.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift {

struct BandInfo {
  std::string type_name;  ///< GDAL's name of the file's type, "Int8" for a signed byte
  PixelType pixel_type;   ///< what kernels will see of this band alone
  bool exact = true;      ///< every value of the file's type fits pixel_type
  bool complex = false;
  bool alpha = false;
  std::optional<double> nodata;
  std::string description;
  std::string color;  ///< GDAL's colour interpretation
  /// red, nir, swir1 ... (band_names.hpp): from metadata COMMON_NAME, else the description, else the wavelength, else
  /// the colour interpretation; empty: unknown.
  std::string common_name;
  std::optional<double> wavelength_um;  ///< central, from metadata
};

/// block_width, block_height : the file's own blocks (strips or tiles) of its first band
struct RasterDescription {
  std::string path;
  std::string driver;
  Grid grid;
  Georeference georeference;  ///< points, RPCs and arrays are not in the grid
  std::vector<BandInfo> bands;
  std::int32_t block_width = 0;
  std::int32_t block_height = 0;
  std::string interleave;                ///< PIXEL, BAND, or empty
  std::string compression;               ///< GDAL's COMPRESSION, or empty
  std::vector<std::string> subdatasets;  ///< names of all rasters of the file when it holds several
  std::int64_t file_bytes = 0;           ///< 0 when it is no local file
  std::string modified;                  ///< ISO 8601 UTC of the local file, or empty
};

/// Opens and describes a raster. Throws InputError: missing, a directory, empty, not a raster GDAL reads, no bands
/// (its subdatasets are then listed), unreadable.
RasterDescription describe_raster(const std::string& path);

/// The type that holds both losslessly among the four (u16 with i16 gives f32).
PixelType common_type(PixelType a, PixelType b);

/// The raster as something to place on a grid.
inline LocatedRaster located(const RasterDescription& raster) {
  return {raster.path, raster.grid, raster.georeference};
}

/// Band indices (1-based) for a user's list "1,3,red": numbers, band descriptions (case-insensitive) or common names,
/// tried in that order; empty: every band that is not alpha. Throws UsageError (malformed) or InputError (no such band,
/// several of that name; the list is printed).
std::vector<std::int32_t> select_bands(const RasterDescription& raster, const std::vector<std::string>& wanted);

}  // namespace groundshift
