// SPDX-License-Identifier: Apache-2.0
// The one place where an input raster is opened, so that every way of failing has its message.
#pragma once

#include <string>
#include <vector>

#include "host/geo/gdal_owners.hpp"

namespace groundshift {

/// Opens a raster read-only. Throws InputError with the cause: missing, a directory, empty, not a raster, no bands of
/// its own (its subdatasets are listed).
Dataset open_dataset(const std::string& path);

/// Names under which the rasters of a file that holds several can be opened; empty for an ordinary file.
std::vector<std::string> subdataset_names(GDALDataset& dataset);

}  // namespace groundshift
