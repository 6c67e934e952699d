// SPDX-License-Identifier: Apache-2.0
// The product that stands beside every heatmap: its picture for people, its style for QGIS.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/product_maker.hpp"
#include "host/products/quicklook.hpp"

namespace groundshift {

/// Writes <stem>.png (product "quicklook") and <stem>.qml (product "style") in the heatmap's folder, both with the same
/// stretch. finish() throws OutputError.
class HeatmapPictures : public ProductMaker {
 public:
  std::vector<std::filesystem::path> outputs(const std::filesystem::path& heatmap) const override;
  void begin(const Grid& grid) override;
  void add(const Window& core, RasterView<const float> score) override;
  void prepare(const HeatmapFacts& facts) override;
  std::vector<ProductRecord> finish(const HeatmapFacts& facts) override;

 private:
  std::optional<Quicklook> quicklook_;
  std::string picture_, style_;  ///< the files' bytes, once they are prepared
};

}  // namespace groundshift
