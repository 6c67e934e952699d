// SPDX-License-Identifier: Apache-2.0
// Which products a run makes, and what can be refused of them before a pixel is read.
#pragma once

#include "host/base/progress.hpp"
#include "host/engine/detect_options.hpp"
#include "host/engine/method.hpp"
#include "host/geo/grid.hpp"
#include "kernels/solve/mad.hpp"

namespace groundshift {

/// `all` as the products that method and dates have.
ProductChoice resolved_products(ProductChoice products, const Method& method, BandCounts bands);

/// Throws UsageError for p-values of a score that has none, and for the direction of unequal bands.
void check_products(const ProductChoice& products, const Method& method, BandCounts bands);

/// Throws InputError for areas in square metres on a grid without them; warns of options that shape sites when neither
/// class nor sites are products.
void check_sites(const DetectOptions& options, const Grid& grid, Warnings& warnings);

}  // namespace groundshift
