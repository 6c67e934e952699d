// SPDX-License-Identifier: Apache-2.0
// Which files we write ourselves, and how they are packed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/io/halve_pixels.hpp"
#include "host/io/raster_sink.hpp"
#include "kernels/codec/block_codec.hpp"

namespace groundshift {

enum class BigTiff : std::uint8_t { yes, no, if_needed, if_safer };

struct TiffPacking {
  BlockCodec codec = BlockCodec::deflate;
  int level = 1;
  BlockPredictor predictor = BlockPredictor::none;
  std::int32_t block_width = 512, block_height = 512;
  bool overviews = false;  ///< and the layout of a COG
  OverviewRule rule = OverviewRule::average;
  BigTiff big = BigTiff::if_safer;
};

/// packing : nothing where a creation option asks for what only GDAL does; gdal_because: that option
struct PackingChoice {
  std::optional<TiffPacking> packing;
  std::string gdal_because;
};

/// Reads the creation options of a spec, which check_creation_options() has passed.
PackingChoice choose_packing(const RasterSinkSpec& spec);

}  // namespace groundshift
