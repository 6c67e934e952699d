// SPDX-License-Identifier: Apache-2.0
// Tiles to the quicklook; at the end the quicklook's stretch to both files.
#include "host/products/heatmap_pictures.hpp"

#include "host/base/error.hpp"
#include "host/io/output_file.hpp"
#include "host/io/png.hpp"
#include "host/products/legend.hpp"
#include "host/products/qgis_style.hpp"

namespace groundshift {
namespace {

std::filesystem::path beside(std::filesystem::path heatmap, const char* extension) {
  return heatmap.replace_extension(extension);
}

ProductRecord record_of(const char* name, const std::filesystem::path& path) {
  ProductRecord record;
  record.name = name;
  record.path = path;
  record.byte_count = static_cast<std::int64_t>(std::filesystem::file_size(path));
  return record;
}

}  // namespace

std::vector<std::filesystem::path> HeatmapPictures::outputs(const std::filesystem::path& heatmap) const {
  return {beside(heatmap, ".png"), beside(heatmap, ".qml")};
}

void HeatmapPictures::begin(const Grid& grid) { quicklook_.emplace(grid.width, grid.height); }

void HeatmapPictures::add(const Window& core, RasterView<const float> score) {
  expects(quicklook_.has_value(), "begin() comes before add()");
  quicklook_->add(core, score.data, score.row_pitch);
}

void HeatmapPictures::prepare(const HeatmapFacts& facts) {
  expects(quicklook_.has_value(), "begin() comes before prepare()");
  const PooledScores scores = quicklook_->pooled();
  const Stretch stretch = stretch_of(scores);
  picture_ = png_bytes(framed_heatmap(scores, facts.title, stretch));
  style_ = qgis_style(stretch.high);
}

std::vector<ProductRecord> HeatmapPictures::finish(const HeatmapFacts& facts) {
  if (picture_.empty()) prepare(facts);
  const std::vector<std::filesystem::path> paths = outputs(facts.path);
  write_text_file(paths[0], picture_);
  write_text_file(paths[1], style_);
  return {record_of("quicklook", paths[0]), record_of("style", paths[1])};
}

}  // namespace groundshift
