// SPDX-License-Identifier: Apache-2.0
// Scenes by rule, crops, and damage.
#include "tests/support/scene_files.hpp"

#include <cmath>
#include <fstream>
#include <stdexcept>

#include <cpl_string.h>
#include <fmt/format.h>
#include <ogr_spatialref.h>

namespace groundshift::test {
namespace fs = std::filesystem;
namespace {

void register_drivers() {
  static const bool once = [] {
    GDALAllRegister();
    return true;
  }();
  (void)once;
}

void must(bool good, const fs::path& path) {
  if (!good) throw std::runtime_error(fmt::format("{}: {}", path.string(), CPLGetLastErrorMsg()));
}

class Quiet {
 public:
  Quiet() { CPLPushErrorHandler(CPLQuietErrorHandler); }
  ~Quiet() { CPLPopErrorHandler(); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
};

OpenDataset create(const fs::path& path, const SceneSpec& spec, const std::vector<std::string>& added) {
  register_drivers();
  CPLStringList options;
  for (const std::string& option : spec.creation_options) options.AddString(option.c_str());
  for (const std::string& option : added) options.AddString(option.c_str());
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  OpenDataset out(driver->Create(path.c_str(), spec.width, spec.height, spec.band_count, spec.type, options.List()));
  must(out != nullptr, path);
  if (spec.geotransform) {
    std::array<double, 6> transform = *spec.geotransform;
    must(out->SetGeoTransform(transform.data()) == CE_None, path);
  }
  if (!spec.crs.empty()) {
    OGRSpatialReference crs;
    must(crs.SetFromUserInput(spec.crs.c_str()) == OGRERR_NONE && out->SetSpatialRef(&crs) == CE_None, path);
  }
  for (int b = 1; b <= spec.band_count; ++b) {
    GDALRasterBand& band = *out->GetRasterBand(b);
    if (spec.nodata) must(band.SetNoDataValue(*spec.nodata) == CE_None, path);
    if (b <= static_cast<int>(spec.descriptions.size())) band.SetDescription(spec.descriptions[b - 1].c_str());
  }
  return out;
}

}  // namespace

OpenDataset open_quietly(const fs::path& path) {
  register_drivers();
  const Quiet quiet;
  return OpenDataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
}

double texture(std::uint64_t seed, int band, int x, int y) {
  std::uint64_t h = seed * 0x9E3779B97F4A7C15u + static_cast<std::uint64_t>(band) * 0xBF58476D1CE4E5B9u +
                    static_cast<std::uint64_t>(x) * 0x94D049BB133111EBu +
                    static_cast<std::uint64_t>(y) * 0xD6E8FEB86659FD93u;
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
  return 1.0 + static_cast<double>((h ^ (h >> 31)) % 250);
}

void write_scene(const fs::path& path, const SceneSpec& spec, const PixelRule& value) {
  OpenDataset out = create(path, spec, {});
  std::vector<double> plane(static_cast<std::size_t>(spec.width) * spec.height);
  for (int b = 0; b < spec.band_count; ++b) {
    for (int y = 0; y < spec.height; ++y) {
      for (int x = 0; x < spec.width; ++x) plane[static_cast<std::size_t>(y) * spec.width + x] = value(b, x, y);
    }
    must(out->GetRasterBand(b + 1)->RasterIO(GF_Write, 0, 0, spec.width, spec.height, plane.data(), spec.width,
                                             spec.height, GDT_Float64, 0, 0, nullptr) == CE_None,
         path);
  }
}

void write_sparse(const fs::path& path, const SceneSpec& spec) { create(path, spec, {"SPARSE_OK=YES", "BIGTIFF=YES"}); }

BandPixels read_band(GDALDataset& dataset, int band) {
  const Quiet quiet;
  GDALRasterBand& b = *dataset.GetRasterBand(band);
  BandPixels out{dataset.GetRasterXSize(), dataset.GetRasterYSize(), {}, {}};
  const auto count = static_cast<std::size_t>(out.width) * out.height;
  out.values.resize(count);
  std::vector<std::uint8_t> mask(count);
  CPLErrorReset();
  must(b.RasterIO(GF_Read, 0, 0, out.width, out.height, out.values.data(), out.width, out.height, GDT_Float64, 0, 0,
                  nullptr) == CE_None,
       dataset.GetDescription());
  must(b.GetMaskBand()->RasterIO(GF_Read, 0, 0, out.width, out.height, mask.data(), out.width, out.height, GDT_Byte, 0,
                                 0, nullptr) == CE_None,
       dataset.GetDescription());
  const char* kind = b.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE");
  const bool signed_byte = kind != nullptr && EQUAL(kind, "SIGNEDBYTE");
  for (std::size_t i = 0; i < count; ++i) {
    if (signed_byte && out.values[i] > 127.0) out.values[i] -= 256.0;
    out.valid.push_back(mask[i] != 0 && std::isfinite(out.values[i]));
  }
  return out;
}

BandPixels read_band(const fs::path& path, int band) {
  const OpenDataset dataset = open_quietly(path);
  must(dataset != nullptr, path);
  return read_band(*dataset, band);
}

void write_crop(const fs::path& from, const fs::path& to, int x, int y, int width, int height) {
  const OpenDataset in = open_quietly(from);
  must(in != nullptr, from);
  SceneSpec spec;
  spec.width = width;
  spec.height = height;
  spec.band_count = in->GetRasterCount();
  spec.type = in->GetRasterBand(1)->GetRasterDataType();
  spec.crs.clear();
  spec.geotransform.reset();
  OpenDataset out = create(to, spec, {});
  std::vector<double> plane(static_cast<std::size_t>(width) * height);
  for (int b = 1; b <= spec.band_count; ++b) {
    for (const auto& [flag, dataset] : {std::pair{GF_Read, in.get()}, std::pair{GF_Write, out.get()}}) {
      must(dataset->GetRasterBand(b)->RasterIO(flag, flag == GF_Read ? x : 0, flag == GF_Read ? y : 0, width, height,
                                               plane.data(), width, height, GDT_Float64, 0, 0, nullptr) == CE_None,
           from);
    }
  }
}

void corrupt_block(const fs::path& path, int band, int block_x, int block_y) {
  const OpenDataset in = open_quietly(path);
  must(in != nullptr, path);
  const auto fact = [&](const char* what) {
    const char* text =
        in->GetRasterBand(band)->GetMetadataItem(fmt::format("{}_{}_{}", what, block_x, block_y).c_str(), "TIFF");
    if (text == nullptr) throw std::runtime_error(path.string() + ": no such stored block");
    return std::stoll(text);
  };
  const long long offset = fact("BLOCK_OFFSET"), size = fact("BLOCK_SIZE");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string garbage(static_cast<std::size_t>(size / 2), '\xA5');
  file.seekp(offset + size / 4);
  file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be damaged");
}

}  // namespace groundshift::test
