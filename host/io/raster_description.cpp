// SPDX-License-Identifier: Apache-2.0
// Opening a raster to look at it, with the message a user needs when that fails.
#include "host/io/raster_description.hpp"

#include <sys/stat.h>
#include <algorithm>
#include <charconv>
#include <cmath>

#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/utc_text.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/band_names.hpp"
#include "host/io/open_dataset.hpp"

namespace groundshift {
namespace {

bool is_signed_byte(GDALRasterBand& band) {
  const char* kind = band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE");
  return band.GetRasterDataType() == GDT_Byte && kind != nullptr && EQUAL(kind, "SIGNEDBYTE");
}

/// Central wavelength in micrometres: GDAL's IMAGERY domain, or what ENVI and Sentinel-2 headers leave in the default
/// one.
std::optional<double> wavelength_of(GDALRasterBand& band) {
  const auto number = [](const char* text) -> std::optional<double> {
    if (text == nullptr) return std::nullopt;
    char* end = nullptr;
    const double value = CPLStrtod(text, &end);
    if (end == text || !(value > 0.0) || !std::isfinite(value)) return std::nullopt;
    return value;
  };
  if (const auto value = number(band.GetMetadataItem("CENTRAL_WAVELENGTH_UM", "IMAGERY"))) return value;
  if (const auto value = number(band.GetMetadataItem("CENTRAL_WAVELENGTH_UM"))) return value;
  const auto value = number(band.GetMetadataItem("WAVELENGTH"));
  const char* unit = band.GetMetadataItem("WAVELENGTH_UNIT");
  if (unit == nullptr) unit = band.GetMetadataItem("WAVELENGTH_UNITS");
  if (!value || unit == nullptr) return std::nullopt;
  if (EQUAL(unit, "nm") || EQUAL(unit, "nanometers") || EQUAL(unit, "nanometres")) return *value / 1000.0;
  if (EQUAL(unit, "um") || EQUAL(unit, "micrometers") || EQUAL(unit, "micrometres")) return value;
  return std::nullopt;
}

std::string common_name(GDALRasterBand& band, const BandInfo& info) {
  for (const char* key : {"COMMON_NAME", "EO:COMMON_NAME"}) {
    for (const char* domain : {"", "IMAGERY"}) {
      const char* text = band.GetMetadataItem(key, domain);
      if (text != nullptr && !common_name_of(text).empty()) return common_name_of(text);
    }
  }
  if (std::string name = common_name_of(info.description); !name.empty()) return name;
  if (info.wavelength_um) return common_name_of_wavelength(*info.wavelength_um);
  switch (band.GetColorInterpretation()) {
    case GCI_RedBand: return "red";
    case GCI_GreenBand: return "green";
    case GCI_BlueBand: return "blue";
    default: return "";
  }
}

BandInfo describe_band(GDALRasterBand& band) {
  BandInfo info;
  const GDALDataType type = band.GetRasterDataType();
  info.type_name = is_signed_byte(band) ? "Int8" : GDALGetDataTypeName(type);
  info.complex = GDALDataTypeIsComplex(type) != 0;
  switch (type) {
    case GDT_Byte: info.pixel_type = is_signed_byte(band) ? PixelType::i16 : PixelType::u8; break;
    case GDT_UInt16: info.pixel_type = PixelType::u16; break;
    case GDT_Int16: info.pixel_type = PixelType::i16; break;
    default: info.pixel_type = PixelType::f32; info.exact = type == GDT_Float32;
  }
  info.alpha = band.GetColorInterpretation() == GCI_AlphaBand;
  int has = 0;
  if (type == GDT_Int64) {
    const auto value = band.GetNoDataValueAsInt64(&has);
    if (has) info.nodata = static_cast<double>(value);
  } else if (type == GDT_UInt64) {
    const auto value = band.GetNoDataValueAsUInt64(&has);
    if (has) info.nodata = static_cast<double>(value);
  } else {
    const double value = band.GetNoDataValue(&has);
    if (has) info.nodata = value;
  }
  info.description = band.GetDescription();
  info.color = GDALGetColorInterpretationName(band.GetColorInterpretation());
  info.wavelength_um = wavelength_of(band);
  info.common_name = common_name(band, info);
  return info;
}

bool equal_ignoring_case(const std::string& a, const std::string& b) { return EQUAL(a.c_str(), b.c_str()); }

std::string list_bands(const RasterDescription& raster) {
  std::string text;
  for (std::size_t i = 0; i < raster.bands.size(); ++i) {
    const BandInfo& b = raster.bands[i];
    text += fmt::format("{}{}{}", i ? ", " : "", i + 1, b.description.empty() ? "" : " '" + b.description + "'");
    if (!b.common_name.empty() && !equal_ignoring_case(b.common_name, b.description)) {
      text += fmt::format(" ({})", b.common_name);
    }
  }
  return text;
}

std::int32_t band_of_common_name(const RasterDescription& raster, const std::string& name) {
  const std::string wanted = common_name_of(name);
  const auto has_it = [&](const BandInfo& b) { return !wanted.empty() && b.common_name == wanted; };
  const auto match = std::find_if(raster.bands.begin(), raster.bands.end(), has_it);
  if (match == raster.bands.end()) {
    throw InputError(
        fmt::format("{}: has no band described as '{}'; its bands are {}", raster.path, name, list_bands(raster)));
  }
  if (std::find_if(match + 1, raster.bands.end(), has_it) != raster.bands.end()) {
    throw InputError(
        fmt::format("{}: several bands are {}; name one by its number: {}", raster.path, wanted, list_bands(raster)));
  }
  return static_cast<std::int32_t>(match - raster.bands.begin()) + 1;
}

}  // namespace

RasterDescription describe_raster(const std::string& path) {
  const Dataset dataset = open_dataset(path);
  const GdalMessages messages;
  RasterDescription out;
  out.path = path;
  out.driver = dataset->GetDriver() != nullptr ? dataset->GetDriver()->GetDescription() : "";
  out.grid = grid_of(*dataset);
  out.georeference = georeference_of(*dataset);
  for (int b = 1; b <= dataset->GetRasterCount(); ++b) out.bands.push_back(describe_band(*dataset->GetRasterBand(b)));
  int block_width = 0, block_height = 0;
  dataset->GetRasterBand(1)->GetBlockSize(&block_width, &block_height);
  out.block_width = block_width;
  out.block_height = block_height;
  if (const char* v = dataset->GetMetadataItem("INTERLEAVE", "IMAGE_STRUCTURE")) out.interleave = v;
  if (const char* v = dataset->GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE")) out.compression = v;
  out.subdatasets = subdataset_names(*dataset);
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
    out.file_bytes = facts.st_size;
    out.modified = utc_text(facts.st_mtime);
  }
  return out;
}

PixelType common_type(PixelType a, PixelType b) {
  if (a == b) return a;
  if (a == PixelType::f32 || b == PixelType::f32) return PixelType::f32;
  if (a == PixelType::u8) return b;
  if (b == PixelType::u8) return a;
  return PixelType::f32;
}

std::vector<std::int32_t> select_bands(const RasterDescription& raster, const std::vector<std::string>& wanted) {
  std::vector<std::int32_t> chosen;
  const auto count = static_cast<std::int32_t>(raster.bands.size());
  if (wanted.empty()) {
    for (std::int32_t b = 1; b <= count; ++b) {
      if (!raster.bands[b - 1].alpha) chosen.push_back(b);
    }
    if (chosen.empty()) throw InputError(fmt::format("{}: has an alpha band only", raster.path));
  }
  for (const std::string& name : wanted) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (name.empty()) throw UsageError("--bands: an entry is empty");
    if (error == std::errc() && end == name.data() + name.size()) {
      if (number < 1 || number > count) {
        throw InputError(fmt::format("{}: has no band {}; its bands are {}", raster.path, number, list_bands(raster)));
      }
    } else {
      const auto match = std::find_if(raster.bands.begin(), raster.bands.end(),
                                      [&](const BandInfo& b) { return equal_ignoring_case(b.description, name); });
      number = match != raster.bands.end() ? static_cast<std::int32_t>(match - raster.bands.begin()) + 1
                                           : band_of_common_name(raster, name);
    }
    if (std::find(chosen.begin(), chosen.end(), number) != chosen.end()) {
      throw UsageError(fmt::format("--bands: band {} is named twice", name));
    }
    chosen.push_back(number);
  }
  for (const std::int32_t b : chosen) {
    if (raster.bands[b - 1].complex) {
      throw InputError(
          fmt::format("{}, band {}: complex type {} is not supported; take the amplitude first (for "
                      "example gdal_calc.py --calc='abs(A)')",
                      raster.path, b, raster.bands[b - 1].type_name));
    }
  }
  return chosen;
}

}  // namespace groundshift
