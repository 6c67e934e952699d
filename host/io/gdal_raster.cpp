// SPDX-License-Identifier: Apache-2.0
// GDAL's side of a raster that is being written.
#include "host/io/gdal_raster.hpp"

#include <algorithm>

#include <cpl_string.h>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

void name_categories(const RasterSinkSpec& spec, GDALRasterBand& band) {
  GDALColorTable colors;
  std::vector<std::string> names;
  for (const Category& c : spec.categories) {
    const GDALColorEntry color{c.red, c.green, c.blue, 255};
    colors.SetColorEntry(c.value, &color);
    names.resize(std::max<std::size_t>(names.size(), c.value + std::size_t{1}));
    names[c.value] = c.name;
  }
  CPLStringList list;
  for (const std::string& name : names) list.AddString(name.c_str());
  band.SetColorTable(&colors);
  band.SetCategoryNames(list.List());
}

void set_statistics(GDALRasterBand& band, const BandStatistics& s, const Grid& grid) {
  band.SetMetadataItem("STATISTICS_MINIMUM", fmt::format("{:.9g}", s.min).c_str());
  band.SetMetadataItem("STATISTICS_MAXIMUM", fmt::format("{:.9g}", s.max).c_str());
  band.SetMetadataItem("STATISTICS_MEAN", fmt::format("{:.17g}", s.mean).c_str());
  band.SetMetadataItem("STATISTICS_STDDEV", fmt::format("{:.17g}", s.std).c_str());
  const double total = static_cast<double>(pixel_count(grid));
  band.SetMetadataItem("STATISTICS_VALID_PERCENT", fmt::format("{:.4g}", 100.0 * double(s.valid) / total).c_str());
}

}  // namespace

GDALDataType gdal_type(PixelType type) {
  switch (type) {
    case PixelType::u8: return GDT_Byte;
    case PixelType::u16: return GDT_UInt16;
    case PixelType::i16: return GDT_Int16;
    case PixelType::f32: break;
  }
  return GDT_Float32;
}

void fail_output(const RasterSinkSpec& spec, const char* doing, const GdalMessages& messages) {
  throw OutputError(fmt::format("{}: {}: {}", spec.path.string(), doing, messages.failure_text()));
}

Dataset create_gtiff(const RasterSinkSpec& spec, const std::string& path, const std::vector<std::string>& options) {
  CPLStringList list;
  for (const std::string& option : options) list.AddString(option.c_str());
  // GDAL takes a fourth band of bytes for alpha otherwise. A palette is one band's, and named below.
  if (spec.band_count > 1) {
    list.AddString("PHOTOMETRIC=MINISBLACK");
    list.AddString("ALPHA=NO");
  }
  const GdalMessages messages;
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  Dataset dataset(driver->Create(path.c_str(), spec.grid.width, spec.grid.height, spec.band_count, gdal_type(spec.type),
                                 list.List()));
  if (dataset == nullptr || messages.has_failure()) fail_output(spec, "cannot be created", messages);
  if (!apply_grid(*dataset, spec.grid)) fail_output(spec, "its georeference cannot be written", messages);
  for (const auto& [name, value] : spec.metadata) dataset->SetMetadataItem(name.c_str(), value.c_str());
  for (std::int32_t b = 1; b <= spec.band_count; ++b) {
    GDALRasterBand& band = *dataset->GetRasterBand(b);
    if (spec.nodata) band.SetNoDataValue(*spec.nodata);
    if (!spec.band_descriptions.empty()) band.SetDescription(spec.band_descriptions[b - 1].c_str());
    if (spec.band_count == 1) band.SetColorInterpretation(spec.categories.empty() ? GCI_GrayIndex : GCI_PaletteIndex);
  }
  if (!spec.categories.empty()) name_categories(spec, *dataset->GetRasterBand(1));
  if (messages.has_failure()) fail_output(spec, "cannot be created", messages);
  return dataset;
}

void set_band_facts(GDALDataset& dataset, const RasterSinkSpec& spec, const std::vector<BandFacts>& facts) {
  for (std::size_t b = 0; b < facts.size(); ++b) {
    GDALRasterBand& band = *dataset.GetRasterBand(static_cast<int>(b) + 1);
    if (facts[b].statistics) set_statistics(band, *facts[b].statistics, spec.grid);
    if (!facts[b].scale) continue;
    band.SetScale(facts[b].scale->first);
    band.SetOffset(facts[b].scale->second);
  }
}

void close_output(Dataset& dataset, const RasterSinkSpec& spec, const char* doing) {
  const GdalMessages messages;
  dataset->FlushCache(true);
  dataset.reset();
  if (messages.has_failure()) fail_output(spec, doing, messages);
}

void verify_output(const RasterSinkSpec& spec, const std::filesystem::path& path) {
  const GdalMessages messages;
  const Dataset check(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  if (check == nullptr) fail_output(spec, "the finished file cannot be opened", messages);
  GDALRasterBand& band = *check->GetRasterBand(spec.band_count);
  int bw = 0, bh = 0;
  band.GetBlockSize(&bw, &bh);
  std::vector<std::byte> block(static_cast<std::size_t>(bw) * bh * byte_count(spec.type));
  if (band.ReadBlock((spec.grid.width - 1) / bw, (spec.grid.height - 1) / bh, block.data()) != CE_None) {
    fail_output(spec, "the finished file cannot be read back", messages);
  }
}

std::int64_t put_in_place(TemporarySibling& sibling, const std::filesystem::path& path) {
  sibling.commit();
  std::error_code error;
  std::filesystem::remove(std::filesystem::path(path.string() + ".aux.xml"), error);
  return static_cast<std::int64_t>(std::filesystem::file_size(path, error));
}

}  // namespace groundshift
