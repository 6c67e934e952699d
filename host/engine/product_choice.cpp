// SPDX-License-Identifier: Apache-2.0
// What products and sites need of method, dates and grid.
#include "host/engine/product_choice.hpp"

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/pixel_area.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kMostDirectionBands = 24;

}  // namespace

ProductChoice resolved_products(ProductChoice products, const Method& method, BandCounts bands) {
  if (!products.all) return products;
  products.change_class = products.sites = products.quality = products.report = products.stac = true;
  products.pvalue = products.pvalue || has_p_values(method);
  products.direction = products.direction || (bands.before == bands.after && bands.before <= kMostDirectionBands);
  products.normalized = products.normalized || method.normalize != NormalizationKind::none;
  return products;
}

void check_products(const ProductChoice& products, const Method& method, BandCounts bands) {
  if (products.pvalue && !has_p_values(method)) {
    throw UsageError(fmt::format(
        "--products pvalue: p-values are those of an unsmoothed mad or irmad score; {} with --smooth {} has none",
        score_text(method), smooth_text(method)));
  }
  if (products.direction && (bands.before != bands.after || bands.before > kMostDirectionBands)) {
    throw UsageError("--products direction: needs as many bands of both dates, at most 24");
  }
}

void check_sites(const DetectOptions& options, const Grid& grid, Warnings& warnings) {
  const SiteChoice& sites = options.sites;
  const auto metric = [](const AreaLimit& limit) { return limit.unit == AreaUnit::square_metres && limit.value > 0.0; };
  if (options.products.change_class || options.products.sites) {
    if ((metric(sites.min_area) || metric(sites.max_hole)) && !pixel_areas(grid)) {
      throw InputError(
          "--min-area, --max-hole: the grid has no CRS that gives areas in square metres; give them in pixels, for "
          "example 16px");
    }
    return;
  }
  const SiteChoice usual;
  const bool asked = sites.icm || sites.open_radius > 0 || sites.close_radius > 0 || options.method.hysteresis ||
                     sites.max_hole.value > 0.0 || sites.min_area.value != usual.min_area.value || sites.top > 0 ||
                     sites.simplify > 0.0 || sites.connectivity != usual.connectivity;
  if (asked) {
    warnings.add(
        "unused_option",
        "--hysteresis, --icm, --open, --close, --min-area, --max-hole, --connectivity, --simplify and --top shape "
        "class and sites, of which --products names none");
  }
}

}  // namespace groundshift
