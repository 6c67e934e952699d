// SPDX-License-Identifier: Apache-2.0
// Opening and closing of a binary image by a disk, row by row.
#pragma once

#include <cstdint>
#include <memory>

#include "host/sites/run_store.hpp"

namespace groundshift {

/// The disk holds the offsets with dx^2 + dy^2 <= radius^2. Pixels without a score and those outside the image are
/// neutral: they are never set, set nothing, and hold nothing back, so that an opening only takes pixels away and a
/// closing only adds some, and both change nothing when done again; a closing also closes a gap to the edge, or to
/// pixels without a score, that no disk fits into.
///   opened = dilate(erode(image)), closed = erode(dilate(image)), both within the pixels that have a score
/// image   : runs, labels ignored; no pixel of it is without a score
/// unknown : pixels without a score
/// room    : of the result and of what is kept on the way
/// Labels of the result are 0. Throws OutputError: scratch.
std::unique_ptr<RunStore> opened(RunStore& image, RunStore& unknown, std::int32_t width, std::int32_t radius,
                                 StoreRoom& room);
std::unique_ptr<RunStore> closed(RunStore& image, RunStore& unknown, std::int32_t width, std::int32_t radius,
                                 StoreRoom& room);

}  // namespace groundshift
