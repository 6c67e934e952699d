// SPDX-License-Identifier: Apache-2.0
// GeoTIFF and COG in one pass over the pixels.
#pragma once

#include <memory>

#include "host/io/raster_sink.hpp"
#include "host/io/tiff_packing.hpp"

namespace groundshift {

/// Blocks are packed as they become whole, overviews are made of them on the way, and finish() lays the file out. Its
/// bytes depend on the spec and the pixels alone. write() may come from several threads.
std::unique_ptr<RasterSink> make_tiff_sink(RasterSinkSpec spec, const TiffPacking& packing);

}  // namespace groundshift
