// SPDX-License-Identifier: Apache-2.0
// RasterSource over a GeoTIFF's raw blocks.
#pragma once

#include <memory>

#include "host/io/raster_source.hpp"
#include "host/io/tiff_directory.hpp"

namespace groundshift {

/// Blocks are read by position and unpacked by the calling thread straight into the planes; each block once a decode()
/// whatever the band count. A window in which one block is not taken comes from `otherwise`, GDAL's source of the same
/// raster and selection: pixels, errors and their wording are GDAL's. Throws InputError when the file cannot be opened.
std::unique_ptr<RasterSource> make_tiff_source(TiffLayout layout, const SourceSelection& selection, Warnings& warnings,
                                               std::unique_ptr<RasterSource> otherwise);

}  // namespace groundshift
