// SPDX-License-Identifier: Apache-2.0
// All that `detect` makes of its heatmap and of the finished run beside the engine's own rasters and layers.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "host/engine/detect_options.hpp"
#include "host/products/date_means.hpp"
#include "host/products/heatmap_pictures.hpp"

namespace groundshift {

/// Quicklook and style always; `<stem>_report.html` and `<stem>.stac.json` where they are chosen. The item lists the
/// page; neither lists itself. The page's pictures are smaller than 2048 pixels where the budget is below 800 MiB.
class DetectProducts final : public HeatmapPictures {
 public:
  explicit DetectProducts(const DetectOptions& options)
      : report_(options.products.report || options.products.all),
        stac_(options.products.stac || options.products.all) {}

  std::vector<std::filesystem::path> outputs(const std::filesystem::path& heatmap) const override;
  void begin_dates(const DetectPlan& plan) override;
  void see(const Window& core, const PairTile& tile) override;
  std::vector<ProductRecord> document(const nlohmann::ordered_json& summary, const std::filesystem::path& summary_path,
                                      const JobContext& context) override;

 private:
  bool report_, stac_;
  std::unique_ptr<DateMeansMaker> dates_;  ///< of the page
};

}  // namespace groundshift
