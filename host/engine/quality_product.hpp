// SPDX-License-Identifier: Apache-2.0
// Why pixels have no score, or one to be careful with: counted, and as a raster where it is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/engine/raster_product.hpp"

namespace groundshift {

/// Pixels of the output grid by the sum of their QualityBits.
using QualityCounts = std::array<std::int64_t, 256>;

/// Takes the reasons of tiles in plan order, from one thread.
class QualityProduct {
 public:
  QualityProduct(const DetectPlan& plan, const JobContext& context);

  /// reasons : of a padded tile, rows of row_pitch; the core's are taken
  void add(const Window& core, const PairTile& tile, const std::uint8_t* reasons);
  const QualityCounts& counts() const { return counts_; }
  void finish();
  std::optional<ProductRecord> commit();

 private:
  std::optional<RasterProduct> product_;
  std::vector<std::uint8_t> core_;
  QualityCounts counts_{};
};

}  // namespace groundshift
