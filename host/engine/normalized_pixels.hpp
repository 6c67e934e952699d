// SPDX-License-Identifier: Apache-2.0
// AFTER on the radiometry of BEFORE as the pixels of a raster, in the product and the verb alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/engine/raster_product.hpp"
#include "host/pipeline/slot.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Pixels on BEFORE's radiometry in this type (absent: BEFORE's own), which float32 values are rounded to. nodata :
/// BEFORE's own (or --src-nodata) where the type has that value, else 0, of Int16 -32768; NaN of float32
StoredPixels pixels_like_before(const PlannedInput& before, std::optional<PixelType> type);

/// gain * after + offset of every band of a tile's core, band after band, into its result planes from `first_plane` on,
/// as plan.normalized says. A histogram map was applied when the tile was read: its fits are the identity.
void normalize_tile(const DetectPlan& plan, Slot& slot, const std::vector<BandFit>& fits, std::int32_t first_plane);

/// The raster of all bands.
RasterProductSpec normalized_raster(const DetectPlan& plan);

}  // namespace groundshift
