// SPDX-License-Identifier: Apache-2.0
// GeoTIFF and COG through GDAL, for creation options that we do not do ourselves.
#pragma once

#include <memory>

#include "host/io/raster_sink.hpp"

namespace groundshift {

/// Tiles are streamed to a temporary GeoTIFF; a COG is GDAL's copy of it. One thread writes.
std::unique_ptr<RasterSink> make_gdal_sink(RasterSinkSpec spec);

}  // namespace groundshift
