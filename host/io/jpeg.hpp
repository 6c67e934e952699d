// SPDX-License-Identifier: Apache-2.0
// Pictures as the bytes of a JPEG file in memory, for pages that carry them inside.
#pragma once

#include <string>

#include "host/io/png.hpp"

namespace groundshift {

/// quality : 1 to 100. Throws OutputError when GDAL has no JPEG driver or it fails.
std::string jpeg_bytes(const RgbImage& image, int quality);

}  // namespace groundshift
