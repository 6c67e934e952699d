// SPDX-License-Identifier: Apache-2.0
// Blocks whose packed bytes cannot be what was stored, whatever a lenient reader makes of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "host/io/tiff_blocks.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Throws InputError, naming file, band and block, where a DEFLATE block under the window holds no whole stream: it
/// breaks off, has a code that there is not, or does not fit its checksum. libtiff takes some of these, and GDAL then
/// mostly hands out pixels that nobody stored, partly memory that nobody wrote. A whole stream of more bytes than its
/// block (a last strip of as many rows as the others) is none of them. Says nothing of other codecs, which have no
/// checksum, nor of blocks that are not `packed` or cannot be read, which GDAL tells.
/// planes : bands (0-based) to look at, where each has blocks of its own
void expect_whole_streams(const std::string& path, const TiffBlocks& blocks, std::span<const std::int32_t> planes,
                          const Window& window);

}  // namespace groundshift
