// SPDX-License-Identifier: Apache-2.0
// The page first, then the item that names it.
#include "host/products/detect_products.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "host/engine/summary.hpp"
#include "host/io/output_file.hpp"
#include "host/products/report.hpp"
#include "host/products/stac_item.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

/// `<stem>_report.html` beside the heatmap or its summary.
fs::path page_path(const fs::path& beside) {
  return fs::path(beside).replace_filename(beside.stem().string() + "_report.html");
}

/// The side of the page's pictures that a budget has room for: some 200 bytes a pixel while they are made.
ReportOptions report_options(const nlohmann::ordered_json& summary) {
  constexpr double kBytesAPixel = 200.0, kLeastSide = 512.0;
  ReportOptions out;
  const double memory = summary.at("command").at("options").at("memory_bytes").get<double>();
  out.max_side = static_cast<std::int32_t>(
      std::clamp(std::sqrt(memory / kBytesAPixel), kLeastSide, static_cast<double>(out.max_side)));
  out.threads = summary.at("command").at("options").at("threads").get<int>();
  return out;
}

ProductRecord written(const char* name, const fs::path& path, const std::string& text) {
  write_text_file(path, text);
  ProductRecord record;
  record.name = name;
  record.path = path;
  record.byte_count = static_cast<std::int64_t>(text.size());
  return record;
}

}  // namespace

std::vector<fs::path> DetectProducts::outputs(const fs::path& heatmap) const {
  std::vector<fs::path> out = HeatmapPictures::outputs(heatmap);
  if (report_) out.push_back(page_path(heatmap));
  if (stac_) out.push_back(stac_item_path(heatmap));
  return out;
}

std::vector<ProductRecord> DetectProducts::document(const nlohmann::ordered_json& summary, const fs::path& summary_path,
                                                    const JobContext& context) {
  std::vector<ProductRecord> records;
  nlohmann::ordered_json so_far = summary;
  const fs::path folder = summary_path.has_parent_path() ? summary_path.parent_path() : fs::path(".");
  if (report_) {
    const std::string page = report_html(so_far, folder, report_options(summary), context);
    records.push_back(written("report", page_path(summary_path), page));
    so_far["products"].push_back(product_json(records.back()));
  }
  if (stac_) {
    const std::string item = stac_item(so_far, folder / summary_path.filename(), StacOptions{}).dump(2) + "\n";
    records.push_back(written("stac", stac_item_path(summary_path), item));
  }
  return records;
}

}  // namespace groundshift
