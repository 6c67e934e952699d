// SPDX-License-Identifier: Apache-2.0
// Bands of an open dataset to facts.
#include "host/io/band_facts.hpp"

#include <charconv>
#include <cmath>
#include <string_view>

#include "host/io/open_dataset.hpp"
#include "host/io/raster_description.hpp"

namespace groundshift {
namespace {

std::optional<double> number_of(GDALRasterBand& band, const char* key) {
  const char* text = band.GetMetadataItem(key);
  if (text == nullptr) return std::nullopt;
  const std::string_view view = text;
  double value = 0.0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (error != std::errc() || end != view.data() + view.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::vector<BandFacts> band_facts(const std::string& path) {
  const RasterDescription described = describe_raster(path);
  const Dataset dataset = open_dataset(path);
  std::vector<BandFacts> out;
  for (int b = 1; b <= dataset->GetRasterCount(); ++b) {
    GDALRasterBand& band = *dataset->GetRasterBand(b);
    const BandInfo& info = described.bands[static_cast<std::size_t>(b - 1)];
    BandFacts facts;
    facts.type_name = info.type_name;
    facts.description = info.description;
    facts.nodata = info.nodata;
    facts.unit = band.GetUnitType();
    int has = 0;
    if (const double scale = band.GetScale(&has); has != 0 && scale != 1.0) facts.scale = scale;
    if (const double offset = band.GetOffset(&has); has != 0 && (offset != 0.0 || facts.scale)) facts.offset = offset;
    facts.minimum = number_of(band, "STATISTICS_MINIMUM");
    facts.maximum = number_of(band, "STATISTICS_MAXIMUM");
    facts.mean = number_of(band, "STATISTICS_MEAN");
    facts.std = number_of(band, "STATISTICS_STDDEV");
    facts.valid_percent = number_of(band, "STATISTICS_VALID_PERCENT");
    out.push_back(std::move(facts));
  }
  return out;
}

}  // namespace groundshift
