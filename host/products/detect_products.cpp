// SPDX-License-Identifier: Apache-2.0
// The page first, then the item that names it.
#include "host/products/detect_products.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "host/base/parallel_for.hpp"
#include "host/engine/resources.hpp"
#include "host/engine/summary.hpp"
#include "host/io/output_file.hpp"
#include "host/io/sha256.hpp"
#include "host/products/report.hpp"
#include "host/products/stac_item.hpp"
#include "host/products/summary_files.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

/// `<stem>_report.html` beside the heatmap or its summary.
fs::path page_path(const fs::path& beside) {
  return fs::path(beside).replace_filename(beside.stem().string() + "_report.html");
}

/// The part of the budget that sums of the dates may take in a pass, beside what is planned for it.
constexpr std::int64_t kSumsShare = 16;

/// The side of the page's pictures that a budget has room for: some 200 bytes a pixel while they are made.
std::int32_t page_side(std::int64_t memory_bytes) {
  constexpr double kBytesAPixel = 200.0, kLeastSide = 512.0;
  return static_cast<std::int32_t>(std::clamp(std::sqrt(static_cast<double>(memory_bytes) / kBytesAPixel), kLeastSide,
                                              static_cast<double>(ReportOptions{}.max_side)));
}

ReportOptions report_options(const nlohmann::ordered_json& summary) {
  ReportOptions out;
  out.max_side = page_side(summary.at("command").at("options").at("memory_bytes").get<std::int64_t>());
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

void DetectProducts::begin_dates(const DetectPlan& plan) {
  if (!report_) return;
  const std::int64_t memory = plan.options.resources.memory_bytes;
  dates_ = std::make_unique<DateMeansMaker>(plan, page_side(memory), memory / kSumsShare);
}

void DetectProducts::see(const Window& core, const PairTile& tile) {
  if (dates_ != nullptr) dates_->see(core, tile);
}

std::vector<ProductRecord> DetectProducts::document(const nlohmann::ordered_json& summary, const fs::path& summary_path,
                                                    const JobContext& context) {
  std::vector<ProductRecord> records;
  if (!report_ && !stac_) return records;
  return_free_memory();  // what the passes had is the page's now
  nlohmann::ordered_json so_far = summary;
  const fs::path folder = summary_path.has_parent_path() ? summary_path.parent_path() : fs::path(".");
  const ReportOptions options = report_options(summary);
  const fs::path beside = folder / summary_path.filename();
  std::vector<fs::path> files;
  if (stac_) {
    for (const auto& product : summary.at("products")) files.push_back(product_file(summary, beside, product));
  }
  std::string page;
  std::vector<std::string> checksums(files.size());
  // The page reads what the checksums read, and neither uses a core to the full alone.
  parallel_for(1 + static_cast<std::int64_t>(files.size()), options.threads, context.stop, [&](std::int64_t i, int) {
    if (i > 0) {
      checksums[static_cast<std::size_t>(i - 1)] = sha256_of_file(files[static_cast<std::size_t>(i - 1)]);
    } else if (report_) {
      page = report_html(so_far, folder, options, context, dates_ != nullptr ? dates_->take() : DateMeans{});
    }
  });
  if (report_) {
    records.push_back(written("report", page_path(summary_path), page));
    so_far["products"].push_back(product_json(records.back()));
  }
  if (stac_) {
    StacOptions of_item;
    for (std::size_t i = 0; i < files.size(); ++i) of_item.checksums[files[i]] = std::move(checksums[i]);
    const std::string item = stac_item(so_far, beside, of_item).dump(2) + "\n";
    records.push_back(written("stac", stac_item_path(summary_path), item));
  }
  return records;
}

}  // namespace groundshift
