// SPDX-License-Identifier: Apache-2.0
// Counting reasons and writing them.
#include "host/engine/quality_product.hpp"

#include <algorithm>

#include "host/io/quality_bits.hpp"

namespace groundshift {

QualityProduct::QualityProduct(const DetectPlan& plan, const JobContext& context) {
  if (!plan.options.products.quality) return;
  product_.emplace(plan,
                   RasterProductSpec{"quality",
                                     PixelType::u8,
                                     double{kOutsideAoi},
                                     {"why a pixel has no score, or one to be careful with: sum of reasons"},
                                     quality_categories(),
                                     {}},
                   product_path(plan.options.out, "quality"), context);
}

void QualityProduct::add(const Window& core, const PairTile& tile, const std::uint8_t* reasons) {
  core_.resize(static_cast<std::size_t>(pixel_count(core)));
  for (std::int32_t y = 0; y < core.height; ++y) {
    const std::uint8_t* row = reasons + (tile.core.y + y) * tile.row_pitch + tile.core.x;
    std::copy_n(row, core.width, core_.data() + static_cast<std::ptrdiff_t>(y) * core.width);
  }
  for (const std::uint8_t value : core_) ++counts_[value];
  if (product_) product_->write(core, core_.data());
}

void QualityProduct::finish() {
  if (product_) product_->finish();
}

std::optional<ProductRecord> QualityProduct::commit() {
  if (!product_) return std::nullopt;
  return product_->commit();
}

}  // namespace groundshift
